"""Shares of the export files of a large source, which jobs read side by side; and gathering what they read.

A share is read as the whole source is, but for the numbers that tell records with the same id apart: these follow the
order of all files, so they are given when the shares are gathered. The result has the bytes of reading without shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from prismake.core import record_files
from prismake.core.files import digest
from prismake.core.names import RECORD_ID
from prismake.core.records import Ids, UnnumberedIds
from prismake.search.export_decisions import Decision
from prismake.search.imports import Import, stream
from prismake.search.inventory import Fields


def read_share(files: Sequence[str], source: str, records_file: Path) -> list[dict[str, Any]]:
    """Write the records of some files of a source; return what each file gave, for ``gathered``.

    Raises:
        ImportFileError: as ``stream``.
    """
    with record_files.writing(records_file) as writer:
        imports = stream(files, source, writer.add, ids=UnnumberedIds(source))
    return [
        {**asdict(replace(export, record_ids=[])), "records": len(export.record_ids), "sha256": digest(Path(file))}
        for file, export in zip(files, imports, strict=True)
    ]


def gathered(
    read: Iterable[Sequence[Mapping[str, Any]]], tables: Iterable[Path], source: str, writer: record_files.Writer
) -> tuple[list[Import], list[str | None]]:
    """Write the records of all shares in their order with their ids; what each file gave, and its SHA-256.

    Args:
        read: what ``read_share`` returned for each share.
        tables: the records of each share.
    """
    import pyarrow as pa

    ids, given = Ids(source), list[str]()
    for table in tables:
        for rows in record_files.columns_of(table):
            numbered = list(map(ids.numbered, rows[RECORD_ID].to_pylist()))
            given += numbered
            place = rows.schema.get_field_index(RECORD_ID)
            writer.add_columns(rows.set_column(place, rows.schema.field(place), pa.array(numbered)))
    imports, digests, start = list[Import](), list[str | None](), 0
    for file in (file for share in read for file in share):
        stop = start + file["records"]
        values = {
            **file,
            "record_ids": given[start:stop],
            "records": [],
            "decisions": [
                Decision(**{**decision, "labels": tuple(decision["labels"])}) for decision in file["decisions"]
            ],
            "fields": Fields(**file["fields"]),
        }
        digests.append(values.pop("sha256"))
        imports.append(Import(**values))
        start = stop
    return imports, digests
