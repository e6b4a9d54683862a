"""What scripts in pandas, openpyxl and R do to a sheet: gaps filled, columns retyped, rows dropped or repeated."""

from __future__ import annotations

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment
from openpyxl.worksheet.hyperlink import Hyperlink
from played import ANSWERS, Place, named, right

TAB = "Title and abstract"
NUMBERS, FULL = "read extraction", "read full_text"


def _table(place: Place, **options: object) -> pd.DataFrame:
    return pd.read_excel(place.anna, sheet_name=1, **options)  # type: ignore[call-overload]


def _book(place: Place) -> openpyxl.Workbook:
    return openpyxl.load_workbook(place.anna)


@named("E8", start="half")
def gaps_filled_with_zeros(place: Place) -> None:
    """fillna(0) over the whole table: 0 is a way to say exclude, and nobody said it."""
    _table(place).fillna(0).to_excel(place.anna, index=False)


@named("E8", start="half")
def gaps_filled_with_false(place: Place) -> None:
    _table(place).astype(object).fillna(False).to_excel(place.anna, index=False)


@named("E8", start="half")
def gaps_filled_with_a_word(place: Place) -> None:
    _table(place).astype(object).fillna("exclude").to_excel(place.anna, index=False)


@named("E8", start="half")
def gaps_filled_with_a_question_mark(place: Place) -> None:
    _table(place).astype(object).fillna("?").to_excel(place.anna, index=False)


@right(start="half")
def gaps_filled_with_nothing(place: Place) -> None:
    _table(place).astype(object).fillna("").to_excel(place.anna, index=False)


@right(start="half")
def everything_made_text(place: Place) -> None:
    """astype(str) makes “nan” of what is empty."""
    _table(place).astype(str).to_excel(place.anna, index=False)


@named("F4", start="half")
def gaps_filled_from_above(place: Place) -> None:
    """ffill() over the whole table: answers and notes of one row go on in the next ones."""
    _table(place).ffill().to_excel(place.anna, index=False)


@named("F2")
def gaps_filled_from_below(place: Place) -> None:
    _table(place).bfill().to_excel(place.anna, index=False)


@named("E8", start="half")
def gaps_of_numbers_filled_with_zeros(place: Place) -> None:
    table = _table(place)
    table["Decision"] = table["Decision"].astype(object).fillna(0)
    table["Note"] = table["Note"].astype(object).fillna(0)
    table["Remark"] = table["Remark"].astype(object).fillna(0)
    table.to_excel(place.anna, index=False)


@named("F8", start="half extraction")
def numbers_missing_made_zeros(place: Place) -> None:
    _table(place).fillna(0).to_excel(place.anna, index=False)


@right(start=NUMBERS)
def counts_made_floats(place: Place) -> None:
    table = _table(place)
    for name in ("Events", "Participants"):
        table[name] = table[name].astype(float)
    table.to_excel(place.anna, index=False)


@right(start=NUMBERS)
def counts_made_texts(place: Place) -> None:
    _table(place, dtype=str, keep_default_na=False).to_excel(place.anna, index=False)


@named("F4", start=NUMBERS)
def counts_made_texts_with_decimals(place: Place) -> None:
    """8 becomes “8.0”, which says 8; and 8.5 says nothing that can be counted."""
    table = _table(place)
    table["Events"] = table["Events"].astype(float).astype(str)
    table.loc[2, "Events"] = "8.5"
    table.to_excel(place.anna, index=False)
    place.meant[4]["events"] = "?"


@named("F2", start=NUMBERS)
def counts_divided_by_their_totals(place: Place) -> None:
    table = _table(place)
    table["Events"] = (table["Events"].astype(float) / table["Participants"].astype(float)).round(3)
    table.to_excel(place.anna, index=False)
    for row in range(2, 14):
        place.meant[row]["events"] = "?"


@named("rows whose answers had been read are gone")
def duplicates_dropped_by_a_column(place: Place) -> None:
    _table(place).drop_duplicates("Decision").to_excel(place.anna, index=False)


@right()
def the_item_made_the_index(place: Place) -> None:
    _table(place).set_index("Item").to_excel(place.anna)


@named("merged")
def the_answer_made_the_index(place: Place) -> None:
    """Equal values of an index of two levels become one merged cell."""
    _table(place).set_index(["Decision", "Item"]).sort_index().to_excel(place.anna)


@right()
def headings_of_two_levels(place: Place) -> None:
    table = _table(place)
    table.columns = pd.MultiIndex.from_tuples([("Screening", name) for name in table.columns])
    table.to_excel(place.anna)


@named("no sheet of this workbook")
def headings_left_out(place: Place) -> None:
    _table(place).to_excel(place.anna, index=False, header=False)


@right()
def written_below_and_to_the_right(place: Place) -> None:
    _table(place).to_excel(place.anna, index=False, startrow=4, startcol=3)


@named("no sheet of this workbook")
def melted(place: Place) -> None:
    _table(place).melt(id_vars="Item").to_excel(place.anna, index=False)


