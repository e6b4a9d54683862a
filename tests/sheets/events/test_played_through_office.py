"""Events of the corpus played through LibreOffice: a few in every run of the tests, all with ``-m slow``.

All of them, as a table: ``python tests/sheets/events/table.py --office``.
"""

from __future__ import annotations

import pytest
from office import OFFICE, by_office
from played import EVENTS, all_events

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
_FEW = """
    decisions_sorted_alone rows_sorted_as_a_whole_by_title answers_slipped_up_by_one a_row_cut_and_inserted_elsewhere
    decision_renamed rows_filtered_and_one_changed answers_merged the_rest_of_the_rows_in_a_tab_of_their_own
    colours_for_answers a_formula_that_fails events_sorted_alone an_error_in_ods an_error_in_xls
""".split()


def _differing(names, folder):
    results = by_office([EVENTS[name] for name in names], folder)
    return {name: result for name, result in results.items() if result[0] != EVENTS[name].expected}


def test_a_few_events(tmp_path):
    list(all_events())
    assert not _differing(_FEW, tmp_path)


@pytest.mark.slow
def test_every_event(tmp_path):
    assert not _differing([event.name for event in all_events()], tmp_path)
