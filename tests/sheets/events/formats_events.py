"""What other programs make of a workbook: other formats, CSV there and back, pandas."""

from __future__ import annotations

import csv

import openpyxl
import pandas as pd
from hands import Hand
from played import ANSWERS, Place, named, right

TAB = "Title and abstract"


def _table(place: Place) -> pd.DataFrame:
    return pd.read_excel(place.anna, sheet_name=TAB, dtype=str, keep_default_na=False, engine="openpyxl")


@right()
def written_by_pandas(place: Place) -> None:
    _table(place).to_excel(place.anna, index=False)


@right()
def written_by_pandas_under_the_name_of_the_tab(place: Place) -> None:
    _table(place).to_excel(place.anna, index=False, sheet_name=TAB)


@right()
def written_by_pandas_with_its_index(place: Place) -> None:
    _table(place).to_excel(place.anna)


@right()
def written_by_pandas_with_missing_values(place: Place) -> None:
    pd.read_excel(place.anna, sheet_name=TAB, engine="openpyxl").to_excel(place.anna, index=False)


@right()
def sorted_by_pandas(place: Place) -> None:
    _table(place).sort_values("Title").to_excel(place.anna, index=False)


@named("rows whose answers had been read are gone")
def filtered_by_pandas(place: Place) -> None:
    table = _table(place)
    table[table["Decision"] == "include"].to_excel(place.anna, index=False)


@named("no sheet of this workbook")
def a_choice_of_columns_by_pandas(place: Place) -> None:
    _table(place)[["Item", "Title", "Decision"]].to_excel(place.anna, index=False)


@named("no sheet of this workbook")
def answers_alone_by_pandas(place: Place) -> None:
    _table(place)[["Item", "Decision"]].to_excel(place.anna, index=False)


@named("is not read")
def saved_as_csv_beside_it(place: Place) -> None:
    _table(place).to_csv(place.anna.with_suffix(".csv"), index=False)


@named("title_abstract.anna.csv")
def saved_as_csv_in_its_place(place: Place) -> None:
    table = _table(place)
    place.anna.unlink()
    table.to_csv(place.anna.with_suffix(".csv"), index=False)


@named("not a workbook")
def csv_under_the_name_of_the_workbook(place: Place) -> None:
    table = _table(place)
    table.to_csv(place.anna, index=False)


@named("not a workbook")
def html_under_the_name_of_the_workbook(place: Place) -> None:
    place.anna.write_text(_table(place).to_html(), encoding="utf-8")


@right()
def csv_there_and_back(place: Place) -> None:
    file = place.folder.parent / "round.csv"
    _table(place).to_csv(file, index=False, sep=";", encoding="utf-8-sig")
    pd.read_csv(file, sep=";", dtype=str, keep_default_na=False).to_excel(place.anna, index=False)


@named("E")
def csv_there_and_back_in_the_wrong_encoding(place: Place) -> None:
    """The answer of row 4 is in German, and its letters come out as others."""
    file = place.folder.parent / "round.csv"
    table = _table(place)
    table.loc[2, "Decision"] = "ausschließen"
    table.to_csv(file, index=False, encoding="utf-8")
    pd.read_csv(file, dtype=str, keep_default_na=False, encoding="latin-1").to_excel(place.anna, index=False)


@named("no sheet of this workbook")
def csv_pasted_into_one_column(place: Place) -> None:
    rows = _table(place)
    book = openpyxl.Workbook()
    book.active.append([";".join(rows.columns)])
    for row in rows.itertuples(index=False):
        book.active.append([";".join(row)])
    book.save(place.anna)


@named("column was sorted")
def csv_with_a_shifted_column(place: Place) -> None:
    """A line break in a cell moves the rest of the identifiers down."""
    file = place.folder.parent / "round.csv"
    _table(place).to_csv(file, index=False)
    rows = list(csv.reader(file.open(encoding="utf-8", newline="")))
    items = [row[1] for row in rows[1:]]
    for row, item in zip(rows[1:], [items[-1], *items[:-1]], strict=True):
        row[1] = item
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(place.anna)


@right()
def values_only(place: Place) -> None:
    """Every formula as what it came to, the table alone in a new workbook."""
    rows = openpyxl.load_workbook(place.anna, data_only=True)[TAB].iter_rows(values_only=True)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(place.anna)


@right()
def macros_enabled(place: Place) -> None:
    place.anna.rename(place.anna.with_suffix(".xlsm"))


@right()
def rows_as_strict_text(place: Place) -> None:
    """Every number as text, as some tools have it."""
    table = _table(place)
    table.map(str).to_excel(place.anna, index=False)


@named("E4")
def true_and_false_for_answers(hand: Hand) -> None:
    """The word that a box leaves in a cell of text."""
    hand.put("E4", "TRUE")
    hand.meant[4]["decision"] = "include"


@right(start="new")
def answers_out_of_pandas(place: Place) -> None:
    table = _table(place)
    table["Decision"] = ANSWERS
    for row, answer in enumerate(ANSWERS, start=2):
        place.meant[row]["decision"] = answer
    table.to_excel(place.anna, index=False)


@right(start="new")
def yes_and_no_out_of_pandas(place: Place) -> None:
    table = pd.read_excel(place.anna, sheet_name=TAB, engine="openpyxl")
    table["Decision"] = [answer == "include" for answer in ANSWERS]
    for row, answer in enumerate(ANSWERS, start=2):
        place.meant[row]["decision"] = "include" if answer == "include" else "exclude"
    table.to_excel(place.anna, index=False)


@named("E")
def scores_of_a_model_for_answers(place: Place) -> None:
    table = _table(place)
    table["Decision"] = [str(0.05 + number / 13) for number in range(12)]
    table.to_excel(place.anna, index=False)


@named("is there twice")
def two_tables_concatenated(place: Place) -> None:
    """Anna's rows and Ben's, one below the other."""
    table = _table(place)
    other = table.copy()
    other["Decision"] = ANSWERS[::-1]
    for row in range(2, 14):
        if ANSWERS[row - 2] != ANSWERS[::-1][row - 2]:
            place.meant[row]["decision"] = "?"
    pd.concat([table, other]).to_excel(place.anna, index=False)


@right()
def merged_with_another_list_by_pandas(place: Place) -> None:
    table = _table(place)
    table.merge(pd.DataFrame({"Item": table["Item"], "Topic": "x"}), on="Item").to_excel(place.anna, index=False)


@named("column “Decision” is missing")
def merged_with_two_decisions_by_pandas(place: Place) -> None:
    table = _table(place)
    other = table[["Item", "Decision"]]
    table.merge(other, on="Item").to_excel(place.anna, index=False)


@named("no sheet of this workbook")
def transposed(place: Place) -> None:
    _table(place).T.to_excel(place.anna)
