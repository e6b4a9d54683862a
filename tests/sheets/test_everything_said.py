"""Whatever the workflow writes into a workbook is in the team's language: every kind of sheet, read cell by cell."""

from __future__ import annotations

import re
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
import yaml
from prismake.appraisal.appraisal_rows import appraisal_rows
from prismake.core.names import CONSENSUS
from prismake.core.paths import data_files
from prismake.extraction.extraction_rows import extraction_rows
from prismake.protocol.config import validated
from prismake.protocol.guide import adjudicator_lines, guide_lines
from prismake.protocol.languages import language_codes, load_language, phrases
from prismake.protocol.settings import for_extraction_rows
from prismake.sheets.batches import plan
from prismake.sheets.offering import offer
from prismake.synthesis.certainty.levels import DOMAINS
from sheet_stage import Stage

OTHERS = [code for code in language_codes() if code != "en"]
PART = re.compile(r"\{\w+\}")
INSTRUMENTS = {"rct": "rob2", "accuracy": "quadas2", "cohort": "nos_cohort"}  # of results, of a study, with stars
# What is not ours: titles and names of authors and databases, the team's own texts, and the words of instruments.
OF_OTHERS = {
    *(
        "Item",
        "Check",
        "Title",
        "Titles",
        "Abstract",
        "Authors",
        "Year",
        "Journal",
        "Type",
        "DOI",
        "PubMed",
        "PMC",
        "PDF",
    ),
    *("Open access", "Trial number", "Found in", "Record A", "Record B", "Study", "Report", "Outcome", "Arm"),
    "Result",  # a sentence of the report, which is English
}
STUDIES = [
    ("s1", "Abel 2015", "2015", "rct", "s1", "", "A trial", ""),
    ("s2", "Boyd 2016", "2016", "accuracy", "s2", "", "An index test", ""),
    ("s3", "Cruz 2017", "2017", "cohort", "s3", "", "A cohort", ""),
]
PROTOCOL = {
    "title": "T",
    "question": "Q",
    "reviewers": ["anna", "ben"],
    "criteria": {"include": ["I"], "exclude": ["E"]},
    "appraisal": {"instruments": INSTRUMENTS},
    "outcomes": {
        "relapse": {"title": "R", "measure": "PLO"},
        "death": {"title": "D", "measure": "OR", "arms": ["one", "two"], "model": "inverse_variance"},
        "pain": {"title": "P", "measure": "MD"},
        "size": {"title": "S", "measure": "GEN", "ratio_scale": True},
    },
}
ROW = {"title": "Words", "first": "W", "second": "W", "doi": "", "members": "", "choices": ""}
SAID = {  # what other stages say about a row
    "related": "conference abstract: Abel 2015, Words [x]\nregistry entry: Boyd 2016, Words [y]",
    "notices": "RETRACTED, see PMID 1\nexpression of concern, see PMID 2",
    "differences": "title (91% alike), year (by 1), journal, first page",
    "rule": "same title, authors, pages and year",
}
REASONS = "\n".join(  # of certainty, a line for each sentence
    PART.sub("7", text) for key, text in phrases("en").items() if key.startswith("phrases.reasons.") and text[-1] == "."
)


