"""A new sheet as people meet it: what stays in view, can be read, chosen, opened, printed and told apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import openpyxl
import pytest
from prismake.protocol.forms import load_form
from prismake.protocol.guide import guide_lines
from prismake.protocol.schema import with_defaults
from prismake.sheets.batches import plan
from prismake.sheets.offering import offer
from sheet_stage import Stage

CRITERIA = {"include": ["Children with relapse", "=1+1 cohorts"], "exclude": ["Case reports"]}
ABSTRACT = "Patients with relapsed leukaemia were treated with CAR T cells in two centres. " * 25
# Machado, Oliveira and Fernandes 2009, IEEE Trans Vis Comput Graph 15:1291, table 1, severity 1.0; linear RGB
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "everyone": np.eye(3).tolist(),
}


@pytest.fixture
def book(tmp_path):
    stage = Stage(tmp_path / "sheets", question="Does it work?", criteria=CRITERIA)
    rows = stage.queue()
    rows["abstract"], rows["doi"], rows["pmid"] = ABSTRACT, "10.1000/a<b>(1)", "29385370"
    stage.queue = lambda: rows
    sheets = stage.load()
    offer(plan(sheets), guide_lines(sheets.setup.form, stage.config), list(sheets.queue))
    return openpyxl.load_workbook(stage.path("anna"))


def heads(sheet) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1]}


def test_the_first_page_says_whose_it_is_what_is_asked_and_how(book):
    guide = [(row[0].value, row[1].value) for row in book.worksheets[0].iter_rows(min_row=2)]
    assert guide[0][0] == "Progress" and guide[1] == ("Sheet of", "anna")
    assert ("Question", "Does it work?") in guide
    assert [text for label, text in guide if label == "Include"] == CRITERIA["include"]
    assert [text for label, text in guide if label == "Exclude"] == CRITERIA["exclude"]
    assert any(label == "Decision" and "Allowed: include, exclude, maybe" in text for label, text in guide)
    assert book.active.title == "Title and abstract", "the table is what opens"


def test_abstracts_can_be_read_and_the_header_stays(book):
    sheet = book.worksheets[1]
    place = heads(sheet)
    abstract = sheet.cell(2, place["Abstract"])
    letters = sheet.column_dimensions[abstract.column_letter].width
    assert abstract.alignment.wrap_text and abstract.alignment.vertical == "top" and letters >= 80
    assert sheet.row_dimensions[2].height >= 15 * len(ABSTRACT) / letters, "at 100 % every line is in view"
    assert sheet.freeze_panes == "C2"
    before = [head for head, column in place.items() if column <= place["Note"]]
    assert before[1:] == ["Item", "Title", "Abstract", "Decision", "Note"], "nothing is in between"


def test_answers_are_chosen_from_a_list_and_links_open(book):
    sheet = book.worksheets[1]
    place = heads(sheet)
    (rule,) = sheet.data_validations.dataValidation
    assert rule.type == "list" and not rule.showErrorMessage, "synonyms may be typed"
    first, last = rule.formula1.removeprefix("Lists!").replace("$", "").split(":")
    assert [cell.value for (cell,) in book["Lists"][f"{first}:{last}"]] == ["include", "exclude", "maybe"]
    assert book["Lists"].sheet_state == "hidden"
    links = {head: sheet.cell(2, place[head]).hyperlink.target for head in ("DOI", "PubMed")}
    assert links == {
        "DOI": "https://doi.org/10.1000/a%3Cb%3E(1)",
        "PubMed": "https://pubmed.ncbi.nlm.nih.gov/29385370",
    }


def test_it_is_printed_across_one_page_with_its_header(book):
    sheet = book.worksheets[1]
    assert sheet.print_title_rows == "$1:$1" and sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_area.replace("$", "").endswith("!A1:F9"), "what is read and answered, not the details behind"


def linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear sRGB."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    x, y, z = np.cbrt(to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", BLIND)
@pytest.mark.parametrize("stage", ["title_abstract", "full_text"])
def test_colours_are_told_apart_by_every_eye_and_text_stands_out(stage, eyes):
    form = load_form(stage, with_defaults({"title": "t", "question": "q"}))
    colours = {one.value: one.colour for one in form.fields[0].choices} | {"open": "FFFBE0"}
    seen = {name: lab(np.array(BLIND[eyes]) @ linear(colour)) for name, colour in colours.items()}
    apart = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(seen, 2)}
    assert min(apart.values()) > 4, apart  # 2.3 is just noticeable
    assert apart["include", "exclude"] > 20, apart
    ink = float(linear("1F2933") @ [0.2126, 0.7152, 0.0722])
    for colour in colours.values():
        assert (float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05) / (ink + 0.05) > 7  # WCAG 2.2, level AAA
