"""One row per report: the best value of every field by a fixed order of preference, with all sources and ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from prismake.core.errors import DedupError
from prismake.core.names import RECORD_ID, REPORT_ID
from prismake.core.progress import tracked
from prismake.core.records import COLUMNS, LIST_COLUMNS

_STRETCH = 20_000  # reports
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
    records = records.reset_index(drop=True)
    report = records[RECORD_ID].map(clusters.set_index(RECORD_ID)[REPORT_ID])
    keys = pd.DataFrame({REPORT_ID: report, RECORD_ID: records[RECORD_ID]}).sort_values([REPORT_ID, RECORD_ID])
    groups = _Groups(keys.index.to_numpy(), keys[REPORT_ID].to_numpy(dtype=object))
    merged = pd.DataFrame({REPORT_ID: pd.Series(groups.names, dtype="str")})
    names = [column for column in COLUMNS if column in records.columns and column != RECORD_ID]
    for name in tracked(names, len(names), "merging duplicates", "columns"):
        merged[name] = _column(name, records[name], groups)
    sources = records["source"] if "source" in records.columns else pd.Series([""] * len(records))
    merged["record_ids"] = pd.Series(groups.values(records[RECORD_ID]), dtype=object)
    found_by = (sorted({source for source in values if source}) for values in groups.values(sources))
    merged["sources"] = pd.Series(list(found_by), dtype=object)
    return merged


class _Groups:
    """The rows of each report: by report and record, ``order`` of the rows of the table, and where reports begin.

    Values are taken from one column at a time, and as Python objects only where a report has several records: of a
    million records nearly all are alone, and their abstracts would fill the memory twice over.
    """

    def __init__(self, order: np.ndarray, reports: np.ndarray) -> None:
        self.order = order
        self.starts = np.flatnonzero(np.append(True, reports[1:] != reports[:-1])) if len(reports) else order[:0]
        self.sizes = np.diff(np.append(self.starts, len(order)))
        self.names = reports[self.starts].tolist()

    def values(self, column: pd.Series) -> list[list[Any]]:
        """The values of each report."""
        every = column.take(self.order).tolist()
        return [every[at : at + size] for at, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True)]

    def rows_of_several(self, start: int, stop: int) -> list[np.ndarray]:
        """Of the reports from ``start`` to before ``stop``, the rows of each that has several records."""
        chosen = np.flatnonzero(self.sizes[start:stop] > 1) + start
        return [self.order[at : at + self.sizes[k]] for k, at in zip(chosen, self.starts[chosen], strict=True)]


def _column(name: str, column: pd.Series, groups: _Groups) -> pd.Series:
    if name == "year":
        column = pd.to_numeric(column, errors="coerce")
        years = [_year(values) for values in groups.values(column)]
        return pd.Series(pd.array([None if v is pd.NA or v != v else v for v in years], dtype="Int64"))  # noqa: PLR0124
    if name in LIST_COLUMNS and name != "authors":
        return pd.Series([_united(values) for values in groups.values(column)], dtype=object)
    if name == "retracted":
        return pd.Series([any(map(bool, values)) for values in groups.values(column)], dtype="bool")
    best = _BEST.get(name, _commonest)
    if name == "authors" or column.dtype != "str":
        values = [every[0] if len(every) == 1 else best(every) for every in groups.values(column)]
        return pd.Series(values, dtype=object if name == "authors" else "str")
    return _texts(column, groups, best)


def _texts(column: pd.Series, groups: _Groups, best: Callable[[list[Any]], Any]) -> pd.Series:
    """The text of each report; only a stretch of reports is in memory as Python objects."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.chunked_array(column.array.__arrow_array__(pa.large_string())).combine_chunks()
    parts = []
    for start in range(0, len(groups.starts), _STRETCH):
        stop = min(start + _STRETCH, len(groups.starts))
        several = groups.rows_of_several(start, stop)
        every = texts.take(pa.array(np.concatenate(several))).to_pylist() if several else []
        ends = np.cumsum([len(rows) for rows in several]).tolist()
        chosen = [best(every[end - len(rows) : end]) for end, rows in zip(ends, several, strict=True)]
        firsts = texts.take(pa.array(groups.order[groups.starts[start:stop]]))
        mask = pa.array(groups.sizes[start:stop] > 1)
        parts.append(pc.replace_with_mask(firsts, mask, pa.array(chosen, pa.large_string())))
    return pd.Series(pd.array(pa.chunked_array(parts, pa.large_string()), dtype="str"))


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
