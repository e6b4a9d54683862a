"""Sheets in the team's language: every language has every word, and each sheet is read whatever the protocol says now."""

from __future__ import annotations

import re

import openpyxl
import pytest
from damage import OFFICE, office
from prismake.core.names import CONSENSUS, STAGES
from prismake.core.paths import data_files
from prismake.core.phrases import normal_word
from prismake.protocol.forms import allowed, load_form, parse_answer
from prismake.protocol.guide import adjudicator_lines, guide_lines
from prismake.protocol.languages import english_heading, language_codes, load_language
from prismake.protocol.schema import with_defaults
from prismake.sheets.counting import is_count, is_count_formula
from prismake.sheets.layout import consensus_columns, page_height, reviewer_columns, shown_width
from sheet_stage import Stage

OTHERS = [code for code in language_codes() if code != "en"]
ANSWERS = ("include", "exclude", "maybe")


def form_in(code: str, stage: str = "title_abstract"):
    return load_form(stage, with_defaults({"title": "t", "question": "q", "language": code}))


def columns_in(code: str, stage: str):
    form = form_in(code, stage)
    return [reviewer_columns(form), consensus_columns(form, ["Anna", "Ben"])]


def words_of(stage: Stage) -> dict[str, str]:
    fields = form_in(stage.config["language"]).fields
    return {choice.value: choice.word for choice in fields[0].choices}


def heading(stage: Stage, english: str) -> str:
    return load_language(stage.config["language"]).heading(english)


def test_six_languages_are_there():
    assert {"en", "de", "fr", "es", "pt", "zh"} <= set(data_files("forms/languages/*.yaml"))


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_exactly_the_keys_of_english_and_the_same_parts_in_braces(code):
    english, other = load_language("en").texts, load_language(code).texts
    assert list(english) == list(other), "and in the same order, so that files can be read side by side"
    parts = re.compile(r"\{\w+\}")
    assert {key: set(parts.findall(english[key])) for key in english} == {
        key: set(parts.findall(other[key])) for key in other
    }
    assert all(text.strip() for text in other.values())


def test_every_english_word_in_a_form_can_be_said():
    """A heading or an answer that is new in a form is missed here, not in a sheet that is half in one language."""
    texts = load_language("en").texts
    for stage in STAGES:
        form = form_in("en", stage)
        assert f"stages.{stage}.title" in texts and texts[f"stages.{stage}.title"] == form.title
        for columns in columns_in("en", stage):
            ours = [column for column in columns if not (column.answer and stage == "extraction")]
            assert [column.header for column in ours if column.role != "progress" and not column.elsewhere] == []
            assert [column.heading for column in columns] == [column.header for column in columns]
        for field in form.fields if stage != "extraction" else ():
            words = [choice.value for choice in field.choices if field.name in ("decision", "same")]
            assert [word for word in words if f"answers.{word}" not in texts] == []


@pytest.mark.parametrize("stage", STAGES)
def test_no_heading_stands_for_two_columns_in_one_language_or_across_them(stage):
    for sheet in (0, 1):
        owner: dict[str, str] = {}
        for code in language_codes():
            columns = [column for column in columns_in(code, stage)[sheet] if column.role != "progress"]
            headings = [normal_word(column.heading) for column in columns]
            assert len(set(headings)) == len(headings), code
            for column in columns:
                for word in map(normal_word, column.elsewhere):
                    assert owner.setdefault(word, column.identity) == column.identity, (code, word)


@pytest.mark.parametrize("code", language_codes())
def test_every_word_that_is_offered_is_understood_under_every_language(code):
    for stage in STAGES[:4]:
        for now in language_codes():
            for field, today in zip(form_in(code, stage).fields, form_in(now, stage).fields, strict=True):
                for choice in field.choices:
                    assert parse_answer(today, choice.word) == choice.value
                    assert parse_answer(today, choice.value) == choice.value


@pytest.mark.parametrize("code", language_codes())
def test_first_pages_have_no_gap_and_no_english_line(code):
    protocol = with_defaults({"title": "t", "question": "q", "language": code, "criteria": {"include": ["c"]}})
    english = with_defaults({**protocol, "language": "en"})
    for stage in STAGES:
        form, plain = load_form(stage, protocol), load_form(stage, english)
        for lines, others in (
            (guide_lines(form, protocol), guide_lines(plain, english)),
            (adjudicator_lines(form, protocol, ["anna", "ben"]), adjudicator_lines(plain, english, ["anna", "ben"])),
        ):
            assert len(lines) == len(others)
            assert not [text for line in lines for text in line if "{" in text]
            if code != "en":
                assert not {text for _, text in lines if len(text) > 40} & {text for _, text in others}
        assert all(allowed(field, (), form.language) for field in form.fields if not field.by_row)