@named("both hold the table")
def a_second_tab_written_by_pandas(place: Place) -> None:
    table = _table(place)
    table.loc[2, "Decision"] = "include"
    with pd.ExcelWriter(place.anna, mode="a", engine="openpyxl") as writer:
        table.to_excel(writer, sheet_name="Sheet1", index=False)
    place.meant[4]["decision"] = "?"


@right()
def the_tab_overwritten_by_pandas(place: Place) -> None:
    table = _table(place)
    table.loc[2, "Decision"] = "include"
    with pd.ExcelWriter(place.anna, mode="a", engine="openpyxl", if_sheet_exists="overlay") as writer:
        table.to_excel(writer, sheet_name=TAB, index=False)
    place.meant[4]["decision"] = "include"


@named("were changed")
def answers_made_numbers_of_categories(place: Place) -> None:
    """exclude 0, include 1, maybe 2: two of them happen to be read, the third cannot."""
    table = _table(place)
    table["Decision"] = table["Decision"].astype("category").cat.codes.map({0: 1, 1: 2, 2: 3})
    table.to_excel(place.anna, index=False)
    for row in range(2, 14):
        place.meant[row]["decision"] = "?"


@right()
def answers_mapped_to_ones_and_zeros(place: Place) -> None:
    table = _table(place)
    table["Decision"] = table["Decision"].map({"include": 1, "exclude": 0, "maybe": "maybe"})
    table.to_excel(place.anna, index=False)


@named("sorted or moved")
def a_sorted_column_assigned_by_position(place: Place) -> None:
    table = _table(place)
    table["Decision"] = table["Decision"].sort_values().to_numpy()
    table.to_excel(place.anna, index=False)


@named("sorted or moved")
def answers_assigned_from_a_sorted_table(place: Place) -> None:
    table = _table(place)
    table["Decision"] = table.sort_values("Title")["Decision"].to_numpy()
    table.to_excel(place.anna, index=False)


@right()
def rows_shuffled(place: Place) -> None:
    _table(place).sample(frac=1, random_state=3).to_excel(place.anna, index=False)


@right()
def the_answers_of_a_model_beside_ones_own(place: Place) -> None:
    table = _table(place)
    table["model"] = ["include"] * 12
    table["probability"] = [0.5] * 12
    table.to_excel(place.anna, index=False)


@named("pubmed:003")
def a_row_deleted_by_openpyxl(place: Place) -> None:
    book = _book(place)
    book[TAB].delete_rows(5)
    book.save(place.anna)
    place.meant[5] = {}


@right()
def a_column_inserted_by_openpyxl(place: Place) -> None:
    """The cells move and the table, the lists and the colours stay where they were."""
    book = _book(place)
    book[TAB].insert_cols(4, 2)
    book.save(place.anna)


@right()
def the_tab_copied_and_the_first_deleted(place: Place) -> None:
    book = _book(place)
    book.copy_worksheet(book[TAB]).title = "Copy"
    del book[TAB]
    book.save(place.anna)


@right()
def formulas_made_values(place: Place) -> None:
    openpyxl.load_workbook(place.anna, data_only=True).save(place.anna)


@right()
def the_tab_very_hidden(place: Place) -> None:
    book = _book(place)
    book[TAB].sheet_state = "veryHidden"
    book.save(place.anna)


@right()
def an_answer_with_a_link(place: Place) -> None:
    book = _book(place)
    cell = book[TAB]["E4"]
    cell.value = "include"
    cell._hyperlink = Hyperlink(ref="E4", target="https://example.org/paper")
    cell.alignment = Alignment(wrap_text=True)
    book.save(place.anna)
    place.meant[4]["decision"] = "include"


@named("E4")
def a_list_written_into_a_cell(place: Place) -> None:
    book = _book(place)
    book[TAB]["E4"].value = str(["include", "maybe"])
    book.save(place.anna)
    place.meant[4]["decision"] = "?"


@right()
def a_few_answers_written_by_a_script(place: Place) -> None:
    book = _book(place)
    for row, answer in ((4, "include"), (9, "exclude")):
        book[TAB].cell(row, 5, answer)
        place.meant[row]["decision"] = answer
    book.save(place.anna)


@named("sorted or moved")
def answers_written_from_the_first_row_on(place: Place) -> None:
    """A script that counts from 0 and forgets the header: every answer one row too high, the last one twice."""
    book = _book(place)
    for row, answer in enumerate([*ANSWERS[3:], "include", "include", "exclude"], start=2):
        book[TAB].cell(row, 5, answer)
    book.save(place.anna)


@named("sorted or moved", start="half")
def a_script_one_row_astray(place: Place) -> None:
    book = _book(place)
    for row, answer in enumerate(ANSWERS, start=1):
        if row > 1:
            book[TAB].cell(row, 5, answer)
    book.save(place.anna)


@named("H3", start=FULL)
def gaps_of_a_stage_filled_with_na(place: Place) -> None:
    """“NA” in every empty cell, also where a reason is needed."""
    table = _table(place, dtype=str)
    table.loc[1, "Reason for exclusion"] = None
    table.fillna("NA").to_excel(place.anna, index=False)
    place.meant[3]["reason"] = ""
