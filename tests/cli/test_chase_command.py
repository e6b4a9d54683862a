"""``prismake chase``: from included studies only, and what it says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from prismake.cli.chase import included, words
from prismake.core.errors import PrismakeError
from prismake.search.chasing import Chased, Seed


def results(folder: Path, report_ids: list[str]) -> Path:
    (folder / "full_text").mkdir(parents=True)
    (folder / "duplicates").mkdir()
    pd.DataFrame({"study_id": report_ids, "report_ids": report_ids}).to_csv(
        folder / "full_text/studies.csv", index=False
    )
    reports = pd.DataFrame(
        [("a:1", "10.5555/1", "1"), ("a:2", "", "2"), ("a:3", "10.5555/3", "")], columns=["report_id", "doi", "pmid"]
    )
    reports.to_parquet(folder / "duplicates/reports.parquet")
    return folder


def test_seeds_are_the_reports_of_included_studies(tmp_path):
    assert included(results(tmp_path, ["a:3; a:1"])) == [Seed("a:1", "10.5555/1", "1"), Seed("a:3", "10.5555/3", "")]


def test_without_included_studies_nothing_is_chased(tmp_path):
    with pytest.raises(PrismakeError, match="no included study yet"):
        included(tmp_path / "nowhere")
    with pytest.raises(PrismakeError, match="chased only from those"):
        included(results(tmp_path, []))


def test_what_is_not_known_is_named():
    text = words(Chased(2, ["a:3"], 9), 2, Path("config/searches/citations_openalex"), "OpenAlex")
    assert "asked about 2 of 2" in text and "a:3" in text and text.endswith("Next: snakemake")
    assert "without a record" not in text
    assert "withdrawn, for example): 3." in words(Chased(2, [], 9, 3), 2, Path("config/searches/x"), "OpenAlex")
