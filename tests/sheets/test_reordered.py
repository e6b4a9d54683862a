"""Answers that moved to other rows are distinguished from answers that people changed."""

from __future__ import annotations

import random

import pytest
from prismake.cli import main
from prismake.core.errors import SheetError
from prismake.kept.sheet_state import accept
from prismake.sheets.checks.reordered import how_rearranged, too_many
from prismake.sheets.checks.sparse_moves import how_sparse_moved
from sheet_stage import Stage

ANSWERS = ["include", "exclude", "exclude", "maybe", "exclude", "include", "exclude", "include", "maybe", "exclude"]
SEED = 7


def column(source: random.Random, rows: int, includes: float, answered: float) -> list[str]:
    """Answers of a sheet: some still missing, the rest include, maybe or exclude."""
    words = ["include", "maybe", "exclude"]
    weights = [includes, includes / 4, 1 - 1.25 * includes]
    return [source.choices(words, weights)[0] if source.random() < answered else "" for _ in range(rows)]


def sheets(count: int = 400):
    source = random.Random(SEED)
    for _ in range(count):
        rows, includes = source.choice([8, 20, 60, 200, 1000]), source.choice([0.03, 0.1, 0.3, 0.6])
        yield source, column(source, rows, includes, source.choice([0.3, 0.8, 1.0]))


def is_rearranged(old: list[str], new: list[str]) -> bool:
    return bool(how_rearranged(old, new)) or too_many(changed(old, new), sum(map(bool, old)))


def changed(old: list[str], new: list[str]) -> int:
    return sum(bool(a) and a != b for a, b in zip(old, new, strict=True))


