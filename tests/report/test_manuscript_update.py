"""A copy that people have edited gets the current numbers, keeps their words, and is left alone if it has problems."""

from __future__ import annotations

import copy
import shutil
import subprocess
from pathlib import Path

import docx
import manuscript_samples as samples
import pytest
from docx.oxml.ns import qn
from prismake.cli import main
from prismake.core.errors import PrismakeError
from prismake.report.manuscript.controls import control, controls, run, text_of
from prismake.report.manuscript.document import docx_bytes
from prismake.report.manuscript.update import cells_of, table_of, update_copy

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
OWN = "We found that relapse is common, and we mean it: <3 & more."


def changed_review() -> dict:
    """One more study is included, one number is another, and a report is read anew."""
    review = samples.review()
    results = copy.deepcopy(review["results"])
    main_analysis = results[0]["analyses"]["main"]
    main_analysis["estimate"], former = 0.62, main_analysis["sentence"]
    main_analysis["sentence"] = former.replace("0.41", "0.62", 1)
    rows = [*review["studies"]["rows"], ["Zhang 2021", *review["studies"]["rows"][0][1:]]]
    return samples.review(
        results=results,
        studies={**review["studies"], "rows": rows},
        references=[*samples.REFERENCES, (3, "Zhang X. New cells. Blood. 2021.")],
        reference_numbers={**review["reference_numbers"], "Zhang 2021": "3"},
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A review with a manuscript, and a copy of it in which somebody has written."""
    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    Path("results/manuscript.docx").write_bytes(docx_bytes(samples.paper(), samples.Greys()))
    document = docx.Document("results/manuscript.docx")
    for paragraph in document.paragraphs:
        if paragraph.text.startswith("[To write (PRISMA 2020 item 3)"):
            paragraph.text = OWN
            paragraph.style = document.styles["Normal"]
    first = next(each for each in controls(document.element.body) if each.name == "abstract.relapse.result")
    moved = document.add_paragraph("In short: ")
    moved._p.append(copy.deepcopy(first.element))
    moved.add_run(", which is much.")
    document.save("mine.docx")
    return tmp_path


def renew(**more) -> None:
    from prismake.report.manuscript.content import manuscript

    paper = manuscript({**changed_review(), **more})
    Path("results/manuscript.docx").write_bytes(docx_bytes(paper, samples.Greys(150)))


def lines(path: str = "mine.docx") -> list[str]:
    return [text_of(paragraph._p) for paragraph in docx.Document(path).paragraphs]


def found(document, name: str):
    return next(each for each in controls(document.element.body) if each.name == name)


def edit(name: str, change) -> None:
    document = docx.Document("mine.docx")
    change(found(document, name), document)
    document.save("mine.docx")


def same_fields(path: str = "mine.docx") -> None:
    """The copy holds what the manuscript holds."""
    fresh, mine = docx.Document("results/manuscript.docx"), docx.Document(path)
    texts = {each.name: each.text for each in controls(fresh.element.body)}
    for each in controls(mine.element.body):
        assert " ".join(each.text.split()) == " ".join(texts[each.name].split()), each.name
        if each.name.startswith("table."):
            assert cells_of(table_of(each)) == cells_of(table_of(found(fresh, each.name)))


def test_numbers_tables_and_figures_are_refreshed_and_words_stay(folder):
    renew()
    before = lines()
    update = update_copy(folder / "mine.docx")
    same_fields()
    assert OWN in lines()
    assert lines()[-1].startswith("In short: 0.62 (95 % CI") and lines()[-1].endswith(", which is much.")
    assert [line for line in before if line.startswith("[To write")] == [
        line for line in lines() if line.startswith("[To write")
    ]
    assert any(line.startswith("abstract.relapse.result: 0.41") and "→ 0.62" in line for line in update.changed)
    assert "table.studies: new row “Zhang 2021”" in update.changed
    assert "figure.flow: the figure is a new one" in update.changed
    assert lines("mine.before-1.docx") == before


def test_a_second_update_has_nothing_to_do_and_copies_are_never_overwritten(folder):
    renew()
    update_copy(folder / "mine.docx")
    data = (folder / "mine.docx").read_bytes()
    assert update_copy(folder / "mine.docx").changed == []
    assert (folder / "mine.docx").read_bytes() == data
    assert not (folder / "mine.before-2.docx").exists()
    Path("results/manuscript.docx").write_bytes(docx_bytes(samples.paper(), samples.Greys()))
    update_copy(folder / "mine.docx")
    same_fields()
    assert (folder / "mine.before-2.docx").read_bytes() == data


def test_controls_that_word_has_put_around_their_paragraphs(folder):
    """As Word does where a control is all that stands in a paragraph."""

    def wrapped(each, document):
        paragraph = each.paragraph()
        paragraph.addprevious(each.element)
        each.content.append(paragraph)
        for child in list(each.content):
            if child is not paragraph:
                paragraph.append(child)

    for name in ("methods.selection", "table.studies"):
        edit(name, wrapped)
    renew(config={**samples.review()["config"], "adjudicator": "carla"})
    update_copy(folder / "mine.docx")
    document = docx.Document("mine.docx")
    assert "carla" in found(document, "methods.selection").text
    assert [child.tag for child in found(document, "methods.selection").content] == [qn("w:p")]
    assert "Zhang\u00a02021" in [row[0] for row in cells_of(table_of(found(document, "table.studies")))]


def test_showing_writes_nothing(folder):
    renew()
    data = (folder / "mine.docx").read_bytes()
    assert update_copy(folder / "mine.docx", only_show=True).changed
    assert (folder / "mine.docx").read_bytes() == data
    assert list(folder.glob("mine.*")) == [folder / "mine.docx"]


def test_wording_that_people_changed_stays_and_is_named(folder):
    def reworded(each, document):
        each.write("Two of us read everything, twice.")

    edit("methods.selection", reworded)
    renew(config={**samples.review()["config"], "adjudicator": "carla"})
    update = update_copy(folder / "mine.docx")
    assert "Two of us read everything, twice." in lines()
    assert [line for line in update.kept if line.startswith("methods.selection: yours stays.") and "carla" in line]


def refused(folder, match: str, **options) -> None:
    """The update is refused with these words and leaves the folder as it was."""
    renew()
    before = {path.name: path.read_bytes() for path in folder.glob("mine*")}
    with pytest.raises(PrismakeError, match=match):
        update_copy(folder / "mine.docx", **options)
    assert {path.name: path.read_bytes() for path in folder.glob("mine*")} == before


class TestOddCopies:
    def test_a_number_that_was_typed_over(self, folder):
        edit("flow.screened", lambda each, _: each.write("999 records"))
        refused(folder, "“999 records” \\(flow.screened\\) was typed over")

    def test_a_cell_that_was_changed(self, folder):
        def change(each, document):
            next(next(table_of(each).iter(qn("w:tr"))).iter(qn("w:t"))).text = "Trial"

        edit("table.studies", change)
        refused(folder, "cells of the table .* were changed by hand")

    def test_a_table_that_was_parted_from_its_caption(self, folder):
        edit("table.studies", lambda each, document: table_of(each).addprevious(document.add_paragraph("x")._p))
        refused(folder, "no table follows its caption")

    def test_a_figure_that_was_deleted(self, folder):
        def change(each, document):
            drawing = next(each.element.iter(qn("w:drawing")))
            drawing.getparent().remove(drawing)

        edit("figure.flow", change)
        refused(folder, "no picture in the control figure.flow")

    def test_tracked_changes_inside(self, folder):
        def change(each, document):
            inserted = docx.oxml.OxmlElement("w:ins")
            inserted.append(run("1"))
            each.content.append(inserted)

        edit("flow.screened", change)
        refused(folder, "flow.screened\\) holds tracked changes")

    def test_controls_that_are_gone_are_named_and_may_be_given_up(self, folder):
        def change(each, document):
            each.element.getparent().remove(each.element)

        edit("flow.screened", change)
        refused(folder, "1 number, table or figure of results/manuscript.docx are not in this file: flow.screened")
        assert update_copy(folder / "mine.docx", partial=True).missing == ["flow.screened"]
        assert "0.62" in lines()[-1]

    def test_a_number_that_the_review_no_longer_has(self, folder):
        def change(each, document):
            each.element.addnext(control("crs.gone", "0" * 8, 9999, [run("7")]))

        edit("flow.screened", change)
        refused(folder, "“7” \\(crs.gone\\) is no longer in results/manuscript.docx", partial=True)

    def test_all_that_is_odd_is_named_at_once(self, folder):
        edit("flow.screened", lambda each, _: each.write("9"))
        edit("flow.sought", lambda each, _: each.write("8"))
        refused(folder, "2 problems:")

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"{\\rtf1}"])
    def test_what_is_no_document(self, folder, data):
        (folder / "mine.docx").write_bytes(data)
        refused(folder, "no document of Word")

    def test_a_document_of_somebody_else(self, folder):
        document = docx.Document()
        document.add_paragraph("A novel.")
        document.save("mine.docx")
        refused(folder, "no number of prismake stands in this file")

    def test_the_manuscript_itself_is_no_copy(self, folder):
        with pytest.raises(PrismakeError, match="written anew by every run"):
            update_copy(Path("results/manuscript.docx"))


def test_the_command_says_what_it_does(folder, capsys):
    assert main(["manuscript"]) == 0
    assert "Write in a copy of it" in capsys.readouterr().out
    renew()
    assert main(["manuscript", "--update", "mine.docx", "--show"]) == 0
    assert capsys.readouterr().out.endswith("Nothing was written.\n")
    Path(".~lock.mine.docx#").touch()
    assert main(["manuscript", "--update", "mine.docx"]) == 1
    assert "mine.docx: this file is open." in capsys.readouterr().err
    Path(".~lock.mine.docx#").unlink()
    assert main(["manuscript", "--update", "mine.docx"]) == 0
    assert "Wrote mine.docx; the former file is kept beside it." in capsys.readouterr().out


def saved_by_libreoffice(path: Path) -> None:
    saved = path.parent / "saved"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", saved, path]
    subprocess.run(command, capture_output=True, check=False, timeout=120)
    if not (saved / path.name).exists():
        pytest.skip("LibreOffice has no Writer here")
    shutil.move(saved / path.name, path)


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_a_copy_that_libreoffice_saved_before_each_update(folder):
    """LibreOffice 7 drops tags, controls around paragraphs and the size of tables, and writes every run anew."""
    former = Path("results/manuscript.docx").read_bytes()
    saved_by_libreoffice(folder / "mine.docx")
    renew()
    assert len(update_copy(folder / "mine.docx").changed) > 5
    same_fields()
    saved_by_libreoffice(folder / "mine.docx")
    Path("results/manuscript.docx").write_bytes(former)
    assert len(update_copy(folder / "mine.docx").changed) > 5
    same_fields()
    assert OWN in lines()
