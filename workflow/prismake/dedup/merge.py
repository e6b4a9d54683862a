"""One row per report: the best value of every field by a fixed order of preference, with all sources and ids."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from prismake.core.errors import DedupError
from prismake.core.names import RECORD_ID, REPORT_ID
from prismake.core.records import COLUMNS, LIST_COLUMNS

_ABBREVIATED = re.compile(r"\b[A-Za-z]{1,5}\.|^[A-Z]{2,6}$")


def merge_reports(records: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Merge the records of every cluster.

    ``clusters`` has record_id and report_id of every record. Returns report_id, the fields of the record
    table, record_ids and sources (sorted lists), sorted by report_id. Order of preference:

    * title: the longest that is not in capitals; abstract: the longest;
    * authors: the longest list, then the longest text; journal: a name before an abbreviation, then the longest;
    * year: the latest (print after e-publication); pages: a range before a single page;
    * doi, pmid, volume, issue, language, url and the rest: the value that most records have;
    * publication types, keywords, registration numbers and related reports: the union; retracted if any record is.

    Ties are broken by the text itself and then by record id, never by the order of the rows.
    """
    clustered = set(clusters[RECORD_ID])
    missing = [r for r in records[RECORD_ID] if r not in clustered]
    if missing:
        raise DedupError(
            f"{len(missing)} records are in no cluster, for example '{missing[0]}'.",
            remedy="Make the clusters and the reports from the same record table.",
        )
    report = clusters.set_index(RECORD_ID)[REPORT_ID]
    table = records.assign(report_id=records[RECORD_ID].map(report)).sort_values([REPORT_ID, RECORD_ID])
    table = table.reset_index(drop=True)
    fields = [c for c in COLUMNS if c in table.columns and c != RECORD_ID]
    bounds = table.groupby(REPORT_ID, sort=False).indices
    out: dict[str, list[Any]] = {REPORT_ID: [], "record_ids": [], "sources": []}
    ids = table[RECORD_ID].tolist()
    sources = table["source"].tolist() if "source" in table.columns else [""] * len(table)
    for report_id, rows in bounds.items():
        out[REPORT_ID].append(report_id)
        out["record_ids"].append([ids[k] for k in rows])
        out["sources"].append(sorted({sources[k] for k in rows if sources[k]}))
    merged = pd.DataFrame({REPORT_ID: pd.Series(out[REPORT_ID], dtype="str")})
    groups = list(bounds.values())
    for name in fields:
        merged[name] = _column(name, table[name], groups)
    for name in ("record_ids", "sources"):
        merged[name] = pd.Series(out[name], dtype=object)
    return merged.sort_values(REPORT_ID, ignore_index=True)


def _column(name: str, column: pd.Series, groups: list[Any]) -> pd.Series:
    values = (pd.to_numeric(column, errors="coerce") if name == "year" else column).tolist()
    if name in LIST_COLUMNS and name != "authors":
        return pd.Series([_united([values[k] for k in rows]) for rows in groups], dtype=object)
    if name == "retracted":
        return pd.Series([any(bool(values[k]) for k in rows) for rows in groups], dtype="bool")
    best = _BEST.get(name, _commonest)
    merged = [values[rows[0]] if len(rows) == 1 else best([values[k] for k in rows]) for rows in groups]
    if name == "year":
        return pd.Series(pd.array([None if v is pd.NA or v != v else v for v in merged], dtype="Int64"))  # noqa: PLR0124
    return pd.Series(merged, dtype=object if name == "authors" else "str")


def _present(values: list[Any]) -> list[Any]:
    return [v for v in values if isinstance(v, str) and v.strip()]


def _commonest(values: list[Any]) -> str:
    present = _present(values)
    count: dict[str, int] = {}
    for value in present:
        count[value] = count.get(value, 0) + 1
    return min(count, key=lambda v: (-count[v], -len(v), v)) if count else ""


def _longest(values: list[Any]) -> str:
    return min(_present(values), key=lambda v: (-len(v), v), default="")


def _title(values: list[Any]) -> str:
    return min(_present(values), key=lambda v: (v.upper() == v, -len(v), v), default="")


def _journal(values: list[Any]) -> str:
    return min(_present(values), key=lambda v: (bool(_ABBREVIATED.search(v)), -len(v), v), default="")


def _pages(values: list[Any]) -> str:
    return min(_present(values), key=lambda v: (not re.search(r"\d\s*[-–]+\s*\w", v), -len(v), v), default="")


def _year(values: list[Any]) -> object:
    return max((v for v in values if v is not None and v is not pd.NA and v == v), default=pd.NA)  # noqa: PLR0124


def _authors(values: list[Any]) -> list[Any]:
    lists = [[v] if isinstance(v, str) else list(v) for v in values if v is not None and len(v)]
    return min(lists, key=lambda v: (-len(v), -sum(map(len, v)), v), default=[])


def _united(values: list[Any]) -> list[Any]:
    seen: dict[str, None] = {}
    for value in values:
        for item in [] if value is None else [value] if isinstance(value, str) else value:
            seen.setdefault(item)
    return list(seen)


_BEST = {
    "title": _title,
    "abstract": _longest,
    "authors": _authors,
    "journal": _journal,
    "pages": _pages,
    "year": _year,
}
