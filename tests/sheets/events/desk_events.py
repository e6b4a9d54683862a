"""What hands do to cells at a desk: letters of other keyboards, marks of footnotes, formats, cells that are moved."""

from __future__ import annotations

from hands import Hand
from played import ANSWERS, NOTES, named, right

FULL, NUMBERS, STARS, SETTLED = "read full_text", "read extraction", "read appraisal", "read consensus"
OPEN = "new consensus"


def _typed(hand: Hand, text: str, meant: str) -> None:
    hand.put(hand.cell("Decision", 4), text)
    hand.meant[4]["decision"] = meant


@right()
def answer_in_wide_letters(hand: Hand) -> None:
    """As an input method for Chinese or Japanese leaves them."""
    _typed(hand, "ｉｎｃｌｕｄｅ", "include")


@right()
def answer_with_a_full_stop(hand: Hand) -> None:
    _typed(hand, "Include.", "include")


@right()
def answer_with_a_narrow_space(hand: Hand) -> None:
    _typed(hand, "\u202finclude\u2009", "include")


@named("E4")
def answer_with_a_letter_of_another_alphabet(hand: Hand) -> None:
    """The c is the one of the Cyrillic keyboard."""
    _typed(hand, "in\u0441lude", "include")


@named("E4")
def answer_with_a_tick_behind(hand: Hand) -> None:
    _typed(hand, "include ✅", "include")


@named("E4")
def answer_with_a_comma_and_a_remark(hand: Hand) -> None:
    _typed(hand, "include, but see note", "include")


@named("E4")
def answer_in_two_lines(hand: Hand) -> None:
    _typed(hand, "include\nexclude", "?")


@named("E4")
def answer_as_a_whole_paragraph(hand: Hand) -> None:
    _typed(hand, "I would include this one because " + "the children are reported apart, " * 60, "include")


@named("E4")
def answer_with_its_number(hand: Hand) -> None:
    _typed(hand, "2 exclude", "exclude")


@named("E4")
def answer_of_another_tool(hand: Hand) -> None:
    _typed(hand, "Undecided (Rayyan)", "maybe")


@named("E4")
def answer_crossed_out_by_hyphens(hand: Hand) -> None:
    _typed(hand, "~~exclude~~ include", "include")


@named("E4")
def a_zero_in_words(hand: Hand) -> None:
    _typed(hand, "zero", "exclude")


@named("E4")
def an_answer_in_percent(hand: Hand) -> None:
    hand.number(hand.cell("Decision", 4), 0.5)
    hand.meant[4]["decision"] = "maybe"


@named("F3", start=NUMBERS)
def a_number_with_the_mark_of_a_footnote(hand: Hand) -> None:
    """The 2 is raised in the paper and in the cell: seventeen, footnote two."""
    hand.put(hand.cell("Events", 3), "17²")
    hand.meant[3]["events"] = "17"


@named("F3", start=NUMBERS)
def a_number_with_a_dagger(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "17†")
    hand.meant[3]["events"] = "17"


@named("F3", start=NUMBERS)
def a_number_with_an_underscore(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "1_7")
    hand.meant[3]["events"] = "17"


@named("F3", start=NUMBERS)
def a_number_with_an_exponent(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "1e1")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_of_another_base(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "0x11")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_that_is_infinite(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "inf")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_in_roman_letters(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "XVII")
    hand.meant[3]["events"] = "17"


@named("F3", start=NUMBERS)
def a_half(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "½")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_in_brackets(hand: Hand) -> None:
    """Minus seventeen to a book-keeper."""
    hand.put(hand.cell("Events", 3), "(17)")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def fewer_than_a_number(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "<5")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_range_of_numbers(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "16–18")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_shown_as_a_day(hand: Hand) -> None:
    """The column was formatted as dates: 17 is shown as 16 January 1900."""
    hand.number(hand.cell("Events", 3), 17)
    hand.number_format(hand.cell("Events", 3), "yyyy-mm-dd")
    hand.meant[3]["events"] = "17"


@named("F3", start=NUMBERS)
def a_count_that_its_format_rounds(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 17.4)
    hand.number_format(hand.cell("Events", 3), "0")
    hand.meant[3]["events"] = "17"


@named("F3", start=NUMBERS)
def a_time_for_a_number(hand: Hand) -> None:
    """“17:00” is taken for a time of day by every program."""
    hand.number(hand.cell("Events", 3), 0.708333333333333)
    hand.number_format(hand.cell("Events", 3), "hh:mm")
    hand.meant[3]["events"] = "17"


@right(start=NUMBERS)
def a_thousand_with_a_thin_space(hand: Hand) -> None:
    hand.put(hand.cell("Participants", 3), "1\u202f061")
    hand.meant[3]["total"] = "1061"


@named("counts for nothing", start=OPEN)
def settled_under_what_ben_says(hand: Hand) -> None:
    for row in range(2, 5):
        hand.put(hand.cell("Ben says", row), "include")
        hand.meant[row]["decision"] = "include"


@named("H2", start=OPEN)
def settled_under_what_anna_noted(hand: Hand) -> None:
    hand.put(hand.cell("Anna notes", 2), "include")
    hand.meant[2]["decision"] = "include"


