"""Tables of ``results/``, checked against ``workflow/schemas/tables.yaml`` when they are written."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.files import Table, read_yaml, replacing, write_csv, write_table
from prismake.core.paths import data_file

if TYPE_CHECKING:
    import pandas as pd

OTHERS = "..."  # placeholder in a schema for columns defined by the protocol


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """By table (``full_text/studies.csv``): ``row``, what one row is, and ``columns``."""
    return read_yaml(data_file("schemas/tables.yaml"))


def check_columns(path: Path, columns: Iterable[str]) -> None:
    """Check columns against the schema of the table that a path names; a table without a schema may have any.

    Raises:
        ValueError: they are not the columns of the schema, in its order.
    """
    name = "/".join(path.parts[-2:])
    if name not in schemas():
        return
    present, documented = list(columns), schemas()[name]["columns"]
    start, tail = documented, []
    if OTHERS in documented:
        place = documented.index(OTHERS)
        start, tail = documented[:place], documented[place + 1 :]
    middle = present[len(start) : len(present) - len(tail)]
    if present != [*start, *middle, *tail] or (middle and OTHERS not in documented):
        raise ValueError(
            f"{name} would have the columns {', '.join(present)}; workflow/schemas/tables.yaml has "
            f"{', '.join(documented)}."
        )


def save_csv(path: Path, frame: pd.DataFrame) -> None:
    """``write_csv`` of a table that fits its schema."""
    check_columns(path, frame.columns)
    write_csv(path, frame)


def save_table(path: Path, table: Table) -> None:
    """``write_table`` of a table that fits its schema."""
    check_columns(path, table.columns)
    write_table(path, table)


def save_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table that fits its schema as Parquet, atomically."""
    check_columns(path, frame.columns)
    with replacing(path) as draft:
        frame.to_parquet(draft, index=False)
