"""An R script that reads the results of an outcome, recomputes them with metafor and stops where they differ.

Its code is ``workflow/report/check.R``, the same for all outcomes: the script contains no numbers, so that a number
changed in the results after the script was written is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.paths import data_file

SUFFIX = ".check.R"


def check_script(result: Mapping[str, Any], columns: Mapping[str, Sequence[float]], name: str) -> str:
    """The script of one outcome.

    Args:
        result: what ``prismake.synthesis.analyse`` returned, which must be written as JSON beside the script.
        columns: the studies' numbers by part, which are in the results too; not used.
        name: file name of the script, ``<outcome>.check.R``; it reads ``<outcome>.json``, and the documents of single
            analyses in the folder ``<outcome>`` where there is one.
    """
    title = " ".join(str(result["title"]).split())
    text = data_file("report/check.R").read_text(encoding="utf-8")
    for word, value in {"@TITLE@": title, "@NAME@": name, "@STEM@": name.removesuffix(SUFFIX)}.items():
        text = text.replace(word, value)
    return text
