"""Acts in a spreadsheet program: cells pushed aside, tracked changes, subtotals, other formats and what they drop."""

from __future__ import annotations

from hands import Hand
from played import Place, named, right

NUMBERS, FULL, STARS, OPEN = "read extraction", "read full_text", "read appraisal", "new consensus"


@named("R4")
def cells_pushed_right_in_a_row(hand: Hand) -> None:
    hand.push_right("E4")
    hand.meant[4]["decision"] = "?"


@named("P4", "P5")
def cells_pulled_left_in_two_rows(hand: Hand) -> None:
    """An answer deleted with “shift cells left”: note, authors and everything behind them move up to it."""
    hand.pull_left("E4")
    hand.pull_left("E5")
    for row in (4, 5):
        hand.meant[row]["decision"] = "?"


@named("row 4")
def a_whole_row_pushed_right(hand: Hand) -> None:
    hand.push_right("B4")
    hand.meant[4] = {}


@named("pubmed:004")
def a_row_pasted_over_another(hand: Hand) -> None:
    hand.copy(hand.table(3, 3), "B6")
    hand.meant[6] = {}


@named("sorted or moved")
def abstracts_and_answers_sorted_together(hand: Hand) -> None:
    hand.sort(f"{hand.cell('Abstract', 2)}:{hand.cell('Decision', 13)}", down=True)


@named("rows whose answers had been read are gone")
def filtered_rows_deleted(hand: Hand) -> None:
    for row in range(13, 1, -1):
        if hand.meant[row]["decision"] == "exclude":
            hand.delete_rows(row)


@right()
def a_text_split_into_two_columns(hand: Hand) -> None:
    """“include; in adults too”, split by Data → Text to columns: the rest goes over the note."""
    hand.answer(4, "include")
    hand.put(hand.cell("Note", 4), "in adults too")
    hand.meant[4]["note"] = "in adults too"


@named("E3")
def answers_with_an_apostrophe(hand: Hand) -> None:
    """What a CSV writer puts before a text so that no program changes it."""
    for row in (3, 4):
        hand.put(hand.cell("Decision", row), "'maybe")
        hand.meant[row]["decision"] = "?"


@right()
def the_range_of_the_table_undone(hand: Hand) -> None:
    hand.no_table()
    hand.answer(4, "include")


@named("E5")
def answers_merged_and_split_again(hand: Hand) -> None:
    hand.merge("E4:E5")
    hand.split("E4:E5")
    hand.meant[5]["decision"] = ""


@right()
def rows_filtered_twice_and_two_changed(hand: Hand) -> None:
    hand.filter("Decision", "maybe")
    hand.answer(5, "include")
    hand.filter("Decision", "include")
    hand.answer(7, "exclude")


@right()
def an_empty_column_between_note_and_answer(hand: Hand) -> None:
    hand.insert_columns(hand.letter("Note"))
    hand.put("E4", "include")
    hand.put("G4", "seen twice")
    hand.meant[4].update(decision="include", note="seen twice")


@named("G8", start="half")
def answers_in_an_empty_column_between(hand: Hand) -> None:
    hand.insert_columns("F", 2)
    for row in range(8, 12):
        hand.put(f"G{row}", "exclude")


@right()
def a_backup_of_the_answers_beside(hand: Hand) -> None:
    hand.copy(hand.span("Decision"), "T2")
    hand.put("T1", "Decision (old)")


@named("T1", start="half")
def a_backup_that_became_the_list(hand: Hand) -> None:
    """The answers go on in the backup."""
    hand.copy(hand.span("Decision"), "T2")
    hand.put("T1", "Decision (old)")
    hand.put_all_in("T", ["include", "exclude", "maybe"], 8)


@named("were changed", start=NUMBERS)
def one_added_to_every_number(hand: Hand) -> None:
    """Paste special → add."""
    for row in range(2, 14):
        value = int(hand.meant[row]["events"]) + 1
        hand.number(hand.cell("Events", row), value)
        hand.meant[row]["events"] = "?"


@named("sorted or moved", start=NUMBERS)
def numbers_of_three_studies_in_each_others_rows(hand: Hand) -> None:
    hand.put_all("Events", ["8", "0", "17"], 3)
    hand.put_all("Participants", ["33", "25", "61"], 3)


@right(start=NUMBERS)
def a_study_corrected(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "19")
    hand.put(hand.cell("Participants", 3), "70")
    hand.meant[3].update(events="19", total="70")


@right(start=NUMBERS)
def studies_sorted_as_a_whole(hand: Hand) -> None:
    hand.sort(hand.table(), 1, down=True)


@right(start=STARS)
def judgements_sorted_as_a_whole(hand: Hand) -> None:
    hand.sort(hand.table(), 1, down=True)


@named("pubmed:003", start=FULL)
def a_report_deleted(hand: Hand) -> None:
    hand.delete_rows(5)
    hand.meant[5] = {}


@named("G8", start=NUMBERS)
def events_cleared(hand: Hand) -> None:
    hand.clear(hand.cell("Participants", 8))
    hand.meant[8]["total"] = ""


@right(start=OPEN)
def settled_in_capitals(hand: Hand) -> None:
    hand.put(hand.cell("Settled", 3), "INCLUDE")
    hand.meant[3]["decision"] = "include"


@named("K3", start=OPEN)
def settled_with_a_question_mark(hand: Hand) -> None:
    hand.put(hand.cell("Settled", 3), "include?")
    hand.meant[3]["decision"] = "?"


@named("struck", start="read consensus")
def a_settlement_struck_through(hand: Hand) -> None:
    hand.strike(hand.cell("Settled", 3))


@named("K3", start="read consensus")
def settlements_in_a_formula(hand: Hand) -> None:
    hand.formula(hand.cell("Settled", 3), "=1/0")
    hand.meant[3]["decision"] = "?"


def _beside(suffix: str):
    def then(place: Place) -> None:
        place.folder.joinpath(f"title_abstract.anna{suffix}").write_bytes(b"Item\tDecision\npubmed:001\tinclude\n")

    return then


def _nothing(hand: Hand) -> None:
    """Only a file appears."""


for _suffix in (".fods", ".tsv", ".html", ".slk", ".dif", ".dbf", ".ots", ".xlsb", ".gnumeric", ".txt"):
    _act = type(_nothing)(_nothing.__code__, globals(), f"saved_beside_as_{_suffix[1:]}")
    _act.__module__ = __name__
    named(f"title_abstract.anna{_suffix}", then=_beside(_suffix))(_act)
