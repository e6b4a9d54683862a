"""What only LibreOffice can do here: tracked changes, subtotals, scenarios, passwords, its other formats."""

from __future__ import annotations

from hands import Hand
from played import OFFICE_ONLY, named, right

OFFICE_ONLY.add("tracking")
NUMBERS = "read extraction"


@right()
def changes_tracked(hand: Hand) -> None:
    hand.track()
    hand.answer(4, "include")


@right()
def changes_tracked_in_ods(hand: Hand) -> None:
    hand.track()
    hand.answer(4, "include")
    hand.answer(6, "include")
    hand.save_as(".ods")


@named("pubmed:003")
def a_row_deleted_with_tracking_in_ods(hand: Hand) -> None:
    """The deleted cells stay in the file, marked as deleted."""
    hand.track()
    hand.delete_rows(5)
    hand.meant[5] = {}
    hand.save_as(".ods")


@right()
def rows_inserted_with_tracking_in_ods(hand: Hand) -> None:
    hand.track()
    hand.insert_rows(5, 2)
    hand.save_as(".ods")


@right()
def protected_in_ods(hand: Hand) -> None:
    hand.answer(4, "include")
    hand.protect("secret")
    hand.save_as(".ods")


@right()
def hidden_rows_and_columns_in_ods(hand: Hand) -> None:
    hand.answer(4, "include")
    hand.hide_rows(3, 6)
    hand.hide_columns("E")
    hand.save_as(".ods")


@right()
def filtered_in_ods(hand: Hand) -> None:
    hand.filter("Decision", "maybe")
    hand.answer(5, "include")
    hand.save_as(".ods")


@named("password")
def a_password_in_ods(hand: Hand) -> None:
    hand.save_as(".ods")
    hand.password = "secret"


@right()
def saved_as_xlsm(hand: Hand) -> None:
    hand.answer(4, "include")
    hand.save_as(".xlsm")


@named("both hold the table")
def a_scenario_of_the_table(hand: Hand) -> None:
    hand.copy_sheet("Title and abstract", "Scenario 1")


@right()
def subtotals_of_the_table(hand: Hand) -> None:
    """Rows “include Count” between the groups, and the rows in the order of the answers."""
    hand.sort(hand.table(), 3)
    hand.subtotal("B1:Q13", 3, 0)


@named("E8", "comment", start="half")
def comments_in_xls(hand: Hand) -> None:
    for row in (8, 9):
        hand.comment(hand.cell("Decision", row), "exclude")
    hand.save_as(".xls")


@named("E8", "coloured", start="half")
def colours_in_xls(hand: Hand) -> None:
    for row in (8, 10):
        hand.colour(hand.cell("Decision", row), "C6EFCE")
    hand.save_as(".xls")


@named("E4", "struck")
def struck_through_in_xls(hand: Hand) -> None:
    hand.strike("E4")
    hand.save_as(".xls")


@named("H3", "61 %", start=NUMBERS)
def a_percentage_in_xls(hand: Hand) -> None:
    hand.number(hand.cell("Share of women", 3), 0.61)
    hand.number_format(hand.cell("Share of women", 3), "0%")
    hand.meant[3]["women"] = "?"
    hand.save_as(".xls")


@named("H3", "61 %", start=NUMBERS)
def a_percentage_in_ods(hand: Hand) -> None:
    hand.number(hand.cell("Share of women", 3), 0.61)
    hand.number_format(hand.cell("Share of women", 3), "0%")
    hand.meant[3]["women"] = "?"
    hand.save_as(".ods")


@named("F3", start=NUMBERS)
def thousands_in_ods(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 17000)
    hand.number_format(hand.cell("Events", 3), "0,")
    hand.meant[3]["events"] = "?"
    hand.save_as(".ods")


@named("F3", start=NUMBERS)
def thousands_in_xls(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 17000)
    hand.number_format(hand.cell("Events", 3), "0,")
    hand.meant[3]["events"] = "?"
    hand.save_as(".xls")


@named("F3", start=NUMBERS)
def a_day_in_ods(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 45778)
    hand.number_format(hand.cell("Events", 3), "D.M.YYYY")
    hand.meant[3]["events"] = "?"
    hand.save_as(".ods")


@named("F3", start=NUMBERS)
def a_day_in_xls(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 45778)
    hand.number_format(hand.cell("Events", 3), "D.M.YYYY")
    hand.meant[3]["events"] = "?"
    hand.save_as(".xls")


@named("F3", start=NUMBERS)
def a_time_in_ods(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 0.5)
    hand.number_format(hand.cell("Events", 3), "HH:MM")
    hand.meant[3]["events"] = "?"
    hand.save_as(".ods")


@right(start=NUMBERS)
def numbers_in_ods(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 18)
    hand.number(hand.cell("Share of women", 3), 0.62)
    hand.meant[3].update(events="18", women="0.62")
    hand.save_as(".ods")


@right(start=NUMBERS)
def numbers_in_xls(hand: Hand) -> None:
    hand.number(hand.cell("Events", 3), 18)
    hand.number(hand.cell("Share of women", 3), 0.62)
    hand.meant[3].update(events="18", women="0.62")
    hand.save_as(".xls")


@right(start="read appraisal")
def judgements_in_ods(hand: Hand) -> None:
    hand.put(hand.cell("Answer", 3), "c")
    hand.meant[3]["answer"] = "c"
    hand.sort(hand.table(), 1, down=True)
    hand.save_as(".ods")


@named("sorted or moved", start="read consensus")
def settlements_sorted_in_ods(hand: Hand) -> None:
    hand.sort(hand.span("Settled"))
    hand.save_as(".ods")


@right(start="read consensus")
def a_settlement_changed_in_xls(hand: Hand) -> None:
    hand.answer(3, "include", "Settled")
    hand.save_as(".xls")


@named("E4")
def an_answer_by_a_reference_in_ods(hand: Hand) -> None:
    """=E3 comes to “exclude”, and to nothing as soon as that row moves; what it came to is read."""
    hand.formula("E4", "=E2&E3")
    hand.meant[4]["decision"] = "?"
    hand.save_as(".ods")


@right()
def replaced_by_a_pattern(hand: Hand) -> None:
    hand.replace_pattern("^maybe$", "maybe ")


@named("filled down")
def replaced_by_a_pattern_that_fits_too_much(hand: Hand) -> None:
    hand.replace_pattern("^(ex|in)clude$", "maybe")


@right()
def a_condition_that_colours_in_ods(hand: Hand) -> None:
    hand.answer(4, "include")
    hand.condition(hand.span("Decision"), '"maybe"')
    hand.save_as(".ods")


@named("text box", start="half")
def answers_in_a_text_box(hand: Hand) -> None:
    hand.text_box("exclude all rows from 8 to 13")
    for row in range(8, 14):
        hand.meant[row]["decision"] = "exclude"


@right(start="half")
def a_text_box_of_ones_own(hand: Hand) -> None:
    hand.text_box("Anna, please finish by Friday")
