"""Sheets of other stages: reasons, numbers, judgements, what is settled."""

from __future__ import annotations

from hands import Hand
from played import named, right

FULL, NUMBERS, STARS, SETTLED = "read full_text", "read extraction", "read appraisal", "read consensus"
REASON = "Reason for exclusion"


@named("H3", start=FULL)
def an_exclusion_without_reason(hand: Hand) -> None:
    hand.clear(hand.cell(REASON, 3))
    hand.meant[3]["reason"] = ""


@named("H2", start="new full_text")
def reasons_without_decisions(hand: Hand) -> None:
    for row in (2, 3, 4):
        hand.put(hand.cell(REASON, row), "Wrong outcome")
        hand.meant[row].update(decision="exclude", reason="Wrong outcome")


@named("counts for nothing", start=FULL)
def a_reason_beside_an_include(hand: Hand) -> None:
    hand.put(hand.cell(REASON, 2), "Wrong outcome")
    hand.meant[2]["reason"] = "Wrong outcome"


@named("not an answer", start=FULL)
def a_reason_of_ones_own(hand: Hand) -> None:
    hand.put(hand.cell(REASON, 3), "Conference abstract")
    hand.meant[3]["reason"] = "Conference abstract"


@named("not an answer", start=FULL)
def two_reasons(hand: Hand) -> None:
    hand.put(hand.cell(REASON, 3), "Wrong population; Wrong outcome")
    hand.meant[3]["reason"] = "?"


@named("not an answer", start=FULL)
def a_reason_in_the_column_of_decisions(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 3), "Wrong outcome")
    hand.meant[3]["decision"] = "exclude"


@right(start=FULL)
def a_reason_in_small_letters(hand: Hand) -> None:
    hand.put(hand.cell(REASON, 3), "wrong population")
    hand.meant[3]["reason"] = "Wrong population"


@named("sorted or moved", start=FULL)
def reasons_sorted_alone(hand: Hand) -> None:
    hand.put_all(REASON, ["Wrong outcome", "Wrong outcome", "", "Wrong population"], 2)
    hand.sort(hand.span(REASON))


@right(start=FULL)
def reports_sorted_as_a_whole(hand: Hand) -> None:
    hand.sort(hand.table(), 1)


@right(start=FULL)
def a_report_that_cannot_be_had(hand: Hand) -> None:
    hand.put(hand.cell("Decision", 3), "not available")
    hand.clear(hand.cell(REASON, 3))
    hand.meant[3].update(decision="not retrieved", reason="")


@right(start=NUMBERS)
def a_number_with_its_percentage(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "17 (27.9 %)")
    hand.meant[3]["events"] = "17"


@named("can be 1 or 1000", start=NUMBERS)
def a_thousand_that_could_be_one(hand: Hand) -> None:
    hand.put(hand.cell("Participants", 3), "1.000")
    hand.meant[3]["total"] = "?"


@named("F3", start=NUMBERS)
def a_range_that_became_a_day(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "2025-03-05 00:00:00")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_number_with_a_question_mark(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "17?")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def about_a_number(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "~17")
    hand.meant[3]["events"] = "?"


@right(start=NUMBERS)
def a_number_typed_as_a_number(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 18)
    hand.meant[3]["events"] = "18"


@right(start=NUMBERS)
def not_reported(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "NR")
    hand.meant[3]["events"] = "NR"


@named("G3", start=NUMBERS)
def a_formula_for_a_number(hand: Hand) -> None:
    """Worked out by the program that saves it, or not at all."""
    hand.formula(hand.cell("Participants", 3), '=CONCATENATE("6","1 or so")')


@named("sorted or moved", start=NUMBERS)
def events_sorted_alone(hand: Hand) -> None:
    hand.put_all("Events", ["03", "17", "08", "00", "12", "05", "21", "09", "14", "02", "30", "07"])
    hand.sort(hand.span("Events"))


@named("sorted or moved", start=NUMBERS)
def participants_slipped_by_one(hand: Hand) -> None:
    hand.pull_up(hand.cell("Participants", 3))


@named("were changed", start=NUMBERS)
def two_columns_of_numbers_exchanged(hand: Hand) -> None:
    hand.move(hand.span("Events"), "T2")
    hand.move(hand.span("Participants"), hand.cell("Events", 2))
    hand.move("T2:T13", hand.cell("Participants", 2))


@named("G3", start=NUMBERS)
def a_unit_behind_a_number(hand: Hand) -> None:
    hand.put(hand.cell("Participants", 3), "61 patients")
    hand.meant[3]["total"] = "61"


@right(start=STARS)
def a_judgement_changed(hand: Hand) -> None:
    hand.put(hand.cell("Answer", 3), "c")
    hand.meant[3]["answer"] = "c"


@named("not an answer", start=STARS)
def a_judgement_in_words(hand: Hand) -> None:
    hand.put(hand.cell("Answer", 3), "low risk")
    hand.meant[3]["answer"] = "?"


