"""Answers given as colours, comments or struck-through text, and formatting that means nothing."""

from __future__ import annotations

from hands import Hand
from played import named, right


@right()
def rows_coloured(hand: Hand) -> None:
    for row in (3, 6, 9):
        hand.colour(f"C{row}", "FFFF00")


@right()
def answered_rows_coloured(hand: Hand) -> None:
    for row in range(2, 14):
        hand.colour(f"E{row}", "92D050")


@named("E8", "colour", start="half")
def colours_for_answers(hand: Hand) -> None:
    """Green for include and red for exclude, and nothing in the cells."""
    for row in range(8, 14):
        hand.colour(f"E{row}", "FF0000" if row % 2 else "00B050")
        hand.meant[row]["decision"] = "exclude" if row % 2 else "include"


@named("E8", "comment", start="half")
def comments_for_answers(hand: Hand) -> None:
    for row in range(8, 11):
        hand.comment(f"E{row}", "include")
        hand.meant[row]["decision"] = "include"


@right()
def comments_beside_answers(hand: Hand) -> None:
    hand.comment("E4", "not sure, ask Ben")


@named("E4", "struck")
def an_answer_struck_through(hand: Hand) -> None:
    """What is struck through does not count for the one who did it."""
    hand.strike("E4")
    hand.meant[4]["decision"] = ""


@named("E4", "struck")
def a_row_struck_through(hand: Hand) -> None:
    hand.strike("B4:Q4")
    hand.meant[4] = {}


@right()
def panes_frozen_elsewhere(hand: Hand) -> None:
    hand.freeze("F2")


@right()
def answers_in_another_number_format(hand: Hand) -> None:
    hand.number_format("E2:E13", "General")


@named("E4")
def an_answer_in_white_on_white(hand: Hand) -> None:
    hand.put("E4", "see above")


@named("C8", "comments in", start="half")
def comments_on_titles(hand: Hand) -> None:
    for row in range(8, 11):
        hand.comment(f"C{row}", "include")
        hand.meant[row]["decision"] = "include"


@right(start="half")
def remarks_on_titles(hand: Hand) -> None:
    hand.comment("C8", "same cohort as above?")


@named("C9", "struck", start="half")
def titles_struck_through_for_exclude(hand: Hand) -> None:
    for row in (9, 11):
        hand.strike(f"C{row}")
        hand.meant[row]["decision"] = "exclude"


@named("C8", "coloured", start="half")
def titles_in_two_colours(hand: Hand) -> None:
    for row in range(8, 14):
        hand.colour(f"C{row}", "FF0000" if row % 2 else "00B050")
        hand.meant[row]["decision"] = "exclude" if row % 2 else "include"


@right(start="half")
def a_few_titles_marked_for_later(hand: Hand) -> None:
    for row in (8, 12):
        hand.colour(f"C{row}", "FFFF00")
