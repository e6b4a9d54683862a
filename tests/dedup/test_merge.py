"""Merging keeps the best value of every field by a stated order, whatever the order of the rows."""

from __future__ import annotations

import pandas as pd
from prismake.core.records import COLUMNS, table
from prismake.dedup import deduplicate, merge_reports
from record_pairs import record


def _records() -> pd.DataFrame:
    return table(
        [
            record("pubmed:1", journal="Lancet", abstract="Short.", keywords=["malaria"], pmid="7",
                   pmcid="PMC9",
                   publication_types=["RCT"]),
            record("embase:1", journal="The Lancet", abstract="A longer abstract.", pages="1049",
                   keywords=["malaria", "cure"],
                   title="TAFENOQUINE FOR THE RADICAL CURE OF RELAPSING VIVAX MALARIA IN ADULTS", doi="10.1016/x.1"),
            record("central:1", journal="Lancet (Lond.)", authors=["Llanos-Cuentas A"], year=2013, retracted=True,
                   trial_ids=["NCT01376167"], language="eng"),
        ]
    )  # fmt: skip


def test_the_best_value_of_every_field() -> None:
    records = _records()
    reports = merge_reports(records, deduplicate(records))
    assert reports.columns.tolist() == ["report_id", *[c for c in COLUMNS if c != "record_id"], "record_ids", "sources"]
    row = reports.iloc[0]
    assert len(reports) == 1
    assert row["record_ids"] == ["central:1", "embase:1", "pubmed:1"]
    assert row["sources"] == ["central", "embase", "pubmed"]
    assert row["title"].startswith("Tafenoquine")
    assert row["journal"] == "The Lancet"
    assert row["abstract"] == "A longer abstract."
    assert row["pages"] == "1049-1058"
    assert len(row["authors"]) == 3
    assert (row["year"], row["doi"], row["pmid"], row["language"]) == (2014, "10.1016/x.1", "7", "eng")
    assert row["pmcid"] == "PMC9"
    assert sorted(row["keywords"]) == ["cure", "malaria"]
    assert row["trial_ids"] == ["NCT01376167"]
    assert bool(row["retracted"])


def test_a_table_from_before_a_column_was_there_is_merged_without_it() -> None:
    records = _records().drop(columns=["pmcid"])
    reports = merge_reports(records, deduplicate(records))
    assert len(reports) == 1 and "pmcid" not in reports.columns


def test_the_order_of_rows_is_nothing() -> None:
    records = _records()
    clusters = deduplicate(records)
    first = merge_reports(records, clusters)
    second = merge_reports(records.iloc[::-1], clusters.iloc[::-1])
    pd.testing.assert_frame_equal(first, second)
