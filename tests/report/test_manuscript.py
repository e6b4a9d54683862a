"""The manuscript says what the review holds, leaves to people what is theirs, and is the same file on every run."""

from __future__ import annotations

import io
import re
import zipfile

import docx
import manuscript_samples as samples
import pytest
import review_samples
from lxml import etree
from prismake.core.errors import PrismakeError
from prismake.report.manuscript.blocks import Field, Gap, Heading, Paragraph, Table, fields, marked
from prismake.report.manuscript.controls import controls, short, text_of
from prismake.report.manuscript.document import GAP, docx_bytes
from prismake.report.manuscript.estimates import synthesis_table
from prismake.report.manuscript.references import reference, short_pages, vancouver_name

ITEMS = "2 3 4 5 6 7 8 9 10a 10b 11 12 13a 13b 13c 13d 13e 13f 14 15 16a 16b 17 18 19 20a 20b 20c 20d 21 22 23a 23b 23c 23d 24a 24b 24c 25 26 27".split()
RESULTS = ("Abstract", "Results")


def opened(data: bytes):
    return docx.Document(io.BytesIO(data))


def written(**changes) -> bytes:
    return docx_bytes(samples.paper(**changes), samples.Greys())


def words(data: bytes) -> list[str]:
    return [text_of(paragraph._p) for paragraph in opened(data).paragraphs]


def test_every_item_of_prisma_2020_has_its_place():
    """Item 1 is the title; 27 items, 42 with letters."""
    assert len(ITEMS) + 1 == 42
    blocks = samples.paper().blocks
    there = {item for block in blocks for item in getattr(block, "items", ())}
    assert there.issuperset(ITEMS)
    assert there.issuperset(f"A{number}" for number in range(2, 13)), "of the abstract, item 1 is the title"


def test_what_people_write_is_a_gap_and_never_filler():
    blocks = samples.paper().blocks
    gaps = {item for block in blocks if isinstance(block, Gap) for item in block.items}
    assert gaps.issuperset(["3", "23a", "23b", "23d", "25", "26", "A10"])
    data = written()
    marked_gaps = [paragraph.text for paragraph in opened(data).paragraphs if paragraph.style.name == GAP]
    assert len(marked_gaps) == sum(isinstance(block, Gap) for block in blocks)
    assert all(text.startswith("[To write") and text.endswith("]") for text in marked_gaps)


def test_participants_of_two_arms_stand_in_the_table_of_syntheses():
    result = review_samples.ratios()
    table = synthesis_table(result)
    arms = [sum(study[key] for study in result["studies"]) for key in ("events1", "total1", "events2", "total2")]
    expected = "{:,} of {:,} v {:,} of {:,}".format(*arms)
    assert {row[2] for row in table.rows if row[1] == str(len(result["studies"]))} == {expected}


def test_results_that_a_study_does_not_report_are_no_rows_of_the_table_of_bias():
    review = samples.review()
    blank = dict.fromkeys(review["scores"][0], "")
    judged = {"study_id": "t", "label": "Trial 2020", "instrument": "rob2"}
    rows = [
        blank | judged | {"result": "relapse", "overall": "low risk of bias"},
        blank | judged | {"result": "crs", "overall": "not reported"},
    ]
    blocks = samples.paper(scores=[*review["scores"], *rows]).blocks
    table = next(block for block in blocks if isinstance(block, Table) and block.name == "table.bias")
    assert len(table.rows) == len(review["scores"]) + 1
    assert [row[-1] for row in table.rows if row[0] == "Trial 2020"] == ["low risk of bias"]
    only = samples.paper(scores=rows[1:]).blocks
    table = next(block for block in only if isinstance(block, Table) and block.name == "table.bias")
    assert [row[-1] for row in table.rows] == ["not reported"]


def test_what_the_protocol_says_closes_its_gap():
    config = samples.review()["config"]
    said = {"support": "None.", "interests": "None declared.", "registration": "CRD420250000001"}
    blocks = samples.paper(config={**config, **said}).blocks
    gaps = {item for block in blocks if isinstance(block, Gap) for item in block.items}
    assert gaps.isdisjoint(["25", "26", "A11", "A12"])
    assert any(isinstance(block, Paragraph) and block.text == "None declared." for block in blocks)


def test_every_number_of_abstract_and_results_stands_in_a_field():
    section, outside = "", []
    for block in samples.paper().blocks:
        if isinstance(block, Heading) and block.level == 1:
            section = block.text
        if isinstance(block, Paragraph) and section in RESULTS and not set(block.items) & {"A2", "A3", "A5", "A6"}:
            outside += [part for part in block.parts if isinstance(part, str) and re.search(r"\d", part)]
    # words of the protocol, and how intervals are called
    harmless = r"95 % prediction interval|95 % CI|k − [12]|CD19|CD22|4-1BB|CD28"
    assert [part for part in outside if re.search(r"\d", re.sub(harmless, "", part))] == []


