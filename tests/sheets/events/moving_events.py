"""Answers that move relative to their rows, and rows that move with them."""

from __future__ import annotations

from hands import Hand
from played import ANSWERS, named, right

LAST = "sorted or moved"


@named(LAST)
def decisions_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Decision"))


@named(LAST)
def decisions_sorted_alone_from_z_to_a(hand: Hand) -> None:
    hand.sort(hand.span("Decision"), down=True)


@named(LAST, start="answered")
def decisions_sorted_alone_before_they_were_read(hand: Hand) -> None:
    hand.sort(hand.span("Decision"))


@named(LAST, start="half")
def decisions_sorted_alone_when_half_is_read(hand: Hand) -> None:
    hand.put_all("Decision", ANSWERS[6:], 8)
    for row in range(8, 14):
        hand.meant[row]["decision"] = ANSWERS[row - 2]
    hand.sort(hand.span("Decision"))


@right()
def rows_sorted_as_a_whole_by_title(hand: Hand) -> None:
    hand.sort(hand.table(), 1)


@right()
def rows_sorted_as_a_whole_by_answer(hand: Hand) -> None:
    hand.sort(hand.table(), 3)


@right()
def rows_sorted_as_a_whole_by_answer_from_z_to_a(hand: Hand) -> None:
    hand.sort(hand.table(), 3, down=True)


@right(start="answered")
def rows_sorted_as_a_whole_before_they_were_read(hand: Hand) -> None:
    hand.sort(hand.table(), 3)


@right()
def rows_sorted_by_note(hand: Hand) -> None:
    hand.sort(hand.table(), 4)


@right()
def some_rows_sorted_as_a_whole(hand: Hand) -> None:
    hand.sort(hand.table(4, 10), 1)


@right()
def the_count_sorted_with_the_rows(hand: Hand) -> None:
    hand.sort(hand.table(left=hand.header[0]), 3)


@named("column was sorted")
def identifiers_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Item"), down=True)


@named("column was sorted")
def titles_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Title"))


@named("column was sorted")
def checks_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Check"))


@named("column was sorted")
def columns_before_the_answers_sorted_alone(hand: Hand) -> None:
    hand.sort(f"{hand.cell('Item', 2)}:{hand.cell('Abstract', 13)}", 1)


@named(LAST)
def answers_and_notes_sorted_alone(hand: Hand) -> None:
    hand.sort(f"{hand.cell('Decision', 2)}:{hand.cell('Note', 13)}")


@named("notes")
def notes_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Note"))


@named(LAST)
def answers_slipped_up_by_one(hand: Hand) -> None:
    hand.pull_up(hand.cell("Decision", 3))


@named(LAST)
def answers_slipped_down_by_one(hand: Hand) -> None:
    hand.push_down(hand.cell("Decision", 3))


@named(LAST)
def answers_slipped_down_by_five(hand: Hand) -> None:
    hand.push_down(hand.span("Decision", 2, 6))


@named(LAST)
def answers_reversed(hand: Hand) -> None:
    hand.put_all("Decision", ANSWERS[::-1])


@named("were changed since")
def a_block_of_answers_moved(hand: Hand) -> None:
    hand.move(hand.span("Decision", 2, 6), hand.cell("Decision", 9))


@named("filled down")
def one_answer_filled_down_by_a_double_click(hand: Hand) -> None:
    hand.fill_down(hand.span("Decision"))


@named("filled down")
def one_answer_filled_down_over_some_rows(hand: Hand) -> None:
    hand.fill_down(hand.span("Decision", 4, 11))


@named("E5")
def three_answers_in_turn(hand: Hand) -> None:
    """Three neighbouring rows get each other's answers."""
    hand.put_all("Decision", ["include", "maybe", "exclude"], 5)


@named("E6")
def two_neighbours_exchanged(hand: Hand) -> None:
    hand.put_all("Decision", [ANSWERS[5], ANSWERS[4]], 6)


@named("E5")
def a_short_selection_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Decision", 4, 7))


@named("E4")
def an_answer_cut_and_pasted_one_row_up(hand: Hand) -> None:
    hand.move(hand.cell("Decision", 5), hand.cell("Decision", 4))


@right(start="half")
def new_answers_that_happen_to_be_in_order(hand: Hand) -> None:
    for row, answer in zip(range(8, 14), ["exclude"] * 4 + ["include"] * 2, strict=True):
        hand.answer(row, answer)


@right()
def a_row_cut_and_inserted_elsewhere(hand: Hand) -> None:
    hand.insert_rows(10)
    hand.move(hand.table(3, 3, left=hand.header[0]), "A10")
    hand.delete_rows(3)


@right()
def a_row_cut_and_left_blank(hand: Hand) -> None:
    hand.move(hand.table(3, 3, left=hand.header[0]), "A20")


@named(LAST)
def columns_of_context_sorted_and_answers_not(hand: Hand) -> None:
    hand.move(f"{hand.cell('Decision', 2)}:{hand.cell('Note', 13)}", "T2")
    hand.sort(hand.table(), 1)
    hand.move("T2:U13", hand.cell("Decision", 2))


@named(LAST)
def answers_pasted_in_the_order_of_another_list(hand: Hand) -> None:
    order = (9, 3, 0, 7, 11, 5, 1, 8, 2, 10, 6, 4)
    hand.put_all("Decision", [ANSWERS[place] for place in order])


@named("F6")
def one_note_moved_a_row_down(hand: Hand) -> None:
    hand.move(hand.cell("Note", 5), hand.cell("Note", 6))
    hand.meant[6]["note"] = hand.meant[5].pop("note")


@named("notes")
def two_notes_exchanged(hand: Hand) -> None:
    hand.put(hand.cell("Note", 5), "ask Ben")
    hand.put(hand.cell("Note", 8), "see table 2")


@named(LAST)
def everything_but_the_notes_sorted(hand: Hand) -> None:
    hand.move(hand.span("Note"), "T2")
    hand.sort(hand.table(), 1)
    hand.move("T2:T13", hand.cell("Note", 2))


@named("column was sorted")
def everything_but_the_checks_sorted(hand: Hand) -> None:
    hand.sort(f"{hand.cell('Item', 2)}:{hand.cell('Remark', 13)}", 1)


@named("were changed since")
def an_older_copy_put_back(hand: Hand) -> None:
    """As it was when half was done."""
    hand.clear(hand.span("Decision", 8, 13))


@named("carries the")
def identifiers_filled_down(hand: Hand) -> None:
    """A handle drawn down by mistake counts on: pubmed:002, pubmed:003, …"""
    hand.put_all("Item", [f"pubmed:{number:03d}" for number in range(5, 9)], 4)


@named("filled down", start="half")
def one_answer_filled_down_over_a_few_and_to_the_end(hand: Hand) -> None:
    """Three answers are replaced, and the rows below get theirs: what a double click does in a sheet that is half done."""
    hand.put_all("Decision", ["exclude"] * 12)


@right(start="half")
def two_minds_changed_and_the_rest_excluded(hand: Hand) -> None:
    for row in (2, 7, 8, 9, 10, 11, 12, 13):
        hand.answer(row, "exclude")
