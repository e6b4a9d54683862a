"""R that has read its packages: starting R and reading metafor takes longer than most of the scripts that are checked.

One R waits in each process of the tests and runs a script in a copy of itself. What a user types, ``Rscript`` with the
name of a script, is tested by the reviews in ``tests/e2e``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path


@cache
def has_r(*packages: str) -> bool:
    """Whether R is installed with these packages."""
    names = ", ".join(f'"{name}"' for name in packages)
    there = f"quit(status = !all(nzchar(vapply(c({names}), function(name) system.file(package = name), ''))))"
    return bool(shutil.which("Rscript")) and not subprocess.run(["Rscript", "-e", there], check=False).returncode


@cache
def _waiting(process: int) -> subprocess.Popen[str]:
    """The R of a process; it ends with it, when its input ends."""
    program = ["Rscript", "--vanilla", str(Path(__file__).with_suffix(".R"))]
    settings = {
        **os.environ,
        "R_ENABLE_JIT": "0",
    }  # compiling takes longer than functions that are called once or twice
    return subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=settings)


def rscript(script: Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script, in ``folder`` if given: its status, and what it printed."""
    waiting = _waiting(os.getpid())
    assert waiting.stdin and waiting.stdout
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        waiting.stdin.write(f"{script.resolve()}\t{(folder or Path()).resolve()}\t{out}\t{err}\n")
        waiting.stdin.flush()
        answer = waiting.stdout.readline()
        assert answer.strip(), "R ended"
        printed = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess(["Rscript", str(script)], int(answer), *printed)
