"""The PDFs in ``config/fulltexts/`` and the text of their first pages; each file is read once."""

from __future__ import annotations

import hashlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from prismake.core.files import digest, read_json, write_json
from prismake.core.progress import tracked
from prismake.core.refusals import refuse_names_in_other_encodings
from prismake.fulltexts.pdftext import FAULT, PAGES

FOLDER = Path("config/fulltexts")
ARCHIVE = FOLDER / "open_access.json"  # answers of the services of ``openaccess``
SECONDS = 30.0  # per file; a typical one takes a tenth of a second
_TO_START = 120.0  # seconds that the reader may need to start, on a busy computer or a slow drive
FirstPages = dict[str, Any]


def pdfs(folder: Path = FOLDER) -> list[Path]:
    """The PDF files of the folder and its subfolders, sorted; hidden files are left out."""
    if not folder.is_dir():
        return []
    paths = [path for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file()]
    shown = sorted(
        path for path in paths if not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
    )
    refuse_names_in_other_encodings(shown)
    return shown


def state(folder: Path = FOLDER) -> str:
    """A digest that changes when a file is added, removed or replaced; as a parameter it makes the rule run again."""
    total = hashlib.sha256()
    for path in pdfs(folder):
        about = path.stat()
        total.update(f"{path.relative_to(folder).as_posix()}\x1f{about.st_size}\x1f{about.st_mtime_ns}\n".encode())
    return total.hexdigest()[:12]


def attempts(archive: Path = ARCHIVE) -> int:
    """How many requests for open-access links have failed; as a parameter of the rule it makes the next run retry."""
    try:
        content = read_json(archive, {})
    except ValueError:
        content = None
    failed = content.get("failed", 0) if isinstance(content, dict) else None
    return failed if isinstance(failed, int) else -1  # the job itself reports what is wrong with the file


def read(files: Sequence[Path], cache: Path, *, seconds: float = SECONDS) -> dict[Path, FirstPages]:
    """The result of ``pdftext.first_pages`` for each file, with its ``digest``; cached files are not read again.

    Args:
        cache: a file with the results for the present files; may be deleted at any time.
        seconds: time limit for one file.
    """
    marks = {path: digest(path) or "" for path in files}
    texts = _cached_texts(cache)
    unread: dict[str, Path] = {}
    for path, mark in marks.items():
        if mark not in texts:
            unread.setdefault(mark, path)
    pages = tracked(_first_pages(list(unread.values()), seconds), len(unread), "reading PDFs", "files")
    texts |= dict(zip(unread, pages, strict=True))
    if marks or cache.exists():
        write_json(cache, {"made_by": _made_by(), "texts": {mark: texts[mark] for mark in sorted(set(marks.values()))}})
    return {path: {**texts[mark], "digest": mark} for path, mark in marks.items()}


def _cached_texts(cache: Path) -> dict[str, FirstPages]:
    try:
        content = read_json(cache, {})
    except ValueError:
        return {}
    if not isinstance(content, dict) or content.get("made_by") != _made_by():
        return {}
    texts = content.get("texts")
    return texts if isinstance(texts, dict) else {}


def _made_by() -> str:
    from importlib.metadata import version

    return f"pypdf {version('pypdf')}, {PAGES} pages"


def _first_pages(files: Sequence[Path], seconds: float) -> Iterator[FirstPages]:
    waiting = list(files)
    while waiting:
        for answer in _until_one_fails(tuple(waiting), seconds):
            waiting.pop(0)
            yield answer
        if waiting:
            waiting.pop(0)
            yield {"problem": f"reading the file crashed or took longer than {seconds:.0f} s."}


def _until_one_fails(files: Sequence[Path], seconds: float) -> Iterator[FirstPages]:
    """The results of one reader process, up to the first file that takes too long or crashes it."""
    command = [sys.executable, "-m", "prismake.fulltexts.pdftext"]
    paths = "".join(json.dumps(str(path)) + "\n" for path in files)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_feed, args=(process, paths), daemon=True).start()
        threading.Thread(target=_collect, args=(process, lines), daemon=True).start()
        try:
            _refuse_fault(_answer(lines, _TO_START) or {FAULT: "it did not start"})
            for _ in files:
                if not (answer := _answer(lines, seconds)):
                    break
                _refuse_fault(answer)
                yield answer
        finally:
            process.kill()


def _answer(lines: queue.Queue[str], seconds: float) -> FirstPages | None:
    """The next answer of the reader; None if it takes too long or the reader has ended."""
    try:
        answer: FirstPages = json.loads(lines.get(timeout=seconds))
    except (queue.Empty, ValueError):
        return None
    return answer


def _refuse_fault(answer: FirstPages) -> None:
    """Raise an error if no file is at fault but the reader, or the computer."""
    fault = answer.get(FAULT, "")
    for kind in (MemoryError, ImportError, ModuleNotFoundError):
        if fault.startswith(kind.__name__):
            raise kind(fault)
    if fault:
        raise RuntimeError(f"the reader of PDFs does not work ({fault})")


def _feed(process: Any, paths: str) -> None:
    try:
        process.stdin.write(paths)
        process.stdin.close()
    except OSError:  # the process has ended: its answers show how far it got
        pass


def _collect(process: Any, lines: queue.Queue[str]) -> None:
    for line in process.stdout:
        lines.put(line)
    lines.put("")
