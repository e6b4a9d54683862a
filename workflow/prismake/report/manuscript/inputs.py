"""The inputs of manuscript and supplement, read from the tables of all stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.files import read_csv, read_json
from prismake.report.inputs import gather as gather_page
from prismake.report.manuscript.content import Manuscript, cited, drawable, manuscript
from prismake.report.manuscript.drawings import Drawings
from prismake.report.manuscript.study_sets import study_sets
from prismake.report.manuscript.supplement import supplement

if TYPE_CHECKING:
    import pandas as pd

    from prismake.core.reuse import KeptParts
    from prismake.report.manuscript.typed_sheets import Sheet


def gather(
    inputs: Mapping[str, Any],
    config: Mapping[str, Any],
    versions: Mapping[str, str],
    kept: KeptParts | None = None,
) -> tuple[Manuscript, Drawings]:
    """The manuscript, and the object that draws its figures.

    Args:
        inputs: paths as ``prismake.report.inputs.gather`` takes them, without ``figures``, and ``appraisal``.
        config: the validated protocol.
        versions: of the software that made the results, by name.
        kept: pictures from earlier runs.
    """
    review, scores, _ = _review(inputs, config, versions)
    outcomes = {result["outcome"]: result["title"] for result in review["results"]}
    appraisal, look = read_csv(inputs["appraisal"]), config["figures"]
    drawings = Drawings(review["flow"], review["results"], appraisal, scores, outcomes, look, kept)
    return manuscript(review), drawings


def gather_supplement(
    inputs: Mapping[str, Any], config: Mapping[str, Any], versions: Mapping[str, str]
) -> tuple[list[Sheet], dict[str, pd.DataFrame]]:
    """The sheets of the supplement, and the sets of reports by name; ``inputs`` as for ``gather``, and its tables."""
    review, scores, reports = _review(inputs, config, versions)
    read = ("appraisal", "outcomes", "families", "flow_table", "known", "full_text")
    tables = {name.removesuffix("_table"): read_csv(inputs[name]) for name in read}
    sheets = supplement(review, manuscript(review), {**tables, "scores": scores, "reports": reports})
    return sheets, study_sets(tables["full_text"], reports)


def _review(
    inputs: Mapping[str, Any], config: Mapping[str, Any], versions: Mapping[str, str]
) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """The review in the form that ``manuscript`` takes, the scores, and the reports."""
    import pandas as pd

    context, _ = gather_page({**inputs, "figures": []}, config, versions)
    scores, reports = read_csv(inputs["scores"]), pd.read_parquet(inputs["reports"])
    references, numbers = cited(read_csv(inputs["studies"]), reports)
    review = {
        **context,
        "scores": scores.to_dict("records"),
        "references": references,
        "reference_numbers": numbers,
        "amendments": read_json(inputs["amendments"])["words"],
        "drawn": drawable(scores, context["results"]),
    }
    return review, scores, reports