def test_a_field_has_one_name_and_one_text():
    texts: dict[str, str] = {}
    for field in fields(samples.paper().blocks):
        assert texts.setdefault(field.name, field.text) == field.text


def test_a_sentence_is_split_at_its_values_and_whole_where_a_number_would_stay_outside():
    values = [("a.result", "0.41 (0.28 to 0.55)"), ("a.studies", "8 studies")]
    parts = marked("Pooled 0.41 (0.28 to 0.55) in 8 studies.", values, "a.sentence")
    assert parts == ("Pooled ", Field("a.result", values[0][1]), " in ", Field("a.studies", "8 studies"), ".")
    assert marked("Pooled 0.41 (0.28 to 0.55) in 8 studies, Q 3.2.", values, "a.sentence") == (
        Field("a.sentence", "Pooled 0.41 (0.28 to 0.55) in 8 studies, Q 3.2.", wording=True),
    )
    named = marked("CD19 8 studies.", values[1:], "a.sentence", ["CD19"])
    assert named == ("CD19 ", Field("a.studies", "8 studies"), ".")


def test_the_same_review_is_the_same_file_and_holds_no_date_of_the_run():
    assert written() == written()
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = opened(written()).core_properties
    assert str(properties.created.date()) == str(properties.modified.date()) == "2025-08-31"
    assert (properties.author, properties.comments) == ("First Author; Second Author", "")


def test_each_field_is_a_control_that_is_told_from_all_others():
    found = list(controls(opened(written()).element.body))
    blocks = samples.paper().blocks
    assert [each.name for each in found if not each.name.startswith(("table.", "figure."))] == [
        short(field.name) for field in fields(blocks)
    ]
    ids = re.findall(r'<w:id w:val="(\d+)"', opened(written()).element.xml)
    assert len(ids) == len(set(ids)) == len(found)
    assert max(len(f"prismake:{each.name}#{each.mark}") for each in found) <= 64


def test_texts_are_texts():
    """Markup, control characters and what XML cannot hold come out as words or not at all."""
    evil = "<w:p/> & ]]> \x0b\x00\x1f\ufffe=1+1 {{7*7}}"
    config = {**samples.review()["config"], "title": evil, "authors": [evil], "support": evil}
    texts = words(written(config=config))
    assert any("<w:p/> & ]]> =1+1 {{7*7}}" in text for text in texts)
    with zipfile.ZipFile(io.BytesIO(written(config=config))) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


def test_an_interim_review_says_so_at_once():
    texts = words(written(open_rows=212))
    assert "State of the review. Interim: decisions are open (212 at title and abstract)." in texts
    assert "State of the review. Every decision is made." in words(written())


def test_tables_hold_what_they_were_given():
    tables = [block for block in samples.paper().blocks if isinstance(block, Table)]
    for block, table in zip(tables, opened(written()).tables, strict=True):
        rows = [tuple(cell.text.replace("\u00a0", " ") for cell in row.cells) for row in table.rows]
        assert rows == ([block.columns] if block.ruled else []) + list(block.rows)


def test_certainty_has_a_section_that_fills_when_it_is_judged():
    row = {
        "outcome": "relapse", "title": "Relapse", "follow_up": "one year", "participants": 295, "studies": 8,
        "relative": "", "risk_without": "", "risk_with": "408 per 1,000 (280 to 550)", "difference": "",
        "certainty": "low", "symbol": "⊕⊕◯◯", "statement": "About 41 in 100 may relapse.",
        "footnotes": [{"letter": "a", "text": "Rated down one level for imprecision."}],
    }  # fmt: skip
    waiting = row | {"outcome": "crs", "title": "CRS", "certainty": "", "footnotes": []}
    certainty = {"outcomes": {"relapse": {}, "crs": {}}, "shares": [1 / 3, 0.5]}
    config = {**samples.review()["config"], "certainty": certainty}
    blocks = samples.paper(findings={"outcomes": [row, waiting]}, config=config).blocks
    table = next(block for block in blocks if isinstance(block, Table) and block.name == "table.findings")
    assert table.rows == (
        ("Relapse, one year", "408 per 1,000 (280 to 550)", "295 (8)", "⊕⊕◯◯ low a", "About 41 in 100 may relapse."),
    )
    gaps = [block.hint for block in blocks if isinstance(block, Gap) and set(block.items) & {"15", "22"}]
    assert gaps == ["The certainty of CRS, which is not judged yet."]
    assert not any(isinstance(block, Table) and block.name == "table.findings" for block in samples.paper().blocks)


