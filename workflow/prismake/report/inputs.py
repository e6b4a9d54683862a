"""The content of the report, gathered from the tables of all stages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.files import read_csv, read_json
from prismake.core.names import ITEM_ID, REPORT_ID
from prismake.report.appraisal_methods import designs_present, instrument_details
from prismake.report.appraisal_part import appraisal_part
from prismake.report.provenance import cells_part, cohorts_part
from prismake.report.records_part import records_part
from prismake.report.status import rows

if TYPE_CHECKING:
    import pandas as pd


_SEVERAL = ("searches", "statuses", "agreement", "results", "figures")  # inputs that are lists


def paths_of(inputs: Any) -> dict[str, Any]:
    """The inputs of a rule by name, as paths; Snakemake hands over a list of one as a plain path."""
    return {
        name: [Path(path) for path in ([value] if isinstance(value, str) else value)]
        if name in _SEVERAL
        else Path(value)
        for name, value in inputs.items()
        if value or name in _SEVERAL
    }


def gather(
    inputs: Mapping[str, Any], config: Mapping[str, Any], versions: Mapping[str, str]
) -> tuple[dict[str, Any], pd.DataFrame]:
    """The context of ``prismake.report.page.render`` and the study table.

    Args:
        inputs: paths by the names of the rule's inputs; ``searches``, ``statuses``, ``agreement``, ``results`` and
            ``figures`` are lists.
        config: the validated protocol.
        versions: of the software that made the results, by name.
    """
    import pandas as pd

    from prismake.report.tables import CITED, citation, left_out_reports, study_table

    statuses = [read_json(path) for path in inputs["statuses"]]
    reports = pd.read_parquet(inputs["reports"], columns=list(CITED))
    included, assessed = read_csv(inputs["studies"]), read_csv(inputs["full_text"])
    read_in_full = reports[reports[REPORT_ID].isin(assessed[ITEM_ID])]
    citations = {row[REPORT_ID]: citation(row) for row in read_in_full.to_dict("records")}
    fields = config["extraction"]["fields"]
    titles = {name: spec["title"] for name, spec in config["outcomes"].items()}
    studies = study_table(
        included, read_csv(inputs["scores"]), read_csv(inputs["extraction"]), fields, citations, titles
    )
    appraisal = {**config["appraisal"], "instruments": designs_present(config["appraisal"]["instruments"], included)}
    instruments = instrument_details(appraisal["instruments"])
    flow = read_json(inputs["flow"])
    results = [read_json(path) for path in inputs["results"]]
    context = {
        "config": {**config, "appraisal": appraisal},
        "versions": versions,
        "instruments": instruments,
        "appraisal": appraisal_part(
            read_csv(inputs["scores"]),
            read_csv(inputs["appraisal_agreement"]),
            {result["outcome"]: result["title"] for result in results},
            {name: details["title"] for name, details in instruments.items()},
        ),
        "stages": statuses,
        "status": rows(statuses),
        "searches": [read_json(path) for path in inputs["searches"]],
        "duplicates": {
            "summary": read_json(inputs["duplicates"]),
            **{
                name: pd.read_csv(inputs[name], keep_default_na=False).to_dict("records")
                for name in ("sources", "shared")
            },
        },
        "flow": flow,
        "behind": records_part(read_csv(inputs["places"]), reports, other="other" in flow["boxes"]),
        "notices": notices_of(read_csv(inputs["notices"]), included, citations),
        "carried": read_json(inputs["carried"]),
        "vanished": read_csv(inputs["vanished"]).to_dict("records"),
        "known": read_csv(inputs["known"]).to_dict("records"),
        "findings": read_json(inputs["findings"]),
        "results": results,
        "cohorts": cohorts_part(read_csv(inputs["families"]), read_csv(inputs["hints"]), results),
        "cells": cells_part(read_csv(inputs["cells"]), results),
        "studies": {"columns": list(studies.columns), "rows": studies.astype(str).to_numpy().tolist()},
        "included": len(included),
        "excluded": left_out_reports(assessed, read_in_full),
        "agreement": [
            {"title": status["title"], "fields": read_json(path)}
            for status, path in zip(statuses, inputs["agreement"], strict=True)
        ],
        "figures": {_figure_name(path): path.read_text(encoding="utf-8") for path in inputs["figures"]},
    }
    return context, studies


def notices_of(notices: pd.DataFrame, studies: pd.DataFrame, citations: Mapping[str, str]) -> list[dict[str, str]]:
    """Included reports with a known retraction, expression of concern or the like: study, citation, notice."""
    label = {report: row["label"] for row in studies.to_dict("records") for report in row["report_ids"].split("; ")}
    return [
        {"study": label.get(row[REPORT_ID], ""), "citation": citations[row[REPORT_ID]], "notice": row["notices"]}
        for row in notices.to_dict("records")
        if row["notices"]
    ]


def _figure_name(path: Path) -> str:
    """``results/pooling/relapse.forest.antigen.svg`` is the figure ``relapse.forest.antigen``."""
    return path.name.removesuffix(".svg")
