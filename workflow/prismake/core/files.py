"""Atomic file writing, and tables whose bytes depend only on their content."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import ChangedMeanwhile, FileRefused
from prismake.core.refusals import cannot_be_asked, comes_from_the_system, is_held_by_another, refused

if TYPE_CHECKING:
    import pandas as pd

_DRAFT = ".tmp"  # suffix of temporary files
_OF_DRAFT = re.compile(r"\..+\.(?P<host>[^.]+)-(?P<process>\d+)\.\w{8}\.tmp", re.DOTALL)
_DAY = 24 * 60 * 60.0  # seconds
_PATIENCE = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds between attempts to replace a file that another program holds
# Spreadsheet programs treat cells that begin with these characters as formulas; those of Japan also the
# full-width ones (OWASP, CSV Injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARDED = ("'", *_FORMULA_STARTS)


def digest(path: Path) -> str | None:
    """SHA-256 of a file in hexadecimal digits, or ``None`` when there is no such file.

    Raises:
        FileRefused: the file exists but the system does not allow it to be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(error, path) from error


@contextlib.contextmanager
def replacing(path: Path, made_from: tuple[Path, str] | None = None, *, linked: bool = False) -> Iterator[Path]:
    """A temporary file that replaces ``path`` once the block succeeds, so that ``path`` is never half written.

    Args:
        made_from: a file and the digest that it had when the new content was made from it.
        linked: a symbolic link is kept and its target is replaced; a file with further names (hard links) is
            overwritten in place, so that all of them still lead to it.

    Raises:
        ChangedMeanwhile: that file has changed since; the old file is kept.
        FileRefused: the system refused something, for instance because the disk is full; the old file is kept.
    """
    if linked and path.is_symlink():
        path = path.resolve()
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{_writer()}.", suffix=_DRAFT)
        os.close(handle)
        draft = Path(name)
        yield draft
        _settle(draft)
        if made_from and digest(made_from[0]) != made_from[1]:
            raise ChangedMeanwhile("the file was saved while rows were added.", where=str(made_from[0]))
        if linked and path.is_file() and path.stat().st_nlink > 1:
            _write_over(path, draft)
        else:
            _put(draft, path)
    except OSError as error:
        if not comes_from_the_system(error):
            raise
        refusal = refused(error, None if _is_of_another(error, path) else path)
        raise FileRefused(
            refusal.what, where=refusal.where, remedy=f"What was there is as it was. {refusal.remedy}"
        ) from error
    finally:
        if draft:
            with contextlib.suppress(OSError):  # on a drive that is gone; the next start removes it
                draft.unlink(missing_ok=True)


def _settle(draft: Path) -> None:
    """Write the file to disk, with the permissions of any new file."""
    with draft.open("rb+") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if not cannot_be_asked(error):
                raise
    # mkstemp creates files that only their owner can read, but colleagues share the folder
    umask = os.umask(0)
    os.umask(umask)
    with contextlib.suppress(PermissionError):  # drives without permissions of their own refuse every change of them
        draft.chmod(0o666 & ~umask)


def _is_of_another(error: OSError, path: Path) -> bool:
    """Whether the path in a system error is neither ``path``, nor its draft, nor their folder."""
    named = Path(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else None
    return named is not None and named not in (path, path.parent) and not named.name.startswith(f".{path.name}.")


def _put(draft: Path, path: Path) -> None:
    """Replace the file by its draft; on Windows a virus scanner may hold either for a moment."""
    for seconds in _PATIENCE:
        try:
            draft.replace(path)
            return
        except OSError as error:
            if not is_held_by_another(error):
                raise
            time.sleep(seconds)
    draft.replace(path)


def _write_over(path: Path, draft: Path) -> None:
    with draft.open("rb") as source, path.open("r+b") as target:
        shutil.copyfileobj(source, target)
        target.truncate()
        target.flush()
        os.fsync(target.fileno())


def sweep_drafts(folder: Path) -> None:
    """Remove temporary files left behind by runs that were killed while writing.

    Those of processes of this computer that have ended, and any that are a day old: the computer may have another name
    since (in a container it has one for each start), and the number of the process may be that of another program.
    """
    hostname = socket.gethostname().replace(".", "_")
    for draft in folder.glob(f".*{_DRAFT}"):
        if writer := _OF_DRAFT.fullmatch(draft.name):
            ended = writer["host"] == hostname and not _alive(int(writer["process"]))
            if ended or _is_a_day_old(draft):
                with contextlib.suppress(OSError):  # a folder that cannot be written to is told where it matters
                    draft.unlink(missing_ok=True)


def _is_a_day_old(file: Path) -> bool:
    """Whether a day has passed since a file was written, by the clock of the drive that it is on."""
    name = f".clock.{_writer()}."
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=file.parent, prefix=name, suffix=_DRAFT) as new:
        return os.fstat(new.fileno()).st_mtime - file.stat().st_mtime > _DAY
    return False