@named("I3", start=STARS)
def stars_for_a_judgement(hand: Hand) -> None:
    hand.put(hand.cell("Answer", 3), "★")
    hand.meant[3]["answer"] = "?"


@named("I3", start=STARS)
def two_judgements(hand: Hand) -> None:
    hand.put(hand.cell("Answer", 3), "a/c")
    hand.meant[3]["answer"] = "?"


@right(start=STARS)
def two_judgements_that_are_allowed(hand: Hand) -> None:
    hand.put(hand.cell("Answer", 3), "a+b")
    hand.meant[3]["answer"] = "a+b"


@named("sorted or moved", start=STARS)
def judgements_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Answer"))


@right(start=SETTLED)
def a_settlement_changed(hand: Hand) -> None:
    hand.answer(3, "include", "Settled")


@named("not an answer", start=SETTLED)
def a_name_for_a_settlement(hand: Hand) -> None:
    """Who was right, and not what."""
    hand.put(hand.cell("Settled", 3), "Ben")
    hand.meant[3]["decision"] = "?"


@named("sorted or moved", start=SETTLED)
def settlements_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Settled"))


@right(start=SETTLED)
def settlements_sorted_as_a_whole(hand: Hand) -> None:
    hand.sort(hand.table(), 1)


@named("no longer says", start=SETTLED)
def the_question_of_a_settlement_cleared(hand: Hand) -> None:
    hand.clear(hand.cell("Question", 3))
    hand.meant[3] = {}


@named("H3", "61 %", start=NUMBERS)
def a_percentage_that_is_a_fraction(hand: Hand) -> None:
    """Typed as 61 %, kept as 0.61, shown as 61 %."""
    hand.number(hand.cell("Share of women", 3), 0.61)
    hand.number_format(hand.cell("Share of women", 3), "0%")
    hand.meant[3]["women"] = "?"


@named("F3", "100 %", start=NUMBERS)
def all_participants_as_a_percentage(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 1)
    hand.number_format(hand.cell("Events", 3), "0.0%")
    hand.meant[3]["events"] = "?"


@right(start=NUMBERS)
def a_fraction_that_is_none(hand: Hand) -> None:
    hand.number(hand.cell("Share of women", 3), 0.61)
    hand.meant[3]["women"] = "0.61"


@named("sorted or moved", start=FULL)
def decisions_sorted_without_their_reasons(hand: Hand) -> None:
    hand.sort(hand.span("Decision"))


@named("F3", start=NUMBERS)
def events_of_two_studies_exchanged(hand: Hand) -> None:
    hand.put_all("Events", ["8", "17"], 3)


@named("sorted or moved", start=NUMBERS)
def a_row_of_numbers_pasted_one_row_down(hand: Hand) -> None:
    hand.move(f"{hand.cell('Events', 3)}:{hand.cell('Participants', 3)}", hand.cell("Events", 4))


@named("sorted or moved", start=SETTLED)
def two_settlements_exchanged(hand: Hand) -> None:
    hand.put_all("Settled", ["exclude", "include"], 2)


@named("sorted or moved", start=STARS)
def two_judgements_exchanged(hand: Hand) -> None:
    hand.put_all("Answer", ["b", "a"], 2)


@right(start=FULL)
def a_header_translated(hand: Hand) -> None:
    """Sheets are offered in several languages, and each is read in all of them."""
    hand.put(hand.cell("Decision", 1), "Entscheidung")


@named("Study design", start="new full_text")
def designs_without_decisions(hand: Hand) -> None:
    hand.put(hand.cell("Study design", 2), "cohort")
    hand.meant[2].update(decision="include", design="cohort")


@named("G3", start=NUMBERS)
def a_negative_number(hand: Hand) -> None:
    hand.put(hand.cell("Participants", 3), "-61")
    hand.meant[3]["total"] = "?"


@named("F3", start=NUMBERS)
def a_sum_in_words(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "9+8")
    hand.meant[3]["events"] = "?"


@named("F3", start=NUMBERS)
def a_letter_for_a_zero(hand: Hand) -> None:
    hand.put(hand.cell("Events", 3), "1O")
    hand.meant[3]["events"] = "?"


@named("H3", start=NUMBERS)
def a_mean_with_its_deviation(hand: Hand) -> None:
    hand.put(hand.cell("Share of women", 3), "0.61 ± 0.1")
    hand.meant[3]["women"] = "?"


@named("H3", start=NUMBERS)
def a_fraction_that_became_a_day(hand: Hand) -> None:
    hand.number(hand.cell("Share of women", 3), 45000)
    hand.number_format(hand.cell("Share of women", 3), "d-mmm")
    hand.meant[3]["women"] = "?"


@named("E3", start="half")
def answers_of_ben_typed_into_a_row_of_ones_own(hand: Hand) -> None:
    hand.put("E3", "Ben: include")
    hand.meant[3]["decision"] = "?"
