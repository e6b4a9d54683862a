"""Reuse of results when a step would be given the same bytes as the last time.

Snakemake re-runs everything downstream of a changed file, even if its bytes come out the same: one changed decision
would redraw every figure. A step whose outputs depend only on its inputs and parameters keeps them under the digest of
what it was given, including the stamp of its code (``prismake.core.stamps``). When it runs again with the same input,
they are put back and nothing is computed. A step that also reads and writes files outside the graph, sheets and their
history above all, names them: its outputs are put back only if those files are as it left them.

The kept files are in Snakemake's own folder, one set per step, as hard links if the file system supports them: they
take no space as long as the results are unchanged, and deleting them or ``results/`` loses nothing. A file that has
been changed since is recognised by its digest and made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from prismake.core.errors import FileRefused
from prismake.core.files import digest, read_json, write_bytes, write_json

RESULTS_OF_STEPS = Path(".snakemake/prismake")
ANEW = "PRISMAKE_ANEW"  # if set in the environment, everything requested is computed (see ``force``)
_MANIFEST = "made_from.json"

Beside = Callable[[], Iterable[Path]]


def force() -> None:
    """Make the steps of this run compute, whatever is kept."""
    os.environ[ANEW] = "1"


def reused(step: Any, beside: Beside = tuple) -> bool:
    """Put back the outputs of a step, Snakemake's ``snakemake`` object, if its input is the same as the last time.

    Args:
        beside: files outside the graph that the step reads or writes; what ``keeping`` was given.
    """
    if os.environ.get(ANEW):
        return False
    folder = _folder(step)
    manifest = _manifest(folder)
    if not manifest or manifest["made_from"] != fingerprint(step) or sorted(manifest["files"]) != _names(step):
        return False
    if manifest.get("beside", _content(())) != _content(beside()):
        return False
    files = {name: each for contents in manifest["files"].values() for name, each in contents.items()}
    if any(digest(folder / number) != value for number, value in files.values()):
        return False
    for output in step.output:
        if not manifest["files"][str(output)]:
            Path(output).mkdir(parents=True, exist_ok=True)  # a folder without files
    for name, (number, _) in files.items():
        _link(folder / number, Path(name))
        os.utime(name)  # newer than what it is made from, as Snakemake expects of an output
    Path(step.log[0]).write_text("INFO given the same as last time: results put back\n", encoding="utf-8")
    return True


@contextlib.contextmanager
def keeping(step: Any, beside: Beside = tuple) -> Iterator[None]:
    """Keep the outputs that the block makes; a disk that refuses this costs time but no result.

    Args:
        beside: files outside the graph that the step reads or writes, listed again after it has run.
    """
    made_from = fingerprint(step)
    yield
    with contextlib.suppress(OSError, FileRefused):
        folder = _folder(step)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        files: dict[str, dict[str, tuple[str, str | None]]] = {}
        for output in map(str, step.output):
            files[output] = {}
            for path in _files(Path(output)):
                number = str(sum(map(len, files.values())))
                _link(path, folder / number)
                files[output][path.as_posix()] = (number, digest(path))
        write_json(folder / _MANIFEST, {"made_from": made_from, "beside": _content(beside()), "files": files})


def fingerprint(step: Any) -> str:
    """SHA-256 of all that a step is given: rule, wildcards, parameters, and names and content of its inputs."""
    total = hashlib.sha256()
    given = {
        "rule": step.rule,
        "python": sys.version_info[:3],
        "wildcards": dict(step.wildcards.items()),
        "params": dict(step.params.items()),
        "output": _names(step),
    }
    # in their given order: the order of fields or outcomes may matter
    total.update(json.dumps(given, default=repr, ensure_ascii=True).encode())
    total.update(_content(map(Path, map(str, step.input))).encode())
    return total.hexdigest()


def _content(paths: Iterable[Path]) -> str:
    """Names and digests of files, one a line; of a folder, of all files below it."""
    return "".join(f"\n{path.as_posix()} {_digest(path)}" for each in paths for path in _files(each))


def _digest(path: Path) -> str | None:
    try:
        return digest(path)
    except FileRefused:  # the step itself says so
        return "cannot be read"


def _names(step: Any) -> list[str]:
    return sorted(map(str, step.output))


def _files(path: Path) -> list[Path]:
    """The file, or the files below a folder."""
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def _folder(step: Any) -> Path:
    return RESULTS_OF_STEPS / Path(step.log[0]).name.removesuffix(".log")


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = read_json(folder / _MANIFEST)
    except ValueError:  # truncated because the run was killed
        return None
    return manifest if isinstance(manifest, dict) else None


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


class KeptParts:
    """Parts of one result, each kept by the digest of what it is made from: pictures in a document, above all.

    A step whose inputs have changed then makes only the parts that have changed with them.
    """

    def __init__(self, step: Any) -> None:
        self._folder = RESULTS_OF_STEPS / f"{Path(step.log[0]).name.removesuffix('.log')}.parts"
        self._code = [step.params.code, sys.version_info[:3]]
        self._used: set[str] = set()

    def get(self, given: Any, make: Callable[[], bytes]) -> bytes:
        """A part: put back if it was made from the same, else made and kept.

        Args:
            given: all that the part is made from, of plain types.
        """
        key = hashlib.sha256(json.dumps([self._code, given], default=repr, sort_keys=True).encode()).hexdigest()
        path = self._folder / key
        self._used.add(key)
        if not os.environ.get(ANEW):
            with contextlib.suppress(OSError):
                content = path.read_bytes()
                if content[:32] == hashlib.sha256(content[32:]).digest():  # else it was cut off by a kill
                    return content[32:]
        content = make()
        with contextlib.suppress(OSError, FileRefused):
            write_bytes(path, hashlib.sha256(content).digest() + content)
        return content

    def sweep(self) -> None:
        """Remove parts that this run has not used."""
        for path in self._folder.glob("*"):
            if path.name not in self._used:
                with contextlib.suppress(OSError):
                    path.unlink()
