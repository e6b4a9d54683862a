"""Two folders of results of one review, made by different versions of libraries: every number within 1e-12.

    python tests/demo/compare_results.py FOLDER FOLDER

Files of the same bytes are equal. Of JSON and CSV every value is compared, numbers by their relative difference, all
else as it is; of Parquet the rows, because another pyarrow writes the same rows in other bytes; of workbooks the cells;
of PDF what its pages draw, because the file names the program that wrote it.
Page and manuscript name the versions of the libraries and are left out, as are the rows of workbooks that name them.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOLERANCE = 1e-12
_BESIDE = ("logs",)  # folders without results
_NAMES_VERSIONS = {"report.html", "manuscript.docx"}


def differences(first: Path, second: Path) -> Iterator[str]:
    """A line for each value that differs, and for each file that only one of the two has."""
    names = sorted({*_files(first), *_files(second)})
    for name in names:
        if not (first / name).exists() or not (second / name).exists():
            yield f"{name}: only one of the two has it"
        elif name.name in _NAMES_VERSIONS or (first / name).read_bytes() == (second / name).read_bytes():
            continue
        else:
            yield from _of_values(_content(first / name), _content(second / name), str(name))


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part in _BESIDE or part.startswith(".") for part in relative.parts):
            yield relative


def _content(path: Path) -> Any:
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [[_number(cell) for cell in row] for row in csv.reader(file)]
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path).to_pylist()
    if path.suffix == ".xlsx":
        import python_calamine

        book = python_calamine.CalamineWorkbook.from_path(path)
        rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        return {name: [row for row in sheet if not any(map(_names_versions, row))] for name, sheet in rows.items()}
    if path.suffix == ".pdf":
        import pypdf

        return [page.get_contents().get_data().split(b"\n") for page in pypdf.PdfReader(path).pages]
    return path.read_bytes()


def _names_versions(cell: Any) -> bool:
    return isinstance(cell, str) and "numpy" in cell.casefold()


def _number(cell: str) -> float | str:
    try:
        return float(cell) if not cell.lstrip("-").isdecimal() else cell  # whole numbers and ids are compared as text
    except ValueError:
        return cell


def _of_values(a: Any, b: Any, where: str) -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from _of_values(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, pair in enumerate(zip(a, b, strict=True)):
            yield from _of_values(*pair, f"{where}[{index}]")
    elif isinstance(a, float) and isinstance(b, float):
        if not math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) and not (math.isnan(a) and math.isnan(b)):
            yield f"{where}: {a!r} and {b!r}"
    elif a != b:
        yield f"{where}: {str(a)[:80]} and {str(b)[:80]}"


if __name__ == "__main__":
    lines = list(differences(*map(Path, sys.argv[1:3])))
    print("\n".join(lines[:50]) or f"{len(set(_files(Path(sys.argv[1]))))} files, every number within {TOLERANCE:g}")
    sys.exit(bool(lines))
