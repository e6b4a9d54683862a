"""What the workflow says in sheets, in the languages of sheets: every sentence by its own template, nothing left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from prismake.core.paths import package_root
from prismake.protocol.languages import language_codes, load_language, phrases
from prismake.protocol.outcome_columns import PART_WORDS
from prismake.protocol.translations import LIST, PHRASE, WHOLE, english_answers, in_language

OTHERS = [code for code in language_codes() if code != "en"]
PART = re.compile(r"\{(\w+)\}")
# Modules whose sentences enter sheets.
SOURCES = (
    "extraction/checks/[a-z]*.py",
    "synthesis/certainty/[din]*.py",
    "extraction/doubts.py",
    "extraction/other_reports.py",
    "dedup/rules.py",
)
# Fragments that never enter a sheet: results in words, which are those of the report, and names of checks.
ELSEWHERE = {
    "a network of ",
    " of them direct",
    "arms exchanged",
    "percentage typed as a count",
    "doubled digit",
    "far from the others",
}
RULE = re.compile(
    "same|similar|title reworded|part of|beginning of|no title|another version"
)  # others keep pairs apart
SAMPLE = {"cells": "“Deaths” 5 and “People” 7", "list": "“Boys” 5, “Girls” 6", "condition": "2.1 is NI/Y"}


def filled(template: str, code: str) -> str:
    """A template with something in each part; what is a phrase itself is translated."""

    def part(match):
        name = match[1]
        text = SAMPLE.get(name, "7" if re.fullmatch(r"n\d?", name) else "Abel 2001")
        if code == "en":
            return text
        kind = {"list": LIST, "condition": ""}.get(name, WHOLE)
        text = in_language(text, load_language(code), kind)
        return text.replace(" is ", f" {phrases(code)['phrases.appraisal.is']} ") if name == "condition" else text

    return PART.sub(part, template)


@pytest.mark.parametrize("code", OTHERS)
def test_each_sentence_is_translated_by_its_own_template(code):
    """A template that took the sentences of another would put numbers into the wrong places."""
    language, own = load_language(code), phrases(code)
    apart = (
        "phrases.appraisal.is",
        "phrases.appraisal.and",
        "phrases.appraisal.or",
        "phrases.remarks.checked",
        "phrases.remarks.elsewhere",
    )
    for key, english in phrases("en").items():
        kind = PHRASE if key.startswith("phrases.appraisal.") else WHOLE
        if key not in apart:
            assert in_language(filled(english, "en"), language, kind) == filled(own[key], code), key
    for word in ("not serious", "no", "large"):
        assert english_answers(language.answer(word).casefold())[0] == word


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_every_sentence(code):
    english, other = phrases("en"), phrases(code)
    assert list(english) == list(other)
    parts = {key: set(PART.findall(text)) for key, text in english.items()}
    assert parts == {key: set(PART.findall(text)) for key, text in other.items()}
    same = [key for key in english if english[key] == other[key] and len(english[key].split()) > 4]
    assert same == []


def fragments(path: Path) -> list[str]:
    """The English that a module puts into sentences: literal pieces of two words or more, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef))
    documents = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    names = {  # what a check is called stands in results, not in sheets
        id(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"
    }
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents | names:
            texts.append(node.value)
    return [text for text in texts if re.search(r"[a-z]{2,} [a-z]{2,}", text)]


def test_the_sentences_that_modules_make_are_in_the_table():
    """What is new or worded anew belongs under ``phrases`` in workflow/forms/languages/, in each language; until then it
    is English in every sheet, which is borne for a few sentences.
    """
    pieces = [piece for text in phrases("en").values() for piece in PART.split(text)[::2]]
    table = " | ".join([*pieces, *load_language("en").texts.values()])
    said, missing = 0, {}
    for path in (path for pattern in SOURCES for path in sorted(package_root().glob(pattern))):
        own = [text for text in fragments(path) if text not in ELSEWHERE and (RULE.match(text) or path.stem != "rules")]
        said += len(own)
        if lost := [text for text in own if not all(piece in table for piece in split(text))]:
            missing[path.name] = lost
    assert said > 200 and sum(map(len, missing.values())) <= said // 10, missing
    assert [word for word in PART_WORDS.values() if all(word != text for text in phrases("en").values())] == []


def split(text: str) -> list[str]:
    """Sentences of a fragment, and what is around quotation marks, without stops at its ends."""
    return [piece.strip(" .,:;()%") for piece in re.split(r"(?<=[.;:]) |[“”]|\{\}", text)]
