"""A sheet that is saved as .ods, and what is wrong in it then."""

from __future__ import annotations

from hands import Hand
from played import named, right

TAB = "Title and abstract"


@right()
def saved_as_ods(hand: Hand) -> None:
    hand.answer(4, "include")
    hand.save_as(".ods")


@right(start="half")
def saved_as_ods_and_filled(hand: Hand) -> None:
    for row in range(8, 14):
        hand.answer(row, "exclude")
    hand.save_as(".ods")


@named("E4", "error")
def an_error_in_ods(hand: Hand) -> None:
    hand.formula("E4", "=NA()")
    hand.save_as(".ods")


@named("E8", "error", start="half")
def a_new_error_in_ods(hand: Hand) -> None:
    hand.formula("E8", "=1/0")
    hand.save_as(".ods")


@named("E5", "merged")
def answers_merged_in_ods(hand: Hand) -> None:
    hand.merge("E4:E5")
    hand.save_as(".ods")


@named("E8", "coloured", start="half")
def colours_in_ods(hand: Hand) -> None:
    hand.colour("E8", "00B050")
    hand.meant[8]["decision"] = "include"
    hand.save_as(".ods")


@named("E4", "struck")
def struck_through_in_ods(hand: Hand) -> None:
    hand.strike("E4")
    hand.meant[4]["decision"] = ""
    hand.save_as(".ods")


@named("E8", "comment", start="half")
def comments_in_ods(hand: Hand) -> None:
    hand.comment("E8", "include")
    hand.meant[8]["decision"] = "include"
    hand.save_as(".ods")


@named("sorted or moved")
def sorted_alone_in_ods(hand: Hand) -> None:
    hand.sort(hand.span("Decision"))
    hand.save_as(".ods")


@right()
def sorted_as_a_whole_in_ods(hand: Hand) -> None:
    hand.sort(hand.table(), 1)
    hand.save_as(".ods")


@named("Sheet1", start="half")
def a_tab_in_ods(hand: Hand) -> None:
    hand.new_sheet("Sheet1")
    hand.copy_between(TAB, "B8:B13", "Sheet1", "A1")
    hand.use_sheet("Sheet1")
    for row in range(1, 7):
        hand.put(f"B{row}", "include")
        hand.meant[row + 7]["decision"] = "include"
    hand.save_as(".ods")


@named("E4")
def misspelt_in_ods(hand: Hand) -> None:
    hand.put("E4", "inlcude")
    hand.meant[4]["decision"] = "include"
    hand.save_as(".ods")
