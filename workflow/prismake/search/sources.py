"""Read one source, an export or a live database; and the table of all searches."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core import record_files as recordfile
from prismake.core.files import Table, digest, write_table
from prismake.protocol.chased import CHASED
from prismake.search import live, stream
from prismake.search.imported_decisions import DECISION_COLUMNS, nobody_here
from prismake.search.inventory import Fields
from prismake.search.shares import gathered

if TYPE_CHECKING:
    import pandas as pd

Shares = tuple[Sequence[Sequence[Mapping[str, Any]]], Sequence[Path]]
API_KEY_FILE = "ncbi_api_key.txt"  # in config/, where git ignores it


def read_source(
    source: str,
    details: Mapping[str, Any],
    email: str,
    folder: Path,
    records_file: Path,
    decisions_file: Path,
    shares: Shares = ((), ()),
) -> dict[str, Any]:
    """Write the record table of one source; return its search log with the items of PRISMA-S.

    Args:
        source: short name of the source.
        details: ``searches.<source>`` of the config, with ``files``.
        email: sent to NCBI with a live search.
        folder: ``config/searches``; a live search archives its answers in a folder of its own there.
        records_file: path of the table (Parquet).
        decisions_file: path of the decisions imported from an export of a screening tool (CSV).
        shares: what ``read_share`` returned and wrote, if other jobs have read the files.

    Raises:
        ImportFileError, SearchError: each with the file and what to do.
    """
    log: dict[str, Any] = {
        "source": source,
        "label": details["label"],
        "kind": details["kind"],
        "query": details["query"],
        "date": details["date"],
        "limits": details["limits"],
        "platform": details["platform"],
        "query_translation": "",
        "warnings": [],
        "runs": [],
    }
    files = [Path(name) for name in details["files"]]
    if details["live"]:
        files = _search(source, details, email, folder / source, log)
    once = bool(details["live"]) or any(file.name == CHASED for file in files)
    files = [file for file in files if file.name != CHASED]
    with recordfile.writing(records_file) as writer:
        if shares[0]:
            imports, digests = gathered(*shares, source, writer)
        else:
            imports = stream(files, source, writer.add, once=once)
            digests = list(map(digest, files))
    log["label"] = log["label"] or next((export.database for export in imports if export.database), source)
    log["kind"] = log["kind"] or ("register" if any(export.kind == "register" for export in imports) else "database")
    log["platform"] = log["platform"] or next((export.platform for export in imports if export.platform), "")
    log["records"] = sum(len(export.record_ids) for export in imports)
    log["files"] = [
        {"name": file.as_posix(), "sha256": sha256, "records": len(export.record_ids), "format": export.format}
        for file, sha256, export in zip(files, digests, imports, strict=True)
    ]
    log["fields"] = Fields.together(export.fields for export in imports).as_dict()
    log["warnings"] += [text for export in imports for text in [*export.warnings, *export.problems]]
    decisions = [
        {**row, "file": file.name}
        for file, export in zip(files, imports, strict=True)
        for row in export.decision_rows()
    ]
    log["warnings"] += nobody_here(source, decisions, details["reviewers"])
    write_table(
        decisions_file,
        Table(tuple(DECISION_COLUMNS), [tuple(row[name] for name in DECISION_COLUMNS) for row in decisions]),
    )
    return log


def searches_table(logs: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per search, for PRISMA-S: label, kind, platform, query, date, limits, records, files.

    ``fields_used``, ``fields_ignored`` and ``fields_unknown`` count the tags or headers of its files that are used,
    deliberately ignored, and unknown; ``fields_missing`` are columns that none of its records has.
    """
    import pandas as pd

    rows = [
        {
            **{key: log[key] for key in ("source", "label", "kind", "platform", "query", "query_translation")},
            **{key: log[key] for key in ("date", "limits", "records")},
            "files": "; ".join(file["name"] for file in log["files"]),
            **{f"fields_{kind}": len(log["fields"][kind]) for kind in ("used", "ignored", "unknown")},
            "fields_missing": "; ".join(log["fields"]["missing"]),
            "warnings": "; ".join(log["warnings"]),
        }
        for log in logs
    ]
    columns = [
        "source",
        "label",
        "kind",
        "platform",
        "query",
        "query_translation",
        "date",
        "limits",
        "records",
        "files",
        "fields_used",
        "fields_ignored",
        "fields_unknown",
        "fields_missing",
        "warnings",
    ]
    return pd.DataFrame(rows, columns=columns).sort_values("source", kind="stable")


def _search(source: str, details: Mapping[str, Any], email: str, archive: Path, log: dict[str, Any]) -> list[Path]:
    """Search the database or use the archived answers; return the files with the records."""
    from prismake.core.progress import Reporter

    database = live.module(details["live"])
    result = database.search(
        details["query"],
        archive,
        email=email,
        api_key=api_key(archive.parent.parent),
        date=details["date"] or details["until"],
        since=details["since"] or None,
        until=details["until"],
        frozen=details["frozen"],
        progress=Reporter(details["label"] or source),
    )
    answer = asdict(result)
    for key in ("label", "kind", "query_translation", "date", "platform", "runs"):
        log[key] = log[key] or answer[key]
    log["limits"] = "; ".join(text for text in (log["limits"], answer["limits"]) if text)
    log["warnings"] += result.warnings
    return database.archive_files(archive)


def api_key(config_folder: Path) -> str | None:
    """The NCBI API key: from the environment (``NCBI_API_KEY``), else from a file that git ignores."""
    key = os.environ.get("NCBI_API_KEY", "").strip()
    file = config_folder / API_KEY_FILE
    if not key and file.is_file():
        key = file.read_text(encoding="utf-8").strip()
    return key or None
