"""Rows added, deleted, doubled, hidden, filtered, merged."""

from __future__ import annotations

from hands import Hand
from played import ANSWERS, named, right


@named("pubmed:003")
def an_answered_row_deleted(hand: Hand) -> None:
    hand.delete_rows(5)
    hand.meant[5] = {}


@named("rows whose answers had been read are gone")
def half_of_the_rows_deleted(hand: Hand) -> None:
    hand.delete_rows(2, 6)


@right(start="new")
def rows_not_needed_deleted(hand: Hand) -> None:
    """A row that nobody has answered: it is offered again."""
    hand.delete_rows(5)


@right()
def a_row_copied_to_the_end(hand: Hand) -> None:
    hand.copy("A4:Q4", "A14")


@named("is there twice")
def a_row_copied_and_answered_otherwise(hand: Hand) -> None:
    hand.copy("A4:Q4", "A14")
    hand.put("E14", "include")
    hand.meant[4]["decision"] = "?"


@right()
def blank_rows_between(hand: Hand) -> None:
    hand.insert_rows(6, 2)


@right()
def headings_between_the_rows(hand: Hand) -> None:
    hand.insert_rows(6)
    hand.put("C6", "--- second day ---")


@named("never offered")
def a_record_of_ones_own(hand: Hand) -> None:
    hand.put("B14", "pubmed:999")
    hand.put("C14", "A trial that I know of")
    hand.put("E14", "include")


@named("B14")
def a_record_without_identifier(hand: Hand) -> None:
    hand.put("C14", "A trial that I know of")
    hand.put("E14", "include")


@right()
def rows_hidden(hand: Hand) -> None:
    hand.hide_rows(4, 8)


@right()
def rows_filtered(hand: Hand) -> None:
    hand.filter("Decision", "include")


@right()
def rows_filtered_and_one_changed(hand: Hand) -> None:
    hand.filter("Decision", "include")
    hand.answer(2, "exclude")


@named("E3")
def filled_down_through_hidden_rows(hand: Hand) -> None:
    """Only rows 3 to 9 are seen to be filled; some programs fill the hidden ones too, and some do not."""
    hand.hide_rows(5, 7)
    hand.put("E3", "maybe")
    hand.fill_down("E3:E9")


@named("E9", "merged", start="half")
def answers_merged_before_they_were_read(hand: Hand) -> None:
    hand.answer(8, "include")
    hand.merge("E8:E10")
    hand.meant[9]["decision"] = hand.meant[10]["decision"] = "include"


@named("merged")
def answers_merged(hand: Hand) -> None:
    hand.merge("E4:E6")


@right()
def a_title_merged_above_the_table(hand: Hand) -> None:
    hand.insert_rows(1)
    hand.put("A1", "Screening by Anna")
    hand.merge("A1:F1")


@named("identifier is gone")
def an_identifier_cleared(hand: Hand) -> None:
    hand.clear("B4")


@named("B4")
def an_identifier_overwritten(hand: Hand) -> None:
    hand.put("B4", "done")


@right()
def an_identifier_in_capitals(hand: Hand) -> None:
    hand.put("B4", "PUBMED:002")


@named("carries the")
def an_identifier_of_another_row(hand: Hand) -> None:
    hand.put("B4", "pubmed:005")


@named("carries the")
def two_identifiers_exchanged(hand: Hand) -> None:
    hand.put("B4", "pubmed:005")
    hand.put("B7", "pubmed:002")


@right()
def a_check_cleared(hand: Hand) -> None:
    hand.clear("Q4")


@right()
def a_title_corrected(hand: Hand) -> None:
    hand.put("C4", "+1 and counting: a randomised trial")


@right()
def a_title_cleared(hand: Hand) -> None:
    hand.clear("C4")


@right()
def abstracts_cleared(hand: Hand) -> None:
    hand.clear("D2:D13")


@named("pubmed:003")
def a_row_cleared(hand: Hand) -> None:
    hand.clear("A5:Q5")
    hand.meant[5] = {}


@right()
def an_abstract_translated(hand: Hand) -> None:
    hand.put("D4", "Wörter. Wörter.")


@right()
def unanswered_rows_sorted_to_the_top(hand: Hand) -> None:
    hand.sort(hand.table(), 3, down=True)


@right(start="half")
def rows_sorted_and_the_rest_answered(hand: Hand) -> None:
    for row in range(8, 14):
        hand.answer(row, ANSWERS[row - 2])
    hand.sort(hand.table(), 1)


@named("is there twice")
def the_table_pasted_below_itself_and_changed(hand: Hand) -> None:
    hand.copy("A2:Q13", "A14")
    hand.put("E16", "include")
    hand.meant[4]["decision"] = "?"
