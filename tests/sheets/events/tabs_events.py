"""Tabs renamed, added, copied, deleted, hidden, and answers in them."""

from __future__ import annotations

from hands import Hand
from played import ANSWERS, named, right

TAB = "Title and abstract"


@right()
def the_tab_renamed(hand: Hand) -> None:
    hand.rename_sheet("Screening")


@right()
def the_first_page_deleted(hand: Hand) -> None:
    hand.delete_sheet("Read me")


@right()
def the_lists_deleted(hand: Hand) -> None:
    hand.delete_sheet("Lists")


@right()
def the_table_moved_to_the_front(hand: Hand) -> None:
    hand.move_sheet(TAB, 0)


@right()
def a_tab_for_notes(hand: Hand) -> None:
    hand.new_sheet("My notes")
    hand.use_sheet("My notes")
    hand.put("A1", "Ask Ben about the second trial on Monday")
    hand.put("A2", "include only those with children?")


@named("both hold the table")
def the_tab_copied(hand: Hand) -> None:
    hand.copy_sheet(TAB, "Backup")


@named("both hold the table")
def the_tab_copied_and_the_copy_filled(hand: Hand) -> None:
    hand.copy_sheet(TAB, "Second pass")
    hand.use_sheet("Second pass")
    hand.put("E4", "include")
    hand.meant[4]["decision"] = "include"


@named("no sheet of this workbook")
def the_table_deleted(hand: Hand) -> None:
    hand.new_sheet("Sheet1")
    hand.delete_sheet(TAB)


@right()
def the_table_hidden(hand: Hand) -> None:
    hand.hide_sheet(TAB)


@right()
def the_lists_hidden_and_protected(hand: Hand) -> None:
    hand.use_sheet("Lists")
    hand.protect("secret")


@right()
def the_table_protected(hand: Hand) -> None:
    hand.protect("secret")


@named("Second pass")
def answers_in_a_tab_without_header(hand: Hand) -> None:
    """Identifiers and answers, copied as cells: the second pass of Anna, which counts for her."""
    hand.new_sheet("Second pass")
    hand.copy_between(TAB, "B2:B13", "Second pass", "A1")
    hand.use_sheet("Second pass")
    for row, answer in enumerate(ANSWERS[::-1], start=1):
        hand.put(f"B{row}", answer)
        hand.meant[row + 1]["decision"] = answer


@named("Sheet1", start="half")
def the_rest_of_the_rows_in_a_tab_of_their_own(hand: Hand) -> None:
    """Anna cuts the rows that are left into a tab, to have them by themselves, and answers there."""
    hand.new_sheet("Sheet1")
    hand.copy_between(TAB, "B8:F13", "Sheet1", "A1")
    hand.use_sheet("Sheet1")
    for row, answer in enumerate(ANSWERS[6:], start=1):
        hand.put(f"D{row}", answer)
        hand.meant[row + 7]["decision"] = answer


@named("Sheet1", start="new")
def titles_and_answers_in_a_tab(hand: Hand) -> None:
    hand.new_sheet("Sheet1")
    hand.copy_between(TAB, "C2:C13", "Sheet1", "A2")
    hand.use_sheet("Sheet1")
    hand.put("A1", "Title")
    hand.put("B1", "Anna")
    for row, answer in enumerate(ANSWERS, start=2):
        hand.put(f"B{row}", answer)
        hand.meant[row]["decision"] = answer


@named("Sheet1", start="new")
def answers_alone_in_a_tab(hand: Hand) -> None:
    """A column of answers, in the order of the rows."""
    hand.new_sheet("Sheet1")
    hand.use_sheet("Sheet1")
    for row, answer in enumerate(ANSWERS, start=2):
        hand.put(f"A{row}", answer)
        hand.meant[row]["decision"] = answer


@right()
def a_pivot_of_the_answers(hand: Hand) -> None:
    hand.new_sheet("Pivot")
    hand.use_sheet("Pivot")
    for row, (word, count) in enumerate((("include", 4), ("exclude", 6), ("maybe", 2)), start=2):
        hand.put(f"A{row}", word)
        hand.number(f"B{row}", count)