@pytest.mark.parametrize("code", ["fr", "zh"])
def test_offered_filled_and_read(tmp_path, code):
    stage = Stage(tmp_path / "sheets", language=code)
    stage.offer()
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    head = [cell.value for cell in sheet[1]]
    assert heading(stage, "Decision") in head and heading(stage, "Abstract") in head and "Decision" not in head
    assert is_count_formula(sheet["A1"].value)
    words = words_of(stage)
    stage.decide("anna", *(words[answer] for answer in ANSWERS), "include", header=heading(stage, "Decision"))
    stage.decide("ben", words["exclude"], words["exclude"], header=heading(stage, "Decision"))
    reading = stage.read()
    assert reading.decisions["decision.anna"][:4] == ["include", "exclude", "maybe", "include"]
    assert reading.status["problems"] == []
    stage.items += ["pubmed:100", "pubmed:101"]
    stage.offer()
    (row,) = stage.cells(CONSENSUS)[1:]
    assert {words["include"], words["exclude"], heading(stage, "Decision")} <= set(row)
    stage.decide(CONSENSUS, words["exclude"], header=heading(stage, "Settled"))
    reading = stage.read()
    assert reading.decisions["decision"][0] == "exclude"
    assert len(reading.decisions.rows) == 10 and reading.status["problems"] == []


@pytest.mark.parametrize("before, after", [("de", "zh")])
def test_a_sheet_is_read_after_the_language_has_changed(tmp_path, before, after):
    stage = Stage(tmp_path / "sheets", language=before)
    stage.offer()
    words = words_of(stage)
    stage.decide("anna", *(words[answer] for answer in ANSWERS), header=heading(stage, "Decision"))
    stage.decide("ben", words["exclude"], header=heading(stage, "Decision"))
    stage.offer()
    stage.decide(CONSENSUS, words["include"], header=heading(stage, "Settled"))
    first = stage.read().decisions.rows
    stage.config = with_defaults({**stage.config, "language": after})
    assert stage.read().decisions.rows == first and stage.read().status["problems"] == []
    stage.offer()
    assert stage.read().decisions.rows == first and stage.read().status["problems"] == []
    book = openpyxl.load_workbook(stage.path("anna"))
    head = [cell.value for cell in book.worksheets[1][1]]
    assert heading(stage, "Decision") in head and heading(stage, "Title") in head
    (table,) = book.worksheets[1].tables.values()
    assert [column.name for column in table.tableColumns] == head[1:], "or Excel would repair the file"
    stage.decide("anna", "", "", "", words_of(stage)["exclude"], header=heading(stage, "Decision"))
    assert stage.read().decisions["decision.anna"][3] == "exclude"


def test_a_sheet_that_lost_its_first_page_and_its_record_is_known_by_any_language(tmp_path):
    """Nothing says in which language it was offered."""
    stage = Stage(tmp_path / "sheets", language="fr")
    stage.offer()
    words = words_of(stage)
    stage.decide("anna", words["include"], header=heading(stage, "Decision"))
    (stage.folder / "history/title_abstract.form.json").unlink()
    stage.config = with_defaults({**stage.config, "language": "en"})
    assert stage.read().decisions["decision.anna"][0] == "include"


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_the_count_is_worked_out_in_another_language(tmp_path):
    stage = Stage(tmp_path / "sheets", language="zh")
    stage.offer()
    stage.decide("anna", "纳入", header=heading(stage, "Decision"))
    office([stage.path("anna")], "xlsx", tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / stage.path("anna").name, data_only=True)
    assert book.worksheets[1]["A1"].value == "已完成 1 行，共 8 行"
    assert is_count("已完成 1 行，共 8 行") and is_count("3 of 8 done") and not is_count("3 of 8")
    assert english_heading("决定") == "Decision"


def test_chinese_lines_have_room_for_characters_of_double_width():
    assert shown_width("Decision – ★") == 12 and shown_width("决定") == 4 and shown_width("（ab）") == 6
    text = "请阅读全文后判断每份报告。" * 10
    assert page_height(text) == 15.0 * 3 + 4.0 and page_height("x" * 115) == 19.0
