"""Columns renamed, moved, added, deleted, doubled; the header row."""

from __future__ import annotations

from hands import Hand
from played import named, right


@right()
def a_column_inserted_at_the_left(hand: Hand) -> None:
    hand.insert_columns("A")


@right()
def a_column_of_ones_own(hand: Hand) -> None:
    hand.put("R1", "Priority")
    hand.put("R4", "high")


@right()
def a_column_of_ones_own_between(hand: Hand) -> None:
    hand.insert_columns("E")
    hand.put("E1", "Topic")
    hand.put("E4", "leukaemia")


@right()
def abstracts_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Abstract"))


@right()
def authors_to_journal_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Authors"), 3)


@right()
def the_count_deleted(hand: Hand) -> None:
    hand.delete_columns("A")


@right()
def the_remarks_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Remark"))


@named("column “Check” is missing")
def the_check_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Check"))


@named("column “Item” is missing")
def the_identifiers_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Item"))


@named("column “Decision” is missing")
def the_decisions_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Decision"))


@named("“Note” is missing")
def the_notes_deleted(hand: Hand) -> None:
    hand.delete_columns(hand.letter("Note"))


@named("column “Decision” is missing")
def decision_renamed(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 1), "My decision")


@named("column “Decision” is missing")
def decision_renamed_to_final(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 1), "decision (final)")


@right()
def header_in_capitals(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 1), "DECISION")


@right()
def header_with_blanks(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 1), " Decision  ")


@named("column “Decision” is there 2 times")
def a_second_column_of_decisions(hand: Hand) -> None:
    hand.put("R1", "Decision")
    hand.put("R4", "include")


@named("R4")
def final_decisions_beside_the_first(hand: Hand) -> None:
    """What counts for Anna stands in a column of her own: the first one is what she thought at first."""
    hand.put("R1", "decision (final)")
    hand.put("R4", "include")
    hand.meant[4]["decision"] = "include"


@named("R8", start="half")
def final_decisions_where_the_first_are_empty(hand: Hand) -> None:
    hand.put("R1", "decision (final)")
    hand.put_all_in("R", ["include", "exclude", "include"], 8)
    for row, value in zip((8, 9, 10), ("include", "exclude", "include"), strict=True):
        hand.meant[row]["decision"] = value


@named("column “Decision” is missing")
def the_header_cell_cleared(hand: Hand) -> None:
    hand.clear(hand.cell("Decision", 1))


@named("no sheet of this workbook")
def the_header_row_deleted(hand: Hand) -> None:
    hand.delete_rows(1)


@named("no sheet of this workbook")
def the_header_row_cleared(hand: Hand) -> None:
    hand.clear("A1:Q1")


@right()
def a_title_above_the_table(hand: Hand) -> None:
    hand.insert_rows(1, 3)
    hand.put("C1", "Anna's screening, second pass")


@right()
def the_header_row_twice(hand: Hand) -> None:
    """For printing, in the middle of the table."""
    hand.insert_rows(8)
    hand.copy("A1:Q1", "A8")


@named("above its header row")
def the_header_sorted_in_as_data(hand: Hand) -> None:
    hand.sort("B1:Q13", 1)


@named("above its header row", start="answered")
def the_header_sorted_in_before_the_first_reading(hand: Hand) -> None:
    hand.sort("B1:Q13", 1)


@right()
def columns_moved(hand: Hand) -> None:
    """The answers are brought to the very left."""
    hand.insert_columns("A", 2)
    hand.move("G1:H13", "A1")


@right()
def a_column_hidden(hand: Hand) -> None:
    hand.hide_columns("D")


@right()
def the_column_of_answers_hidden(hand: Hand) -> None:
    hand.hide_columns("E")


@named("“Note” is missing")
def note_renamed(hand: Hand) -> None:
    hand.put(hand.cell("Note", 1), "Remarks of mine")


@right()
def a_total_below_the_table(hand: Hand) -> None:
    hand.put("C15", "Total")
    hand.formula("E15", '=COUNTIF(E2:E13,"include")')


@right()
def a_legend_below_the_table(hand: Hand) -> None:
    hand.put("C16", "include = read in full; exclude = not relevant")


@named("B15")
def an_answer_below_the_table(hand: Hand) -> None:
    """An answer without any row."""
    hand.put("E15", "include")


@right()
def dropdowns_removed(hand: Hand) -> None:
    hand.no_dropdowns()


@right()
def columns_of_notes_added_by_two_people(hand: Hand) -> None:
    hand.put("R1", "Note Carla")
    hand.put("S1", "Note Dan")
    hand.put("R5", "not sure about this")