@named("count for nothing", start=OPEN)
def settled_in_the_notes(hand: Hand) -> None:
    for row in range(2, 5):
        hand.put(hand.cell("Note", row), "include")
        hand.meant[row].update(decision="include", note="include")


@named("count for nothing", start=OPEN)
def settled_over_what_is_allowed(hand: Hand) -> None:
    """“Allowed” reads like a list to choose from: all but the right one is deleted."""
    for row in range(2, 5):
        hand.put(hand.cell("Allowed", row), "exclude")
        hand.meant[row]["decision"] = "exclude"


@named("count for nothing", start=OPEN)
def settled_in_a_column_of_ones_own(hand: Hand) -> None:
    hand.put("Z1", "Consensus")
    for row in range(2, 5):
        hand.put(f"Z{row}", "include")
        hand.meant[row]["decision"] = "include"


@named("Meeting", start=OPEN)
def settled_in_a_tab_of_the_meeting(hand: Hand) -> None:
    hand.new_sheet("Meeting")
    hand.copy_between("Title and abstract", "B2:B13", "Meeting", "A1")
    hand.use_sheet("Meeting")
    for row, answer in enumerate(ANSWERS, start=1):
        hand.put(f"B{row}", answer)
        hand.meant[row + 1]["decision"] = answer


@named("not an answer", start=SETTLED)
def settled_by_naming_a_side(hand: Hand) -> None:
    hand.put(hand.cell("Settled", 2), "agree with Ben")
    hand.meant[2]["decision"] = "exclude"


@named("Note", start="read")
def headers_of_two_columns_merged(hand: Hand) -> None:
    hand.merge("E1:F1")


@named("B15")
def answers_pasted_across_instead_of_down(hand: Hand) -> None:
    for place, answer in enumerate(ANSWERS[:6]):
        hand.put(f"{'CDEFGH'[place]}15", answer)


@named("B8")
def subtotals_between_the_rows(hand: Hand) -> None:
    hand.insert_rows(8)
    hand.put("D8", "exclude Count")
    hand.number("E8", 6)


@named("is not an identifier")
def identifiers_replaced_everywhere(hand: Hand) -> None:
    hand.replace("pubmed:", "PMID ")


@named("is not an identifier")
def rows_numbered_anew(hand: Hand) -> None:
    for row in range(2, 14):
        hand.number(f"B{row}", row - 1)


@named("never offered", start="half")
def rows_typed_from_a_printed_list(hand: Hand) -> None:
    """Titles and decisions as on paper, below the table and without identifiers that exist."""
    for row in (14, 15):
        hand.put(f"B{row}", f"record {row}")
        hand.put(f"E{row}", "include")


@named("words for “Decision”", start="half")
def decisions_of_another_tool_beside(hand: Hand) -> None:
    hand.put("R1", "Rayyan")
    for row in range(8, 14):
        hand.put(f"R{row}", {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}[ANSWERS[row - 2]])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@right()
def a_column_of_numbers_drawn_and_sorted_by_it(hand: Hand) -> None:
    """Random numbers beside the table, and all rows sorted by them."""
    hand.put("R1", "random")
    for row, number in zip(range(2, 14), (9, 3, 12, 7, 11, 5, 1, 8, 2, 10, 6, 4), strict=True):
        hand.number(f"R{row}", number)
    hand.sort("A2:R13", 17)


@named("in other rows", start="new")
def abstracts_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Abstract"), down=True)
    for row, answer in enumerate(ANSWERS, start=2):
        hand.answer(row, answer)


@named("in other rows")
def abstracts_slipped_up_by_one(hand: Hand) -> None:
    hand.pull_up(hand.cell("Abstract", 3))


@named("in other rows", start="half")
def authors_to_journal_sorted_alone(hand: Hand) -> None:
    hand.sort(f"{hand.cell('Authors', 2)}:{hand.cell('Journal', 13)}", 0, down=True)


@named("in other rows")
def addresses_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("DOI"), down=True)


@named("Notices")
def a_remark_typed_under_notices(hand: Hand) -> None:
    hand.put(hand.cell("Notices", 4), "retracted, I think")


@right()
def a_remark_typed_under_remark(hand: Hand) -> None:
    hand.put(hand.cell("Remark", 4), "read it twice")


@right()
def one_abstract_replaced_by_that_of_the_paper(hand: Hand) -> None:
    hand.put(hand.cell("Abstract", 4), "Background. The abstract as printed. Conclusion. It works.")


@right()
def years_typed_as_numbers(hand: Hand) -> None:
    """As a program leaves them that takes texts of digits for numbers."""
    for row in range(2, 14):
        hand.number(hand.cell("Year", row), 2000)


@named("PDF", start=FULL)
def a_place_typed_under_the_link(hand: Hand) -> None:
    hand.put(hand.cell("PDF", 4), "on the shelf in room 12")


@right()
def notes_in_many_lines(hand: Hand) -> None:
    hand.put(hand.cell("Note", 4), "first line\nsecond line")
    hand.meant[4]["note"] = "first line\nsecond line"


@named("E5", start="half")
def an_answer_by_an_arrow_in_the_note(hand: Hand) -> None:
    """Struck through and answered beside it."""
    hand.strike("E5")
    hand.put(hand.cell("Note", 5), "→ include")
    hand.meant[5].update(decision="", note=NOTES[5] and "→ include")
