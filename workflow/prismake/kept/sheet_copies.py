"""Copies of workbooks for ``prismake restore``: as they were read, and as people left them before rows were added.

They are kept in ``config/sheets/history/`` as ``<stage>.<reviewer>.<day>T<time>Z.<digest>.xlsx``: the last ten of each
sheet, and of the earlier ones the last of each month. A workbook replaced by ``prismake restore`` is kept as
``….replaced.xlsx`` and never removed, nor are copies of prismake 0.1, which have no date in their names.
"""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from prismake.core.files import digest, replacing
from prismake.kept.sheet_files import SUFFIXES

LAST = 10  # copies of a sheet that are always kept
REPLACED = ".replaced"
_WRITTEN_WITHIN = 2  # seconds after the time in its name
_NAME = re.compile(r"(?:\.(?P<when>\d{4}-\d\d-\d\dT\d{9}Z))?\.(?P<digest>[0-9a-f]{8})")


@dataclass(frozen=True)
class Copy:
    """A copy of a workbook.

    ``when``: "2026-11-29T201500250Z", UTC to the millisecond; empty for a copy of prismake 0.1.
    """

    path: Path
    when: str
    digest: str

    @property
    def day(self) -> str:
        return self.when[:10]


def copies(sheet: Path) -> list[Copy]:
    """The copies of a workbook, newest first; copies without a date in their names come last.

    Args:
        sheet: the workbook in the folder of the sheets, with any suffix; it need not exist.
    """
    entries = []
    for path in sheet.parent.joinpath("history").glob(f"{sheet.stem}.*"):
        match = _NAME.fullmatch(path.name.removeprefix(sheet.stem).removesuffix(path.suffix))
        if match and path.suffix in SUFFIXES:
            entries.append(Copy(path, match["when"] or "", match["digest"]))
    return sorted(entries, key=lambda copy: (copy.when, copy.path.name), reverse=True)


def is_copy(path: Path) -> bool:
    """Whether a file has a name under which copies are kept, wherever it is."""
    return bool(_NAME.search(path.name.removesuffix(path.suffix).removesuffix(REPLACED)))


def edited_copies(history: Path) -> list[Path]:
    """Copies that somebody has opened and saved since they were made, and workbooks put beside them, by path.

    Only files that are newer than their names say are looked into. One whose content has come to a sheet is not among
    them.
    """
    files = [path for path in sorted(history.glob("*")) if path.suffix in SUFFIXES and path.is_file()]
    matches = {path: _NAME.search(path.name.removesuffix(path.suffix).removesuffix(REPLACED)) for path in files}
    digests = {match["digest"] for match in matches.values() if match}
    edited = [path for path, match in matches.items() if match is None and not path.name.startswith(("~$", "."))]
    for path, match in matches.items():
        if match and match["when"]:
            made = datetime.datetime.strptime(match["when"], "%Y-%m-%dT%H%M%S%fZ").replace(tzinfo=datetime.UTC)
            newer = path.stat().st_mtime > made.timestamp() + _WRITTEN_WITHIN
            if newer and (digest(path) or "")[:8] not in digests:
                edited.append(path)
    return edited


def keep_copy(path: Path, as_read: str = "") -> Path | None:
    """Keep a copy of a workbook under a name with date and digest; the same content is kept once.

    Args:
        as_read: the digest of the workbook when it was read; if it has been saved since, no copy is made, because its
            content has not been read yet.
    """
    present = digest(path) or ""
    if as_read and present != as_read:
        return None
    earlier_copies = copies(path)
    for copy in earlier_copies:
        if copy.digest == present[:8] and copy.path.suffix == path.suffix:
            return copy.path
    copy_path = _copied(path, present)
    for copy in superfluous([*copies(path)]):
        copy.path.unlink(missing_ok=True)
    return copy_path


def put_aside(path: Path, *, stays: bool = False) -> Path:
    """Move a workbook that is to be replaced among the copies, under a name that says so.

    Args:
        stays: it is left where it is as well, because a link into another folder is to stay one.
    """
    copy_path = _copied(path, digest(path) or "", REPLACED)
    if not stays:
        path.unlink()
    return copy_path


def keep_as_read(changed: Sequence[str], workbooks: Mapping[str, tuple[Path, str]]) -> None:
    """Keep copies of the workbooks whose answers differ from the last reading.

    Args:
        changed: whose answers changed.
        workbooks: by reviewer, the file and its digest when it was read.
    """
    for who in changed:
        if who in workbooks:
            keep_copy(*workbooks[who])


def superfluous(all_copies: Sequence[Copy]) -> list[Copy]:
    """The copies that may be removed, given all copies of a sheet, newest first."""
    dated = [copy for copy in all_copies if copy.when]
    months: set[str] = set()
    surplus = []
    for copy in dated[LAST:]:
        if copy.when[:7] in months:
            surplus.append(copy)
        months.add(copy.when[:7])
    return surplus


def _copied(path: Path, content: str, mark: str = "") -> Path:
    now = _now()
    when = f"{now:%Y-%m-%dT%H%M%S}{now.microsecond // 1000:03d}Z"
    copy_path = path.parent / "history" / f"{path.stem}.{when}.{content[:8]}{mark}{path.suffix}"
    with replacing(copy_path) as draft:
        shutil.copyfile(path, draft)
    return copy_path


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
