"""What a cluster sets aside for a step: enough for what was measured, and for every step that is submitted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prismake.core.needs import MEASURED, memory, minutes, reserved, share_megabytes, table_megabytes

ROOT = Path(__file__).parents[2]
README = (ROOT / "tests/benchmarks/graph/README.md").read_text(encoding="utf-8")
TABLES = {100_000: 95, 1_000_000: 952}
"""Megabytes of the table of records of the measured reviews."""


def rules() -> dict[str, str]:
    """The text of each rule by the script that it runs."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk")]
    blocks = [block for text in texts for block in re.split(r"(?m)^ *rule\b", text)[1:]]
    return {re.search(r"scripts/(\w+)\.py", block)[1]: block for block in blocks}


SUBMITTED = {name: block for name, block in rules().items() if "localrule: True" not in block}


def cells(heading: str) -> list[list[str]]:
    """The rows of the table of the README whose first heading is this, without blanks and thousands' commas."""
    table = README[README.index(f"| {heading} |") :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace(",", "") for cell in row.strip("|").split("|")] for row in table]


def test_every_rule_is_local_or_says_what_it_needs():
    for name, block in SUBMITTED.items():
        assert re.search(rf'\*\*needs\(\s*"{name}"', block), f"{name}: neither a localrule nor **needs in resources"
    assert set(MEASURED) == set(SUBMITTED)
    assert not [name for name, block in rules().items() if name not in SUBMITTED and "needs(" in block]


def test_what_touches_config_runs_where_snakemake_was_typed():
    """But for two files that people write and prismake only reads, as inputs: a frozen version and a template."""
    signs = ("kept(", "config/", "edits", "sheet_state", "state(", "fulltexts.")
    touching = {name for name, block in SUBMITTED.items() if any(sign in block for sign in signs)}
    assert touching == set()
    reading = {name for name, block in SUBMITTED.items() if "previous_version" in block or "TEMPLATE" in block}
    assert reading == {"count_flow", "write_manuscript"}


@pytest.mark.parametrize("records", TABLES)
def test_more_is_asked_for_than_was_measured(records):
    column = 2 * list(TABLES).index(records) + 1
    rows = cells("submitted rule")
    assert {row[0].strip("`") for row in rows} == set(MEASURED)
    measured = {row[0].strip("`"): (float(row[column]), float(row[column + 1])) for row in rows if row[column] != "–"}
    for rule, (seconds, mib) in measured.items():
        size = TABLES[records]
        if rule in ("normalise_records", "compare_records"):  # measured with four shares
            size = share_megabytes(size, parts=4, above=0)
        assert 1.25 * mib <= memory(rule, size, outcomes=1) <= 2.5 * mib + 300, rule
        assert 2 * seconds <= 60 * minutes(rule, size, outcomes=1) <= 600 + 10 * seconds, rule


def test_more_outcomes_need_more_and_each_attempt_as_much_again():
    assert memory("pool_outcome", 1, outcomes=32) > memory("pool_outcome", 1, outcomes=1)
    asked = reserved("find_duplicates", lambda: 95.0)
    assert asked["mem_mb"]({}, attempt=2) == 2 * asked["mem_mb"]({}, attempt=1) == 2 * memory("find_duplicates", 95)
    assert asked["runtime"]({}, attempt=2) == 2 * minutes("find_duplicates", 95)


def test_the_size_is_that_of_the_table_or_follows_from_the_exports(tmp_path):
    export, table = tmp_path / "embase.ris", tmp_path / "records.parquet"
    export.write_bytes(b"x" * 5_000_000)
    assert table_megabytes(table, [export, tmp_path / "gone.ris"]) == pytest.approx(3)
    table.write_bytes(b"x" * 2_000_000)
    assert table_megabytes(table, [export]) == 2


def test_the_first_share_may_be_all_records_of_a_review_that_is_not_divided():
    assert share_megabytes(1000, parts=4, above=0) == 250
    assert share_megabytes(100, parts=4, above=100_000) == 100
    assert share_megabytes(1000, parts=8, above=100_000) == 200