def test_ordinary_work_raises_no_alarm():
    """Up to three minds changed at random, new answers given, a pair exchanged: 400 sheets of 8 to 1,000 rows."""
    alarms = []
    for source, old in sheets():
        new = list(old)
        for place in source.sample(range(len(new)), k=min(len(new) // 4, source.randrange(3))):
            new[place] = source.choice(["include", "exclude", "maybe"])
        for _ in range(source.randrange(2)):
            one, other = source.sample(range(len(new)), k=2)
            new[one], new[other] = new[other], new[one]
        blanks = [place for place, value in enumerate(new) if not value]
        for place in blanks[: source.randrange(50)]:
            new[place] = source.choice(["include", "exclude"])
        if is_rearranged(old, new):
            alarms.append((old, new))
    assert alarms == []


@pytest.mark.parametrize("down", [False, True])
def test_sorted_columns_are_noticed(down):
    """Every sorting that moves four answers or more."""
    for _, old in sheets(200):
        filled = sorted(filter(None, old), reverse=down)
        new = [*filled, *[""] * (len(old) - len(filled))]
        assert is_rearranged(old, new) == (changed(old, new) >= 4)


def test_part_of_a_column_sorted_is_noticed():
    for source, old in sheets(200):
        first = source.randrange(len(old) // 2)
        last = source.randrange(first + 4, len(old) + 1)
        part = old[first:last]
        filled = sorted(filter(None, part))
        new = [*old[:first], *filled, *[""] * (len(part) - len(filled)), *old[last:]]
        assert is_rearranged(old, new) == (changed(old, new) >= 4)


@pytest.mark.parametrize("rows", [1, -1, 2])
def test_a_column_that_slipped_is_noticed(rows):
    for _, old in sheets(100):
        new = [*old[rows:], *[""] * rows] if rows > 0 else [*[""] * -rows, *old[:rows]]
        if changed(old, new) >= 4:
            assert is_rearranged(old, new)


def test_a_shuffled_column_is_noticed_once_twenty_answers_moved():
    for source, old in sheets(100):
        new = source.sample(old, k=len(old))
        if changed(old, new) >= 20:
            assert is_rearranged(old, new)


def test_numbers_in_order():
    assert is_rearranged(["12", "3", "40", "7", "25"], ["3", "7", "12", "25", "40"])
    assert not is_rearranged(["12", "3", "40", "7", "25"], ["12", "7", "40", "3", "25"])


@pytest.fixture
def sorted_alone(tmp_path):
    stage = Stage(tmp_path / "sheets", items=len(ANSWERS))
    stage.offer()
    stage.decide("anna", *ANSWERS)
    stage.read()
    stage.decide("anna", *sorted(ANSWERS))
    return stage


def test_people_can_say_that_they_meant_it(sorted_alone):
    stage = sorted_alone
    assert list(stage.read().decisions["decision.anna"]) == ANSWERS
    planned = stage.load().refused
    assert "prismake accept" in str(planned["anna"])
    accept(stage.path("anna"))
    stage.items.append("pubmed:100")
    stage.offer()  # the rows that are added do not take the word back
    reading = stage.read()
    assert list(reading.decisions["decision.anna"]) == [*sorted(ANSWERS), ""]
    assert not reading.status["problems"]
    stage.decide("anna", *sorted(ANSWERS, reverse=True))
    assert stage.load().refused, "said once, it holds once"


def test_accepting_is_an_event_of_the_graph(sorted_alone):
    from prismake.kept.sheet_state import state

    before = state("title_abstract", ["anna", "ben"], sorted_alone.folder)
    accept(sorted_alone.path("anna"))
    assert state("title_abstract", ["anna", "ben"], sorted_alone.folder) != before


def test_only_offered_sheets_can_be_accepted(sorted_alone, capsys):
    with pytest.raises(SheetError, match="not a sheet that was offered"):
        accept(sorted_alone.folder / "title_abstract.carla.xlsx")
    assert main(["accept", str(sorted_alone.path("anna"))]) == 0
    assert "counts as it is now" in capsys.readouterr().out


def test_a_consensus_sheet_sorted_alone(tmp_path):
    stage = Stage(tmp_path / "sheets", items=len(ANSWERS))
    stage.offer()
    stage.decide("anna", *["include"] * len(ANSWERS))
    stage.decide("ben", *["exclude"] * len(ANSWERS))
    stage.offer()
    given = ["include", "exclude"] * 5
    stage.decide("consensus", *given, header="Settled")
    assert list(stage.read().decisions["decision"]) == given
    stage.decide("consensus", *sorted(given), header="Settled")
    reading = stage.read()
    assert list(reading.decisions["decision"]) == given
    assert "in other rows" in reading.status["problems"][0]["what"]


def test_many_changes_at_once_are_held_back_and_few_are_not():
    assert not too_many(4, 4)
    assert too_many(5, 25) and not too_many(5, 26)
    assert too_many(10, 20_000) and not too_many(9, 20_000)


@pytest.mark.parametrize("rows", [5, -5, 12])
def test_how_far_a_column_slipped(rows):
    old = (ANSWERS * 4)[:36]
    new = [*old[rows:], *[""] * rows] if rows > 0 else [*[""] * -rows, *old[:rows]]
    assert f"{abs(rows)} rows {'up' if rows > 0 else 'down'}" in how_rearranged(old, new)


def _sparse(*rows: int, size: int = 200) -> list[str]:
    return ["include" if row in rows else "exclude" for row in range(size)]


def test_a_column_with_few_includes_that_moved():
    old = _sparse(20, 77, 140)
    assert "sorted or moved" in how_sparse_moved(old, [*old[1:], "exclude"])
    slipped = [*old[3:], *["exclude"] * 3]
    slipped[100] = "maybe"
    assert "sorted or moved" in how_sparse_moved(old, slipped)
    assert "another order" in how_sparse_moved(old, _sparse(5, 66, 166))


def test_a_word_filled_down_over_few_others():
    old = _sparse(*range(5, 200, 10))
    filled = [*old[:20], *["exclude"] * 80, *old[100:]]
    assert "“exclude” seems to have been filled down" in how_sparse_moved(old, filled)
    to_the_end = [*old[:170], *["exclude"] * 30]
    assert "filled down" in how_sparse_moved(old, to_the_end)


def test_a_few_reconsidered_here_and_there_are_no_pattern():
    old = _sparse(*range(5, 200, 10))
    for rows in ((5, 15, 45, 105, 195), (5, 65), (15, 25, 35)):
        assert not how_sparse_moved(old, ["exclude" if row in rows else word for row, word in enumerate(old)])


def test_a_column_in_reverse_and_one_filled_down():
    assert "in reverse" in how_rearranged(ANSWERS, ANSWERS[::-1])
    assert "“exclude” seems to have been filled down" in how_rearranged(ANSWERS, ["include", *["exclude"] * 9])
    assert "pasted in another order" in how_rearranged(list("abcdefgh"), list("badcfehg"))


@pytest.fixture
def noted(tmp_path):
    stage = Stage(tmp_path / "sheets", items=len(ANSWERS))
    stage.offer()
    stage.decide("anna", *ANSWERS)
    stage.decide("anna", *[f"note {number}" for number in (4, 2, 7, 1, 9, 3)], header="Note")
    stage.read()
    return stage


def test_notes_that_move(noted):
    noted.decide("anna", *sorted(f"note {number}" for number in (4, 2, 7, 1, 9, 3)), header="Note")
    reading = noted.read()
    assert "notes in the column “Note” are those of other rows" in reading.status["problems"][0]["what"]
    assert [row[2] for row in reading.notes.rows] == [f"note {number}" for number in (4, 2, 7, 1, 9, 3)]


def test_notes_that_people_change_are_no_moved_notes(noted):
    noted.decide("anna", "note 4", "two", "seven", "one", "nine", "three", "another", header="Note")
    assert not noted.read().status["problems"]


def test_a_sheet_that_was_held_back_stays_so_until_it_is_put_right(noted):
    """A column sorted, and then typed into: what is left of the sorting would pass for reconsidered answers."""
    noted.decide("anna", *ANSWERS[::-1])
    assert noted.load().refused
    noted.items.append("pubmed:100")
    noted.offer()
    noted.decide("anna", *ANSWERS[:8], *ANSWERS[1::-1])
    assert "has not been put right yet" in str(noted.load().refused["anna"])
    noted.decide("anna", *ANSWERS)
    noted.offer()
    assert not noted.read().status["problems"]
    noted.decide("anna", "exclude", *ANSWERS[1:])
    assert not noted.read().status["problems"], "it is released, and minds may change"


def test_rows_that_are_gone(noted):
    noted.edit("anna", lambda sheet: sheet.delete_rows(2, 6))
    reading = noted.read()
    assert "6 rows whose answers had been read are gone" in reading.status["problems"][0]["what"]
    assert list(reading.decisions["decision.anna"]) == ANSWERS


@pytest.mark.parametrize("key", ["item", "title"])
def test_rows_sorted_as_a_whole_by_their_answers_are_fine(tmp_path, key):
    stage = Stage(tmp_path / "sheets", items=30)
    stage.offer()
    stage.decide("anna", *(ANSWERS * 3))

    def sort(sheet):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        rows.sort(key=lambda row: str(row[1 if key == "item" else 2]))
        rows.sort(key=lambda row: str(row[4]))
        for number, row in enumerate(rows, start=2):
            for place, value in enumerate(row, start=1):
                sheet.cell(number, place).value = value

    stage.edit("anna", sort)
    reading = stage.read()
    assert not reading.status["problems"]
    assert list(reading.decisions["decision.anna"]) == ANSWERS * 3


def test_every_reading_says_how_many_answers_changed_and_whose(noted):
    noted.decide("anna", "exclude", *ANSWERS[1:7], "exclude", *ANSWERS[8:])
    words = "Changed after they had been read: 2 answers in the last reading with changes (2 of anna), 2 in all."
    assert words in noted.read().status["rounds"]["words"]
    assert words in noted.read().status["rounds"]["words"], "reading the same again says the same"
