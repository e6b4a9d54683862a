"""The PDFs in ``config/fulltexts/``: which there are, and the words of their first pages, each file read once."""

from __future__ import annotations

import hashlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prismake.core.files import digest, read_json, write_json
from prismake.fulltexts.pdftext import PAGES

FOLDER = Path("config/fulltexts")
ARCHIVE = FOLDER / "open_access.json"  # what the services of ``openaccess`` answered
SECONDS = 30.0  # for one file; an ordinary one takes a tenth of a second
FirstPages = dict[str, Any]


def pdfs(folder: Path = FOLDER) -> list[Path]:
    """The PDF files of the folder and of the folders in it, sorted; what programs hide is left out."""
    if not folder.is_dir():
        return []
    paths = [path for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file()]
    return sorted(
        path for path in paths if not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
    )


def state(folder: Path = FOLDER) -> str:
    """Digits that change when a file comes, goes or is replaced: the door through which files enter the graph."""
    total = hashlib.sha256()
    for path in pdfs(folder):
        about = path.stat()
        total.update(f"{path.relative_to(folder).as_posix()}\x1f{about.st_size}\x1f{about.st_mtime_ns}\n".encode())
    return total.hexdigest()[:12]


def attempts(archive: Path = ARCHIVE) -> int:
    """How often asking for open access failed so far; as a parameter of the rule it lets the next run try again."""
    try:
        return int(read_json(archive, {}).get("failed", 0))
    except (ValueError, TypeError, AttributeError):  # the job says what is wrong with the file
        return -1


def read(files: Sequence[Path], cache: Path, *, seconds: float = SECONDS) -> dict[Path, FirstPages]:
    """What ``pdftext.first_pages`` says of each file, with its ``digest``; files that the cache knows are not read.

    Args:
        cache: a file that may be deleted at any time; it keeps what is known of the files that are there now.
        seconds: how long one file may take.
    """
    marks = {path: digest(path) or "" for path in files}
    known = _known(cache)
    unread: dict[str, Path] = {}
    for path, mark in marks.items():
        if mark not in known:
            unread.setdefault(mark, path)
    known |= dict(zip(unread, _first_pages(list(unread.values()), seconds), strict=True))
    if marks or cache.exists():
        write_json(cache, {"made_by": _made_by(), "texts": {mark: known[mark] for mark in sorted(set(marks.values()))}})
    return {path: {**known[mark], "digest": mark} for path, mark in marks.items()}


def _known(cache: Path) -> dict[str, FirstPages]:
    try:
        kept = read_json(cache, {})
        return kept["texts"] if kept.get("made_by") == _made_by() else {}
    except (ValueError, AttributeError, KeyError):
        return {}


def _made_by() -> str:
    from importlib.metadata import version

    return f"pypdf {version('pypdf')}, {PAGES} pages"


def _first_pages(files: Sequence[Path], seconds: float) -> list[FirstPages]:
    done: list[FirstPages] = []
    while len(done) < len(files):
        done += _until_one_fails(files[len(done) :], seconds)
        if len(done) < len(files):
            done.append({"problem": f"reading the file crashed or took longer than {seconds:.0f} s."})
    return done


def _until_one_fails(files: Sequence[Path], seconds: float) -> list[FirstPages]:
    """The answers of one reading process, up to the first file that takes too long or crashes it."""
    command = [sys.executable, "-m", "prismake.fulltexts.pdftext"]
    paths = "".join(json.dumps(str(path)) + "\n" for path in files)
    answers: list[FirstPages] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_feed, args=(process, paths), daemon=True).start()
        threading.Thread(target=_collect, args=(process, lines), daemon=True).start()
        try:
            while len(answers) < len(files) and (line := lines.get(timeout=seconds)):
                answers.append(json.loads(line))
        except (queue.Empty, ValueError):
            pass
        finally:
            process.kill()
    return answers


def _feed(process: Any, paths: str) -> None:
    try:
        process.stdin.write(paths)
        process.stdin.close()
    except OSError:  # the process is gone: its answers tell how far it came
        pass


def _collect(process: Any, lines: queue.Queue[str]) -> None:
    for line in process.stdout:
        lines.put(line)
    lines.put("")