def test_a_review_with_nothing_in_it_has_a_manuscript_all_the_same():
    review = samples.review()
    config = {**review["config"], "outcomes": {}, "criteria": {}, "authors": []}
    empty = {"columns": ["Study", "Reports"], "rows": []}
    texts = words(
        written(config=config, results=[], studies=empty, scores=[], references=[], searches=[], drawn={"flow"})
    )
    assert "[To write (PRISMA 2020 item 17): no study is included yet.]" in texts


def test_the_title_says_what_it_is():
    """Item 1, and not twice."""
    config = samples.review()["config"]
    assert words(written())[0].endswith("leukaemia: a systematic review and meta-analysis")
    said = words(written(config={**config, "title": "Cells: a Systematic Review"}))
    assert said[0] == "Cells: a Systematic Review"


class TestTemplate:
    def made(self, folder):
        document = docx.Document()
        document.styles["Heading 1"].font.name = "Courier New"
        document.add_paragraph("A letterhead that is to go")
        document.sections[0].header.paragraphs[0].text = "Journal of Tests"
        document.save(folder / "template.docx")
        return folder / "template.docx"

    def test_its_styles_and_header_are_used_and_its_text_is_not(self, tmp_path):
        data = docx_bytes(samples.paper(), samples.Greys(), self.made(tmp_path))
        document = opened(data)
        assert document.styles["Heading 1"].font.name == "Courier New"
        assert document.sections[0].header.paragraphs[0].text == "Journal of Tests"
        assert "A letterhead that is to go" not in words(data)

    def test_one_that_lacks_styles_gets_them(self, tmp_path):
        document = docx.Document()
        for name in ("Title", "Caption", "Heading 2"):
            element = document.styles[name].element
            element.getparent().remove(element)
        document.save(tmp_path / "bare.docx")
        names = {
            style.name for style in opened(docx_bytes(samples.paper(), samples.Greys(), tmp_path / "bare.docx")).styles
        }
        assert names.issuperset(["Title", "Caption", "Heading 2", GAP])

    @pytest.mark.parametrize("content", [b"", b"{\\rtf1 old}", b"PK\x03\x04cut off"])
    def test_what_is_no_document_of_word_is_named(self, tmp_path, content):
        path = tmp_path / "manuscript_template.docx"
        path.write_bytes(content)
        with pytest.raises(PrismakeError, match=r"manuscript_template\.docx: this is no document of Word"):
            docx_bytes(samples.paper(), samples.Greys(), path)


class TestReferences:
    """After the sample references of the ICMJE, https://www.nlm.nih.gov/bsd/uniform_requirements.html."""

    def test_a_journal_article(self):
        report = {
            "authors": ["Halpern, Scott D.", "Ubel, P A", "Caplan AL"],
            "title": "Solid-organ transplantation in HIV-infected patients.",
            "journal": "N Engl J Med", "year": 2002, "volume": "347", "issue": "4", "pages": "284-287", "doi": "",
        }  # fmt: skip
        assert reference(report) == (
            "Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. N Engl J Med. "
            "2002;347(4):284-7."
        )

    def test_more_than_six_authors(self):
        names = [f"{name} A" for name in ("Rose", "Huerbin", "Melick", "Marion", "Palmer", "Schiding", "Kochanek")]
        text = reference({"authors": names, "title": "Regulation", "journal": "Brain Res", "year": 2002})
        assert (
            text == "Rose A, Huerbin A, Melick A, Marion A, Palmer A, Schiding A, et al. Regulation. Brain Res. 2002."
        )

    @pytest.mark.parametrize(
        ("name", "vancouver"),
        [
            ("Maude, S L", "Maude SL"),
            ("Maude, S.L.", "Maude SL"),
            ("Maude, Shannon Louise", "Maude SL"),
            ("Maude S L", "Maude SL"),
            ("van der Berg, Jean-Paul", "van der Berg JP"),
            ("Diabetes Prevention Program Research Group", "Diabetes Prevention Program Research Group"),
            ("Smith, John, Jr.", "Smith J Jr"),
            ("NCT02435849,", "NCT02435849"),
        ],
    )
    def test_names(self, name, vancouver):
        assert vancouver_name(name) == vancouver

    @pytest.mark.parametrize(
        ("pages", "shown"),
        [
            ("284-287", "284-7"),
            ("1507-1517", "1507-17"),
            ("98-102", "98-102"),
            ("e12", "e12"),
            ("S5-S9", "S5-9"),
            ("7-7", "7-7"),
            ("439-48", "439-48"),
        ],
    )
    def test_pages(self, pages, shown):
        assert short_pages(pages) == shown
