"""A sheet that is saved as .xls, which only LibreOffice can write here: these are played through it alone."""

from __future__ import annotations

from hands import Hand
from played import OFFICE_ONLY, named, right

OFFICE_ONLY.add("xls")


@right()
def saved_as_xls(hand: Hand) -> None:
    hand.answer(4, "include")
    hand.save_as(".xls")


@named("E4", "error")
def an_error_in_xls(hand: Hand) -> None:
    hand.formula("E4", "=NA()")
    hand.save_as(".xls")


@named("E8", "error", start="half")
def a_new_error_in_xls(hand: Hand) -> None:
    hand.formula("E8", "=1/0")
    hand.save_as(".xls")


@named("E5", "merged")
def answers_merged_in_xls(hand: Hand) -> None:
    hand.merge("E4:E5")
    hand.save_as(".xls")


@named("sorted or moved")
def sorted_alone_in_xls(hand: Hand) -> None:
    hand.sort(hand.span("Decision"))
    hand.save_as(".xls")