@named("“Done” both hold the table")
def the_table_split_in_two_tabs(hand: Hand) -> None:
    hand.copy_sheet(TAB, "Done")
    hand.delete_rows(8, 6)
    hand.use_sheet("Done")
    hand.delete_rows(2, 6)


@right()
def an_empty_tab(hand: Hand) -> None:
    hand.new_sheet("Sheet1")


@named("Read me", start="new")
def answers_on_the_first_page(hand: Hand) -> None:
    """Anna types what she thinks of each below the instructions."""
    hand.use_sheet("Read me")
    for row, answer in enumerate(ANSWERS, start=30):
        hand.put(f"A{row}", f"pubmed:{row - 30:03d}")
        hand.put(f"B{row}", answer)
        hand.meant[row - 28]["decision"] = answer


@named("U2", start="new")
def answers_in_a_block_to_the_right(hand: Hand) -> None:
    """Identifiers and answers, to the right of the table."""
    hand.copy("B2:B13", "T2")
    for row, answer in enumerate(ANSWERS, start=2):
        hand.put(f"U{row}", answer)
        hand.meant[row]["decision"] = answer


@named("U2", start="new")
def answers_in_a_block_with_a_header(hand: Hand) -> None:
    hand.put("T1", "No.")
    hand.put("U1", "Verdict")
    for row, answer in enumerate(ANSWERS, start=2):
        hand.put(f"T{row}", str(row - 1))
        hand.put(f"U{row}", answer)
        hand.meant[row]["decision"] = answer


@named("above its header row")
def answers_above_the_header(hand: Hand) -> None:
    """Rows that a filter or a sort brought above the header."""
    hand.insert_rows(1, 2)
    hand.move("A6:Q7", "A1")
    hand.put("E1", "include")
    hand.put("E2", "include")
    hand.meant[4]["decision"] = hand.meant[5]["decision"] = "include"


@named("F8", start="half")
def answers_in_the_notes(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"F{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]
        hand.meant[row]["note"] = ANSWERS[row - 2]


@named("F8", start="half")
def answers_in_notes_renamed(hand: Hand) -> None:
    hand.put("F1", "Comment")
    for row in range(8, 14):
        hand.put(f"F{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("C8", start="half")
def answers_typed_over_the_titles(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"C{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("A8", start="half")
def answers_in_the_column_of_the_count(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"A{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("D8", start="half")
def answers_typed_over_the_abstracts(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"D{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("N8", start="half")
def answers_in_a_column_of_context(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"N{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("Sheet1", start="half")
def the_rest_of_the_rows_cut_into_a_tab(hand: Hand) -> None:
    """As a copy, and the rows are gone from the table: they are offered again."""
    hand.new_sheet("Sheet1")
    hand.copy_between(TAB, "B8:F13", "Sheet1", "A1")
    hand.delete_rows(8, 6)
    hand.use_sheet("Sheet1")
    for row, answer in enumerate(ANSWERS[6:], start=1):
        hand.put(f"D{row}", answer)
        hand.meant[row + 7]["decision"] = answer


@named("Q8", start="half")
def answers_typed_over_the_checks(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"Q{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("B8", start="half")
def answers_typed_over_the_identifiers(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"B{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("P8", start="half")
def answers_in_the_remarks(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"P{row}", ANSWERS[row - 2])
        hand.meant[row]["decision"] = ANSWERS[row - 2]


@named("E8", start="half")
def answers_and_notes_in_each_others_column(hand: Hand) -> None:
    for row in range(8, 14):
        hand.put(f"E{row}", f"a remark on row {row}")
        hand.put(f"F{row}", ANSWERS[row - 2])
        hand.meant[row].update(decision=ANSWERS[row - 2], note=ANSWERS[row - 2])


@named("Decision Ben", start="read")
def a_second_reviewer_in_the_same_table(hand: Hand) -> None:
    hand.put("R1", "Decision Ben")
    hand.put_all_in("R", ANSWERS[::-1], 2)