class Every(Stage):
    """One stage of a review that has everything, with a first page as rules write it."""

    def __init__(self, folder, name: str, code: str, **changes):
        super().__init__(folder, name, 3)
        self.config = validated({**PROTOCOL, "language": code, **changes})

    def queue(self) -> pd.DataFrame:
        table = pd.DataFrame(
            STUDIES, columns=["study_id", "label", "year", "design", "report_ids", "arms", "report", "doi"]
        )
        if self.name == "appraisal":
            return appraisal_rows(table, INSTRUMENTS, {"relapse": "R"})
        if self.name == "extraction":
            return extraction_rows(table, {"s1": SAID["notices"]}, for_extraction_rows(self.config))
        if self.name == "certainty":
            return pd.DataFrame([self.domain(name) for name in DOMAINS], dtype=str)
        rows = [{**super(Every, self).queue().iloc[number].to_dict(), **SAID} for number in range(3)]
        if self.name in ("duplicates", "merges"):
            rows = [{**ROW, **SAID, "item_id": f"a:{number}|b:{number}"} for number in range(3)]
        return pd.DataFrame(rows, dtype=str).fillna("").assign(pmcid="", open_access="", pdf="")

    @staticmethod
    def domain(name: str) -> dict[str, str]:
        domain = DOMAINS[name]
        meaning = "\n".join(f"{word} ({_moved(steps)})" for word, steps in domain.steps.items())
        own = {"domain": domain.label, "question": domain.question, "meaning": meaning, "proposed": domain.answers[0]}
        return {
            **ROW,
            **own,
            "item_id": f"r|{name}",
            "choices": "|".join(domain.answers),
            "because": REASONS,
            "result": "x",
        }

    def offer(self) -> None:
        sheets = self.load()
        form = sheets.setup.form
        pages = [guide_lines(form, self.config), adjudicator_lines(form, self.config, ["anna", "ben"])]
        offer(plan(sheets), pages[0], list(sheets.queue), None, pages[1])

    def answer(self) -> None:
        """The two reviewers choose different answers in every row, or write different numbers."""
        for who, place in (("anna", 0), ("ben", 1)):
            book = openpyxl.load_workbook(self.path(who))
            sheet, form = book.worksheets[1], self.load().setup.form
            heads = {cell.value: cell.column for cell in sheet[1]}
            choices = {
                row["item_id"]: row["choices"].split("|")
                for row in self.queue().to_dict("records")
                if row.get("choices")
            }
            item = heads[form.language.heading("Item")]
            for row in sheet.iter_rows(min_row=2, max_row=sheet.max_row):
                for field in form.fields:
                    words = [choice.word for choice in field.choices] or ["20", "10"]
                    words = choices.get(row[item - 1].value, words) if field.by_row else words
                    if self.name == "certainty":
                        words = [*map(form.language.answer, words)]
                    sheet.cell(row[0].row, heads[form.heading_of(field)]).value = words[place % len(words)]
                if form.reason:
                    sheet.cell(row[0].row, heads[form.language.heading(form.reason)]).value = "x"
            book.save(self.path(who))


def _moved(steps: int) -> str:
    return "no change" if not steps else f"{'down' if steps < 0 else 'up'} {abs(steps)}"


KINDS = ["duplicates", "merges", "title_abstract", "full_text", "appraisal", "extraction", "results", "certainty"]


def english_of(code: str, kind: str) -> tuple[set[str], list[str]]:
    """What must not stand alone in a cell, and longer pieces that must not stand in any."""
    language = load_language(code)
    every = {**load_language("en").texts, **phrases("en")}
    if kind == "appraisal":  # instruments have sentences of their own, and answers
        every = {
            key: text for key, text in every.items() if not key.startswith(("phrases.f", "phrases.rea", "answers"))
        }
    own = {**language.texts, **phrases(code)}
    alone = {text for key, text in every.items() if not key.startswith("name") and text not in own.values()}
    pieces = {piece.strip(" .,:;()") for text in alone for piece in PART.split(text)}
    ours = " | ".join(own.values())
    return alone, [piece for piece in pieces if len(piece.split()) > 1 and len(piece) > 9 and piece not in ours]


