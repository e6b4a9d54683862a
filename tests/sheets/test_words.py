"""What people may type: words in five languages, and the team's own."""

from __future__ import annotations

import openpyxl
import pytest
from prismake.core.errors import ConfigError
from prismake.protocol.config import validated
from prismake.protocol.forms import load_form, parse_answer
from prismake.protocol.schema import with_defaults
from prismake.sheets.emphasis import runs
from sheet_stage import Stage

MINIMAL = {"title": "t", "question": "q", "reviewers": ["anna", "ben"]}
# language: yes, no, to include, included, to exclude, excluded, perhaps
WORDS = {
    "English": ("yes", "no", "include", "included", "exclude", "excluded", "perhaps"),
    "German": ("ja", "nein", "einschließen", "eingeschlossen", "ausschliessen", "ausgeschlossen", "vielleicht"),
    "French": ("oui", "non", "inclure", "inclus", "exclure", "exclue", "peut-être"),
    "Spanish": ("sí", "no", "incluir", "incluida", "excluir", "excluido", "quizás"),
    "Portuguese": ("sim", "não", "incluir", "incluído", "excluir", "excluída", "talvez"),
}


def decision(stage: str, **config):
    return load_form(stage, with_defaults({**MINIMAL, **config})).field("decision")


@pytest.mark.parametrize("stage", ["title_abstract", "full_text"])
@pytest.mark.parametrize("language", WORDS)
def test_words_of_five_languages(stage, language):
    one, words = decision(stage), WORDS[language]
    answers = dict(zip(words, ["include", "exclude", "include", "include", "exclude", "exclude", "maybe"], strict=True))
    if stage == "full_text":
        del answers[words[-1]]  # maybe is no answer there
    for word, answer in answers.items():
        for typed in (word, word.upper(), f" {word.capitalize()}. "):
            assert parse_answer(one, typed) == answer, typed


@pytest.mark.parametrize("language", WORDS)
def test_yes_and_no_to_possible_duplicates(language):
    one = load_form("duplicates", with_defaults(MINIMAL)).field("same")
    assert parse_answer(one, WORDS[language][0]) == "same"
    assert parse_answer(one, WORDS[language][1]) == "different"


@pytest.mark.parametrize("stage", ["duplicates", "title_abstract", "full_text"])
def test_no_word_means_two_things(stage):
    for one in load_form(stage, with_defaults(MINIMAL)).fields:
        words = [word.casefold() for choice in one.choices for word in {choice.value, *choice.synonyms}]
        assert len(words) == len(set(words))


def test_a_team_s_own_words_are_read_from_its_sheets(tmp_path):
    stage = Stage(tmp_path / "sheets", words={"include": ["dabei", "+"], "exclude": ["raus"]})
    stage.offer()
    stage.decide("anna", "Dabei", "+", "raus", "RAUS.")
    reading = stage.read()
    assert reading.decisions["decision.anna"][:4] == ["include", "include", "exclude", "exclude"]
    assert reading.status["problems"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"inklude": ["dabei"]}, "'words.inklude' is not an answer in any sheet"),
        ({"include": ["nein"]}, "“nein” for exclude, but at “Decision” it means include"),
        ({"include": [""]}, "words.include"),
    ],
)
def test_words_that_cannot_be_are_refused_before_anything_runs(words, told):
    with pytest.raises(ConfigError, match=told):
        validated({**MINIMAL, "words": words})


TEXT = "Relapsed B-cell ALL: anti-CD19 CAR  T cells, scars and relapse"


def test_terms_are_set_off_at_the_beginning_of_words():
    found = runs(TEXT, ["relaps", "CD19", "car t", "CAR"])
    assert [piece for piece, emphasised in found if emphasised] == ["Relaps", "CD19", "CAR  T", "relaps"]
    assert "".join(piece for piece, _ in found) == TEXT
    assert runs(TEXT, ["asthma"]) == () and runs(TEXT, []) == ()


def test_terms_are_text_and_never_patterns_or_markup(tmp_path):
    hostile = '<b>&"=1+1</b> (a|b)* [x] _x0041_'
    found = runs(f"before {hostile} after", ["<b>", "(a|b)*", "[x"])
    assert [piece for piece, emphasised in found if emphasised] == ["<b>", "(a|b)*", "[x"]
    stage = Stage(tmp_path / "sheets", items=2, title_abstract={"highlight": ["<b>", "=HYPER", "words"]})
    rows = stage.queue()
    rows.loc[0, "abstract"] = hostile
    stage.queue = lambda: rows
    stage.offer()
    sheet = openpyxl.load_workbook(stage.path("anna"), rich_text=True).worksheets[1]
    assert str(sheet["D2"].value) == hostile
    assert str(sheet["C3"].value) == '=HYPERLINK("http://example.org")' and sheet["C3"].data_type == "s"
    assert bold(sheet["D3"])[0] == "Words"


def bold(cell) -> list[str]:
    return [str(part) for part in cell.value if getattr(part, "font", None) and part.font.b]


def test_terms_are_set_off_in_rows_that_are_added_too(tmp_path):
    stage = Stage(tmp_path / "sheets", items=2, title_abstract={"highlight": ["words"]})
    stage.offer()
    stage.decide("anna", "include")
    stage.items += ["pubmed:101", "pubmed:007"]
    stage.offer()
    sheet = openpyxl.load_workbook(stage.path("anna"), rich_text=True).worksheets[1]
    for row in (4, 5):  # saved with openpyxl as people use it here, the first two lost theirs
        assert bold(sheet.cell(row, 4)) == ["Words"] * 20
    assert stage.read().decisions["decision.anna"] == ["include", "", "", ""]
