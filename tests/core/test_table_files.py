"""A table of results has the columns of its schema, or it is not written."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.core.files import Table, read_csv
from prismake.core.table_files import check_columns, save_csv, save_parquet, save_table, schemas

STUDIES = schemas()["full_text/studies.csv"]["columns"]


def test_a_table_that_fits_is_written(tmp_path):
    path = tmp_path / "full_text" / "studies.csv"
    save_csv(path, pd.DataFrame([dict.fromkeys(STUDIES, "x")]))
    assert list(read_csv(path).columns) == STUDIES


@pytest.mark.parametrize("columns", [STUDIES[:-1], [*STUDIES, "more"], [*STUDIES[1:], STUDIES[0]], []])
def test_a_table_that_does_not_fit_is_not_written(tmp_path, columns):
    path = tmp_path / "full_text" / "studies.csv"
    row = ["x"] * len(columns)
    with pytest.raises(ValueError, match=r"full_text/studies\.csv would have the columns .*tables\.yaml has study_id"):
        save_csv(path, pd.DataFrame([row], columns=columns))
    with pytest.raises(ValueError, match="would have the columns"):
        save_table(path, Table(tuple(columns), [tuple(row)]))
    with pytest.raises(ValueError, match="would have the columns"):
        save_parquet(path, pd.DataFrame([row], columns=columns))
    assert not path.exists()


def test_columns_that_the_protocol_names_stand_where_the_schema_has_dots(tmp_path):
    decisions, outcomes = tmp_path / "extraction" / "decisions.csv", tmp_path / "extraction" / "outcomes.csv"
    check_columns(decisions, ["item_id", "state", "settled_by", "asked", "events", "events.anna"])
    with pytest.raises(ValueError, match="decisions"):
        check_columns(decisions, ["item_id", "state", "asked", "settled_by", "events"])
    head, tail = ["study_id", "arm", "label", "year", "outcome"], ["status", "remark", "settled_by", "source", "how"]
    check_columns(outcomes, [*head, "events", "total", *tail])
    with pytest.raises(ValueError, match="outcomes"):
        check_columns(outcomes, [*head, "events", *tail[:-1]])


def test_a_table_without_a_schema_may_have_any_columns(tmp_path):
    save_csv(tmp_path / "notes.csv", pd.DataFrame({"anything": ["x"]}))