def sweep_all_drafts(*folders: Path) -> None:
    """As ``sweep_drafts``, for folders and everything below them."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            if any(name.startswith(".") and name.endswith(_DRAFT) for name in names):
                sweep_drafts(Path(parent))


def _writer() -> str:
    """Host name and process id of the writer, for use in a file name."""
    return f"{socket.gethostname().replace('.', '_')}-{os.getpid()}"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, but owned by another user
    return True


def read_yaml(path: Path) -> Any:
    """The content of a YAML file, read with libyaml where it is installed (ten times faster).

    Raises:
        yaml.YAMLError: the file is not YAML.
    """
    return parse_yaml(path.read_text(encoding="utf-8"))


def parse_yaml(text: str) -> Any:
    """The content of YAML, as ``read_yaml`` gives it."""
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def write_text(path: Path, text: str) -> None:
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, data: bytes) -> None:
    with replacing(path) as draft:
        draft.write_bytes(data)


def write_json(path: Path, data: Any, *, sort_keys: bool = True) -> None:
    """Write JSON with a final line break; keys are sorted unless their order carries meaning."""
    write_text(path, json.dumps(data, indent=1, sort_keys=sort_keys, ensure_ascii=False, allow_nan=False) + "\n")


def write_entries(
    path: Path, data: Mapping[str, Mapping[str, Mapping[str, str]]], key: str, head: Mapping[str, Any]
) -> None:
    """Write JSON with one line per second-level entry, sorted: fast when there are many of them.

    Args:
        key: the key of ``data`` in the file, which follows the keys of ``head``.
    """
    encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False).encode
    line = lru_cache(4096)(lambda *answers: encode(dict(answers)))  # most entries have one of a few values
    groups = (
        f"{encode(name)}: {{\n"
        + ",\n".join(f" {encode(key)}: {line(*group[key].items())}" for key in sorted(group))
        + "\n}"
        for name, group in sorted(data.items())
    )
    first = "".join(f"{encode(name)}: {encode(value)},\n" for name, value in head.items())
    write_text(path, "{" + first + encode(key) + ": {" + ",\n".join(groups) + "}}\n")


def read_json(path: Path, default: Any = None) -> Any:
    """The content of a JSON file, or ``default`` when there is none; raises ValueError as ``parsed_json``."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return default
    return parsed_json(text)


def parsed_json(text: str | bytes) -> Any:
    """The content of a text in JSON.

    Raises:
        ValueError: it is not JSON, not in UTF-8, or nested deeper than it can be read.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def as_text(value: Any) -> Any:
    """A cell value for CSV; text that a spreadsheet would run as a formula is prefixed with an apostrophe.

    So is what looks like such a text, ``'=x``, so that everything is read as it was written; only lines within a cell
    end with LF, since a CR, which older versions of Python do not quote, would begin a new row.
    """
    if isinstance(value, str):
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        if value.lstrip("'").startswith(_FORMULA_STARTS):
            return "'" + value
    return value


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[Any]], *, missing: str = "") -> str:
    """The text of a CSV file; headings and cells are guarded (see ``as_text``), None and "" are ``missing``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(as_text, columns))
    writer.writerows((missing if value in (None, "") else as_text(value) for value in row) for row in rows)
    return out.getvalue()


@dataclass(frozen=True)
class Table:
    """A table of text without pandas: ``table[column]`` is the list of its cells."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def __getitem__(self, column: str) -> list[str]:
        index = self.columns.index(column)
        return [row[index] for row in self.rows]


def write_table(path: Path, table: Table) -> None:
    """The same bytes as ``write_csv`` of the same cells."""
    with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(as_text, table.columns))
        writer.writerows(
            [as_text(cell) if cell[:1] in _GUARDED or "\r" in cell else cell for cell in row] for row in table.rows
        )


def read_table(path: Path) -> Table:
    """A table written by ``write_table`` or ``write_csv``, guards removed."""
    with path.open(encoding="utf-8", newline="") as file:
        columns, *rows = (tuple(map(_unguard, row)) for row in csv.reader(file))
    return Table(columns, rows)


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """CSV in UTF-8 with LF; headings and cells that look like formulas are guarded (see ``as_text``)."""
    guarded = frame.copy()
    for column in guarded.columns:
        cells = guarded[column]
        if cells.dtype == object:
            guarded[column] = cells.map(as_text, na_action="ignore")
        elif str(cells.dtype) in ("str", "string"):
            guarded[column] = _changed_where(cells, _GUARDED, as_text)
    guarded.columns = [as_text(name) for name in guarded.columns]
    with replacing(path) as draft:
        guarded.to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table written by ``write_csv``: all cells are text, missing cells are "", guards are removed."""
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in frame.columns:
        frame[column] = _changed_where(frame[column], ("'",), _unguard)
    frame.columns = [_unguard(name) for name in frame.columns]
    return frame


def _changed_where(cells: pd.Series, starts: tuple[str, ...], change: Callable[[str], str]) -> pd.Series:
    """Change the few texts of a column that begin in a certain way, without looking at the others one by one."""
    rows = cells.str.startswith(starts, na=False).to_numpy(dtype=bool)
    rows = rows | cells.str.contains("\r", regex=False, na=False).to_numpy(dtype=bool)
    if not rows.any():
        return cells
    changed = cells.copy()
    changed[rows] = [change(text) for text in cells[rows]]
    return changed


def _unguard(value: str) -> str:
    return value[1:] if value.startswith("'") and value.lstrip("'").startswith(_FORMULA_STARTS) else value
