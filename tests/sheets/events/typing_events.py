"""What people type into the cells of answers."""

from __future__ import annotations

from hands import Hand
from played import ANSWERS, named, right


def _typed(hand: Hand, text: str, means: str, row: int = 4) -> None:
    hand.put(hand.cell("Decision", row), text)
    hand.meant[row]["decision"] = means


@right()
def one_mind_changed(hand: Hand) -> None:
    hand.answer(4, "include")


@right()
def answer_in_capitals(hand: Hand) -> None:
    _typed(hand, "INCLUDE", "include")


@right()
def answer_with_blanks_around(hand: Hand) -> None:
    _typed(hand, "  Include ", "include")


@right()
def answer_with_a_hard_space(hand: Hand) -> None:
    _typed(hand, "include\u00a0", "include")


@right()
def answer_with_a_zero_width_space(hand: Hand) -> None:
    _typed(hand, "include\u200b", "include")


@right()
def answer_with_a_line_break_behind(hand: Hand) -> None:
    _typed(hand, "include\n", "include")


@right()
def answer_in_german(hand: Hand) -> None:
    _typed(hand, "Einschließen", "include")


@right()
def answer_in_french(hand: Hand) -> None:
    _typed(hand, "Peut-être", "maybe")


@right()
def answer_as_a_letter(hand: Hand) -> None:
    _typed(hand, "y", "include")


@right()
def answer_as_a_number(hand: Hand) -> None:
    hand.number(hand.cell("Decision", 4), 1)
    hand.meant[4]["decision"] = "include"


@right()
def answer_as_a_zero(hand: Hand) -> None:
    hand.number(hand.cell("Decision", 2), 0)
    hand.meant[2]["decision"] = "exclude"


@right()
def answer_as_a_question_mark(hand: Hand) -> None:
    _typed(hand, "?", "maybe")


@named("E4")
def answer_misspelt(hand: Hand) -> None:
    _typed(hand, "inlcude", "include")


@named("E4")
def answer_as_a_tick(hand: Hand) -> None:
    _typed(hand, "✓", "include")


@named("E4")
def answer_as_an_x(hand: Hand) -> None:
    _typed(hand, "x", "include")


@named("E4")
def answer_as_a_plus(hand: Hand) -> None:
    _typed(hand, "+", "include")


@named("E4")
def answer_as_an_emoji(hand: Hand) -> None:
    _typed(hand, "👍", "include")


@named("E4")
def answer_as_a_two(hand: Hand) -> None:
    hand.number(hand.cell("Decision", 4), 2)
    hand.meant[4]["decision"] = "maybe"


@named("E4")
def two_answers_in_one_cell(hand: Hand) -> None:
    _typed(hand, "include/exclude", "?")


@named("E4")
def answer_with_an_arrow(hand: Hand) -> None:
    _typed(hand, "exclude → include", "include")


@named("E4")
def answer_with_a_question_mark_behind(hand: Hand) -> None:
    _typed(hand, "include?", "maybe")


@named("E4")
def answer_with_a_remark_in_brackets(hand: Hand) -> None:
    _typed(hand, "include (see Ben)", "include")


@named("E4")
def answer_with_a_second_one_in_brackets(hand: Hand) -> None:
    _typed(hand, "include (exclude?)", "?")


@named("E4")
def answer_negated(hand: Hand) -> None:
    _typed(hand, "not include", "exclude")


@named("E4")
def answer_that_refers_to_another_row(hand: Hand) -> None:
    _typed(hand, "same as above", "exclude")


@named("E4")
def ditto_marks(hand: Hand) -> None:
    _typed(hand, '"', "exclude")


@named("E4")
def a_reason_instead_of_an_answer(hand: Hand) -> None:
    _typed(hand, "wrong population", "exclude")


@named("E4")
def a_dash_for_no_answer(hand: Hand) -> None:
    _typed(hand, "-", "")


@named("E4")
def a_number_by_autofill(hand: Hand) -> None:
    _typed(hand, "include1", "include")


@named("E4")
def a_day_by_autocorrect(hand: Hand) -> None:
    _typed(hand, "2025-03-01", "?")


@named("E4")
def a_name_instead_of_an_answer(hand: Hand) -> None:
    _typed(hand, "Anna", "?")


@named("“exclude” for pubmed:002")
def an_answer_cleared(hand: Hand) -> None:
    hand.clear(hand.cell("Decision", 4))
    hand.meant[4]["decision"] = ""


@named("“exclude” for pubmed:002")
def an_answer_of_blanks(hand: Hand) -> None:
    _typed(hand, "   ", "")


@named("read")
def all_answers_cleared(hand: Hand) -> None:
    hand.clear(hand.span("Decision"))
    for row in range(2, 14):
        hand.meant[row]["decision"] = ""


@right(start="new")
def a_first_answer(hand: Hand) -> None:
    hand.answer(2, "include")


@right(start="new")
def every_answer_typed(hand: Hand) -> None:
    for row, answer in enumerate(ANSWERS, start=2):
        hand.answer(row, answer)


@right(start="new")
def answered_from_the_bottom_up(hand: Hand) -> None:
    for row in range(13, 8, -1):
        hand.answer(row, "exclude")


@right(start="new")
def every_second_row_answered(hand: Hand) -> None:
    for row in range(2, 14, 2):
        hand.answer(row, ANSWERS[row - 2])


@right(start="half")
def the_other_half_answered(hand: Hand) -> None:
    for row in range(8, 14):
        hand.answer(row, ANSWERS[row - 2])


@right(start="half")
def the_other_half_by_filling_down(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 8), "exclude")
    hand.fill_down(hand.span("Decision", 8, 13))
    for row in range(8, 14):
        hand.meant[row]["decision"] = "exclude"


@right(start="new")
def a_whole_sheet_excluded_by_filling_down(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 2), "exclude")
    hand.fill_down(hand.span("Decision"))
    for row in range(2, 14):
        hand.meant[row]["decision"] = "exclude"


@right()
def three_minds_changed(hand: Hand) -> None:
    for row, answer in ((3, "include"), (7, "maybe"), (12, "include")):
        hand.answer(row, answer)


@named("were changed")
def half_of_the_minds_changed(hand: Hand) -> None:
    for row in (3, 4, 6, 8, 11, 12):
        hand.answer(row, "maybe")


@right()
def a_note_written(hand: Hand) -> None:
    hand.put(hand.cell("Note", 4), "check the protocol")
    hand.meant[4]["note"] = "check the protocol"


@right()
def a_note_that_looks_like_a_formula(hand: Hand) -> None:
    hand.put(hand.cell("Note", 4), "=> ask Ben")
    hand.meant[4]["note"] = "=> ask Ben"


@right()
def replaced_everywhere(hand: Hand) -> None:
    hand.replace("maybe", "Maybe")


@named("were changed")
def one_word_replaced_by_another_everywhere(hand: Hand) -> None:
    hand.replace("exclude", "maybe")
    for row in range(2, 14):
        if hand.meant[row]["decision"] == "exclude":
            hand.meant[row]["decision"] = "maybe"