def ours_in(path, code: str):
    """Tab, address and text of every cell that the workflow wrote in words."""
    of_others = {load_language(code).heading(heading) for heading in OF_OTHERS}
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        if page.sheet_state == "hidden":
            yield from ((page.title, cell.coordinate, str(cell.value)) for row in page for cell in row if cell.value)
            continue
        yield "tabs", page.title, page.title
        heads = [str(cell.value) for cell in page[1]] if page.title != load_language(code)["page.tab"] else []
        for row in page.iter_rows():
            for cell in row:
                other = heads and cell.row > 1 and heads[cell.column - 1] in of_others
                if cell.value and not other:
                    yield page.title, cell.coordinate, str(cell.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", OTHERS)
def test_no_english_word_is_left(tmp_path, code, kind):
    """The sheets of a reviewer and of the adjudicator, with a row that is no longer needed."""
    shape = {"extraction": {"shape": "results"}} if kind == "results" else {"consensus": "blinded"}
    stage = Every(tmp_path / "sheets", "extraction" if kind == "results" else kind, code, **shape)
    stage.offer()
    stage.answer()
    rows = stage.queue()
    stage.queue = lambda: rows.iloc[1:].reset_index(drop=True)
    stage.offer()
    alone, pieces = english_of(code, kind)
    answers = {text for key, text in load_language("en").texts.items() if key.startswith("answers.")}
    if kind == "appraisal":  # an instrument may call a domain as we call a column
        alone -= {*rows["domain"]} - {"Overall", "Result"} | answers
    seen = 0
    for who in ("anna", CONSENSUS):
        for tab, place, text in ours_in(stage.path(who), code):
            seen += 1
            if text.startswith("="):  # a formula: the words that it looks for and shows are in quotation marks
                words = set(re.findall('"[=<>]*([^"*]+?)[*]?"', text))
                assert not {word.strip() for word in words} & (alone - answers), (who, tab, place)
                continue
            for line in text.split("\n"):
                assert line not in alone, (who, tab, place)
            assert [piece for piece in pieces if piece in text] == [], (who, tab, place, text)
    assert seen > 50
    named = [problem["what"] for problem in stage.read().status["problems"]]
    headings = {f"“{heading}”" for heading in alone if heading in load_language("en").texts.values()}
    assert [text for text in named if any(heading in text for heading in headings)] == [], "no column is called that"


@pytest.mark.parametrize("kind", ["duplicates", "full_text", "appraisal", "extraction", "results", "certainty"])
@pytest.mark.parametrize(("before", "after"), [("en", "de"), ("zh", "en")])
def test_a_language_that_changes_in_mid_review_loses_nothing(tmp_path, kind, before, after):
    """Rows, headings, remarks, first pages and colours follow; only the tabs keep their names, which formulas may use."""
    shape = {"extraction": {"shape": "results"}} if kind == "results" else {}
    stage = Every(tmp_path / "sheets", "extraction" if kind == "results" else kind, before, **shape)
    stage.offer()
    stage.answer()
    rows = stage.queue()
    first = 0 if kind == "duplicates" else 1  # an answered pair is asked on, without what differs
    stage.queue = lambda: rows.iloc[first:].reset_index(drop=True)
    stage.offer()
    decided = stage.read().decisions.rows
    stage.config = validated({**PROTOCOL, "language": after, **shape})
    assert stage.read().decisions.rows == decided
    stage.offer()
    reading = stage.read()
    assert reading.decisions.rows == decided
    fresh = Every(tmp_path / "fresh", stage.name, after, **shape)
    fresh.queue = stage.queue
    fresh.offer()
    for who in ("anna", CONSENSUS):
        book = openpyxl.load_workbook(stage.path(who))
        table = book.worksheets[1]
        shown = {str(cell.value) for row in table for cell in row if cell.value}
        if after == "de":
            alone, pieces = english_of("de", kind)
            of_others = {load_language("de").heading(heading) for heading in OF_OTHERS}
            heads = [str(cell.value) for cell in table[1]]
            answers = set(load_language("en").texts.values()) & {field for row in decided for field in map(str, row)}
            places = [number for number, head in enumerate(heads) if head not in of_others]
            needed = [
                row for row in table.iter_rows(min_row=2) if "nicht mehr" not in str(row[heads.index("Vermerk")].value)
            ]
            texts = {str(row[n].value) for row in needed for n in places if row[n].value}
            left = {line for text in texts for line in text.split("\n")} & (alone - answers_of("en") - answers)
            assert left - {*rows.get("domain", ())} == set(), who
            pieces = [piece for piece in pieces if piece not in answers_of("en")]  # what people have typed stays
            assert not [piece for piece in pieces for text in texts if piece in text], who
        if who != CONSENSUS:
            new = openpyxl.load_workbook(fresh.path(who)).worksheets[1]
            assert shown >= {str(cell.value) for cell in new[1] if not str(cell.value).startswith("=")}
            now = openpyxl.load_workbook(fresh.path(who)).worksheets[0]
            mine = [[cell.value for cell in row[:2]] for row in book.worksheets[0].iter_rows()]
            assert [row for row in mine if row[1] and "COUNTIFS" not in str(row[1])] == [
                [cell.value for cell in row[:2]]
                for row in now.iter_rows()
                if row[1].value and "COUNTIFS" not in str(row[1].value)
            ]
            own = {rule.formula[0] for area in table.conditional_formatting for rule in area.rules}
            others = {rule.formula[0] for area in new.conditional_formatting for rule in area.rules}
            assert kind != "results" or own == others, "what is grey goes on to be grey"
    digest = stage.path("anna").read_bytes()
    stage.offer()
    assert stage.path("anna").read_bytes() == digest, "nothing is left to bring up to date"


def answers_of(code: str) -> set[str]:
    return {text for key, text in load_language(code).texts.items() if key.startswith("answers.")}


def test_an_own_language_is_a_file(tmp_path):
    """Dutch headings and answers in config/languages/, sentences left in English for the time being."""
    english = yaml.safe_load(data_files("forms/languages/*.yaml")["en"].read_text(encoding="utf-8"))
    own = {name: texts for name, texts in english.items() if name != "phrases"}
    own["name"], own["headings"]["Decision"], own["answers"]["include"] = "Nederlands", "Besluit", "opnemen"
    own["page"]["tab"] = "Lees mij"
    own["phrases"] = {"remarks": {"no_longer": "niet meer nodig"}}
    (tmp_path / "config/languages").mkdir(parents=True)
    file = tmp_path / "config/languages/nl.yaml"
    file.write_text(yaml.safe_dump(own, allow_unicode=True, sort_keys=False), encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from sheet_stage import Stage; import openpyxl\n"
        "stage = Stage(Path('sheets'), items=3, language='nl'); stage.offer(); stage.decide('anna', 'opnemen', "
        "header='Besluit'); stage.items.pop(); stage.offer(); book = openpyxl.load_workbook(stage.path('anna'))\n"
        "print(book.sheetnames[0], stage.read().decisions['decision.anna'][0], [c.value for c in book.worksheets[1][4]])\n"
        "from prismake.protocol.languages import own_digest; print(len(own_digest('nl')), own_digest('de'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=tmp_path, capture_output=True, text=True, env=_env()
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("Lees mij include") and "niet meer nodig" in first and int(second) > 10
    file.write_text("name: Nederlands\nheadings:\n  Decision: Besluit\n", encoding="utf-8")
    short = "from prismake.protocol.languages import load_language; load_language('nl')"
    done = subprocess.run(
        [sys.executable, "-c", short], check=False, cwd=tmp_path, capture_output=True, text=True, env=_env()
    )
    assert "it lacks answers.different" in done.stderr and "nl.yaml" in done.stderr
    own["page"]["adjudicator"] = "{naam} beslist."
    file.write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", short], check=False, cwd=tmp_path, capture_output=True, text=True, env=_env()
    )
    assert "differs from the English text in page.adjudicator" in done.stderr


def _env() -> dict[str, str]:
    import os
    from pathlib import Path

    path = [str(Path(__file__).parent), *sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
