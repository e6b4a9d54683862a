"""Formulas where answers stand."""

from __future__ import annotations

from hands import Hand
from played import named, right


@named("E4")
def a_formula_for_an_answer(hand: Hand) -> None:
    """LibreOffice works it out; a program leaves it to the next who opens the sheet."""
    hand.formula("E4", '="inc"&"lude?"')
    hand.meant[4]["decision"] = "include"


@named("E4")
def a_formula_that_fails(hand: Hand) -> None:
    hand.formula("E4", "=NA()")


@named("E4")
def a_formula_that_divides_by_zero(hand: Hand) -> None:
    hand.formula("E4", "=1/0")


@named("E4")
def a_formula_with_an_unknown_name(hand: Hand) -> None:
    hand.formula("E4", "=include")


@right()
def a_formula_in_a_column_of_ones_own(hand: Hand) -> None:
    hand.put("R1", "Length")
    hand.formula("R4", "=LEN(D4)")


@right()
def a_formula_in_the_title(hand: Hand) -> None:
    hand.formula("C4", '=UPPER("a")')
