"""The campaigns of faults in their short form; the long one is `python tests/faults/campaign.py`, or -m slow here."""

from __future__ import annotations

import openpyxl
import pytest
from campaign import CAMPAIGNS, run
from fault_input import _in_tables
from fault_kills import _answers_lost, _same_decisions
from outcome import half_filled

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.filterwarnings("ignore")]
SHORT = [name for name, (_, short, _) in CAMPAIGNS.items() if short]


@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost(name):
    outcome = run(name, CAMPAIGNS[name][1])
    assert outcome.tried and not outcome.lost


@pytest.mark.slow
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_nothing_is_lost_in_the_long_form(name):
    outcome = run(name, CAMPAIGNS[name][2])
    assert outcome.tried and not outcome.lost


def test_the_campaigns_see_what_is_lost(tmp_path):
    """A sheet that loses an answer, a table that loses a row, and a cell that is a formula are seen."""
    before, after = half_filled(tmp_path / "before", finished=True), half_filled(tmp_path / "after", finished=True)
    assert _answers_lost(before, after) == [] and _same_decisions(before, after) == []
    path = after / "config/sheets/title_abstract.anna.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    decision = next(cell for cell in sheet[1] if cell.value == "Decision")
    sheet.cell(3, decision.column).value = None
    book.save(path)
    (line,) = _answers_lost(before, after)
    assert "title_abstract.anna.xlsx" in line and "include" in line
    table = after / "results/title_abstract/decisions.csv"
    table.write_text("".join(table.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert "results/title_abstract/decisions.csv differs" in _same_decisions(before, after)
    (after / "results/flow/odd.csv").write_text("a\n=1+1\n", encoding="utf-8")
    assert _in_tables(after) == ["odd.csv, line 2: =1+1"]
