"""The flow in the form that the R package PRISMA2020 reads (Haddaway et al., Campbell Syst Rev 2022;18:e1230).

``read.csv``, ``PRISMA_data`` and ``PRISMA_flowdiagram`` accept the file as it is. Its rows, columns and words are those
of the package's own template (version 1.1.4, MIT), with ``n`` filled in; the rows on meta-analysis are drawn by this
and later versions and ignored by earlier ones.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.files import Table
from prismake.core.names import STUDY_ID
from prismake.core.outcome_results import is_pooled
from prismake.core.paths import data_file

_OTHER_METHODS = {"website_results": ("web",), "organisation_results": ("organi",), "citations_results": ("citation",)}


def prisma_table(flow: Mapping[str, Any], results: Iterable[Mapping[str, Any]], reports: Mapping[str, int]) -> Table:
    """The table; sources of other methods that belong to none of its three kinds count as *Websites and others*.

    Args:
        flow: ``flow/flow.json``.
        results: the contents of ``pooling/<outcome>.json``; studies of a pooled result are in meta-analysis.
        reports: number of reports by study id.
    """
    boxes = flow["boxes"]
    values, unnamed = _values(boxes), False
    for label, number in (boxes.get("other") or {}).get("identified", {}).get("sources", {}).items():
        kind = next((k for k, words in _OTHER_METHODS.items() if any(word in label.casefold() for word in words)), "")
        unnamed = unnamed or not kind
        values[kind or "website_results"] = values.get(kind or "website_results", 0) + number
    pooled = {study[STUDY_ID] for result in results if is_pooled(result) for study in result["studies"]}
    values["total_studies_ma"] = len(pooled)
    values["total_reports_ma"] = sum(reports.get(study, 1) for study in pooled)
    with data_file("report/prisma2020.csv").open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    filled = []
    for row in rows:
        cells = [*row[:-1], str(values.get(row[0], row[-1]))]
        if row[0] == "website_results" and unnamed:
            cells[4] = "Websites and others"
        filled.append(tuple(cells))
    return Table(tuple(columns), filled)


def _values(boxes: Mapping[str, Any]) -> dict[str, Any]:
    none = {"studies": 0, "reports": 0}
    previous, total = boxes.get("previous", none), boxes.get("total", boxes["included"])
    identified, removed = boxes["identified"], boxes["removed"]
    values = {
        "previous_studies": previous["studies"],
        "previous_reports": previous["reports"],
        "database_results": sum(identified["databases"].values()),
        "database_specific_results": _listed(identified["databases"]),
        "register_results": sum(identified["registers"].values()),
        "register_specific_results": _listed(identified["registers"]),
        "duplicates": removed["duplicates"],
        "excluded_automatic": removed["automation"],
        "excluded_other": removed["other"],
        "records_screened": boxes["screened"],
        "records_excluded": boxes["excluded_title_abstract"],
        "dbr_sought_reports": boxes["sought"],
        "dbr_notretrieved_reports": boxes["not_retrieved"],
        "dbr_assessed": boxes["assessed"],
        "dbr_excluded": _listed(boxes["excluded_full_text"]),
        "new_studies": boxes["included"]["studies"],
        "new_reports": boxes["included"]["reports"],
        "total_studies": total["studies"],
        "total_reports": total["reports"],
    }
    if other := boxes.get("other"):
        values |= {
            "other_sought_reports": other["sought"],
            "other_notretrieved_reports": other["not_retrieved"],
            "other_assessed": other["assessed"],
            "other_excluded": _listed(other["excluded_full_text"]),
        }
    return values


def _listed(counts: Mapping[str, int]) -> str:
    """``Embase, 179; PubMed, 58``; a comma or semicolon within a name would split it. 0 if there is nothing."""
    names = {name: name.replace(",", " –").replace(";", " –") for name in counts}
    return "; ".join(f"{names[name]}, {number}" for name, number in counts.items()) or "0"
