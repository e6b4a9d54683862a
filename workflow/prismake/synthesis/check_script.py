"""R scripts that read the results of an outcome, recompute them and stop where they differ.

The code is a file of ``workflow/report``, the same for all outcomes of a kind: a script contains no numbers, so that a
number changed in the results after the script was written is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prismake.core.paths import data_file
from prismake.core.software import MADE_BY

SUFFIX = ".check.R"


def pairwise_script(result: Mapping[str, Any], name: str) -> str:
    """The script of one outcome, for R's metafor.

    Args:
        result: what ``prismake.synthesis.analyse`` returned, which must be written as JSON beside the script.
        name: file name of the script, ``<outcome>.check.R``; it reads ``<outcome>.json``, and the documents of single
            analyses in the folder ``<outcome>`` where there is one.
    """
    return filled(data_file("report/check.R"), result, name)


def script_of_columns(result: Mapping[str, Any], columns: Mapping[str, Any], name: str) -> str:
    """``pairwise_script`` as it was called before 0.2, when a script contained the numbers (``columns``, unused)."""
    return pairwise_script(result, name)


def filled(template: Path, result: Mapping[str, Any], name: str) -> str:
    """A template with title of the outcome, name of the script, name of the outcome, and the function that compares."""
    title = " ".join(str(result["title"]).split())
    text = template.read_text(encoding="utf-8")
    for word, value in {
        "@CHECK@": data_file("report/check_function.R").read_text(encoding="utf-8").rstrip("\n"),
        "@TITLE@": title,
        "@MADE_BY@": MADE_BY,
        "@NAME@": name,
        "@STEM@": name.removesuffix(SUFFIX),
    }.items():
        text = text.replace(word, value)
    return text
