"""What the manuscript is made from, read from the tables of all stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.files import read_csv
from prismake.report.inputs import gather as gather_page
from prismake.report.manuscript.content import Manuscript, cited, drawable, manuscript
from prismake.report.manuscript.drawings import Drawings


def gather(
    inputs: Mapping[str, Any], config: Mapping[str, Any], versions: Mapping[str, str]
) -> tuple[Manuscript, Drawings]:
    """The manuscript and what draws its figures.

    Args:
        inputs: paths as ``prismake.report.inputs.gather`` takes them, without ``figures``, and ``appraisal``.
        config: the validated protocol.
        versions: of the software that made the results, by name.
    """
    import pandas as pd

    context, _ = gather_page({**inputs, "figures": []}, config, versions)
    scores = read_csv(inputs["scores"])
    references, numbers = cited(read_csv(inputs["studies"]), pd.read_parquet(inputs["reports"]))
    outcomes = {result["outcome"]: result["title"] for result in context["results"]}
    review = {
        **context,
        "scores": scores.to_dict("records"),
        "references": references,
        "reference_numbers": numbers,
        "drawn": drawable(scores, context["results"]),
    }
    drawings = Drawings(context["flow"], context["results"], read_csv(inputs["appraisal"]), scores, outcomes)
    return manuscript(review), drawings
