"""Files in the place of a sheet that are refused before they are opened as workbooks."""

from __future__ import annotations

import zipfile
from pathlib import Path

from prismake.core.errors import FileRefused, SheetError
from prismake.core.files import digest
from prismake.core.refusals import pass_on_refusal
from prismake.core.sheet_extent import DAMAGED, DENSE, extents
from prismake.kept.way_back import way_back
from prismake.sheets.xlsx import column_letter

_HEAD = 4096  # bytes that are enough to tell a file from a workbook
_MOST = 1024**3  # bytes to unpack; fifty thousand rows with abstracts are a tenth of it
_CONFLICT, _LFS = b"<<<<<<<", b"version https://git-lfs"


def digest_of_sheet(path: Path) -> str:
    """The digest of a sheet. Raises SheetError if the system does not allow it to be read."""
    try:
        return digest(path) or ""
    except FileRefused as error:
        stays = "Until then the answers read last stay in force."
        raise SheetError(error.what, where=str(path), remedy=f"{error.remedy} {stays}".strip()) from error


def refuse_no_workbook(path: Path) -> None:
    """Raise SheetError for what a full disk, a cloud folder or git has left in the place of a workbook."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise SheetError("the file is empty (0 bytes).", where=str(path), remedy=way_back(path))
    if not head.strip(b"\0"):
        raise SheetError(
            "nothing but zeros is in the file: a cloud service has kept a placeholder without the content.",
            where=str(path),
            remedy=f"Let it be downloaded (“always keep on this device”). {way_back(path)}",
        )
    if head.startswith(_CONFLICT):
        raise SheetError(
            "git has written merge conflict markers into it.",
            where=str(path),
            remedy=f"Take one of the two versions: git checkout --ours {path.name}, or --theirs. {way_back(path)}",
        )
    if head.startswith(_LFS):
        raise SheetError(
            "this is only a pointer of git LFS to the workbook.", where=str(path), remedy="Type: git lfs pull"
        )


def refuse_stray_cells(path: Path) -> None:
    """Raise SheetError for what would fill the memory: a cell far outside the table, or parts of an absurd size."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = max(archive.infolist(), key=lambda part: part.file_size, default=None)
            if part and part.file_size > _MOST:
                raise SheetError(
                    f"its part {part.filename} would unpack to {part.file_size // 1024**2:,} MiB, which no sheet does.",
                    where=str(path),
                    remedy=way_back(path),
                )
            rows, columns = max(extents(archive), key=lambda size: size[0] * size[1], default=(0, 0))
    except (*DAMAGED, OSError) as error:
        pass_on_refusal(error, path)
        return  # the damage is reported when the workbook is opened
    if rows * columns > DENSE:
        raise SheetError(
            f"there is something far outside the table: the sheet reaches to row {rows:,} and column "
            f"{column_letter(columns)}, which is {rows * columns:,} cells.",
            where=str(path),
            remedy="Delete the rows below the table and the columns to the right of it, and save.",
        )
