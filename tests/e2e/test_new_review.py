"""A team's own review, as a new user would start it: one export dropped in, and every wrong step explained."""

from __future__ import annotations

import subprocess
import sys

import pytest
from prismake.cli import main
from quick import QuickReview
from review import config, environment, include_all, ris

pytestmark = pytest.mark.e2e


def prismake(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "prismake.cli", *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def words(text: str) -> str:
    """Output without the line breaks of a narrow terminal."""
    return " ".join(text.split())


def test_new_status_and_the_first_screening_sheets(tmp_path):
    made = prismake("new", "my-review", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "config/searches/" in made.stdout
    again = prismake("new", "my-review", cwd=tmp_path)
    assert again.returncode == 1
    assert "was not changed" in again.stderr

    folder = tmp_path / "my-review"
    before = prismake("status", cwd=folder)
    assert before.returncode == 0
    assert "Nothing has been read yet" in words(before.stdout)

    (folder / "config/searches/My Embase export.ris").write_text("".join(ris(n) for n in range(5)), encoding="utf-8")
    review = QuickReview.__new__(QuickReview)
    review.folder = folder
    output = review.run()
    assert "config/sheets/title_abstract.first.xlsx" in output
    assert len(review.rows("title_abstract", "second")) == 5
    assert (folder / "results/report/report.html").exists()
    review.idle()

    status = prismake("status", cwd=folder)
    assert "title_abstract.first.xlsx" in status.stdout
    story = prismake("status", "--history", review.rows("title_abstract", "first")[0]["Item"], cwd=folder)
    assert "1 record" in story.stdout
    assert "undecided" in story.stdout
    assert prismake("status", "--history", "nobody:1", cwd=folder).returncode == 1
    assert "prismake new my-review" in prismake("status", cwd=tmp_path).stderr


def test_two_reviews_side_by_side_know_nothing_of_each_other(tmp_path):
    one = QuickReview(tmp_path / "one", config(title="One"), {"a.ris": ris(1)})
    two = QuickReview(tmp_path / "two", config(title="Two"), {"b.ris": ris(2) + ris(3)})
    one.run()
    two.run()
    assert (one.open_rows("title_abstract")[1], two.open_rows("title_abstract")[1]) == (1, 2)
    one.idle()


def test_files_that_are_no_exports_are_all_named(tmp_path):
    exports = {"good.ris": ris(1), "letter.txt": "Dear Anna,\nhere are the search results.\n", "empty.ris": ""}
    review = QuickReview(tmp_path / "review", config(), exports)
    output = review.run(check=False)
    assert review.status != 0
    assert "letter.txt" in output
    assert "empty.ris" in output
    assert output.count("Stopped:") == 2
    for name in ("letter.txt", "empty.ris"):
        (review.folder / "config/searches" / name).unlink()
    assert "Stopped:" not in review.run()
    review.idle()


def test_mistakes_in_the_configuration_stop_before_anything_runs(tmp_path):
    wrong = config(reviewers=["anna", "anna"], reviewrs=["ben"])
    review = QuickReview(tmp_path / "review", wrong, {"a.ris": ris(1)})
    output = review.run(check=False)
    assert review.status != 0
    assert "unknown key 'reviewrs'. Did you mean 'reviewers'?" in output
    assert "Traceback" not in output
    assert not (review.folder / "results/search").exists()
    review.configure(config(outcomes={"cure": {"columns": {"events": "evnts", "total": "total"}}}))
    output = review.run(check=False)
    assert "'outcomes.cure.columns.events' is 'evnts'" in output
    assert "There are: events, total, region" in output


def test_a_foreign_word_and_an_open_sheet_are_told_and_cost_nothing(tmp_path):
    review = QuickReview(tmp_path / "review", config(), {"a.ris": "".join(ris(n) for n in range(3))})
    review.run()
    review.fill("title_abstract", "anna", lambda n, row: {"Decision": "dunno" if n == 1 else "include"})
    review.fill("title_abstract", "ben", include_all)
    output = words(review.run())
    assert "title_abstract.anna.xlsx" in output
    assert "“dunno” is not an answer to “Decision”" in output
    assert "Allowed: include, exclude, maybe" in output
    assert review.open_rows("title_abstract") == (1, 3)
    review.idle()

    lock = review.folder / "config/sheets/.~lock.title_abstract.anna.xlsx#"
    lock.write_text("anna", encoding="utf-8")
    (review.folder / "config/searches/b.ris").write_text(ris(9), encoding="utf-8")
    output = words(review.run())
    assert "open in a spreadsheet program: 1 rows wait" in output
    assert len(review.rows("title_abstract", "anna")) == 3
    assert len(review.rows("title_abstract", "ben")) == 4
    review.idle()
    lock.unlink()
    review.run()
    assert len(review.rows("title_abstract", "anna")) == 4
    review.idle()


def test_a_damaged_sheet_keeps_the_last_good_decisions_in_force(tmp_path):
    review = QuickReview(tmp_path / "review", config(), {"a.ris": "".join(ris(n) for n in range(3))})
    review.run()
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, include_all)
    review.run()
    assert review.open_rows("title_abstract") == (0, 3)
    sheet = review.sheet("title_abstract", "anna")
    whole = sheet.read_bytes()
    sheet.write_bytes(whole[:2000])
    output = words(review.run())
    assert "this is not a workbook that can be read" in output
    assert review.open_rows("title_abstract") == (0, 3)
    assert review.open_rows("full_text")[1] == 3
    sheet.write_bytes(whole)
    review.run()
    assert review.status_of("title_abstract")["problems"] == []


def test_no_way_of_calling_snakemake_hides_an_edit(tmp_path, monkeypatch, capsys):
    review = QuickReview(tmp_path / "review", config(), {"a.ris": ris(1) + ris(2)})
    review.run()
    monkeypatch.chdir(review.folder)

    # taken for done without reading: said, refused by what would write the state before the edit, and read by the next run
    review.fill("title_abstract", "anna", lambda n, row: include_all(n, row) if n == 0 else {})
    assert "title_abstract.anna.xlsx was edited and has not been read: type snakemake." in words(review.run("--touch"))
    assert main(["export", "title_abstract"]) == 1
    error = capsys.readouterr().err
    assert "the results are not current: title_abstract.anna.xlsx was edited and has not been read." in error
    assert main(["export", "records"]) == 0, "what no sheet decides is current"
    output = words(review.run())
    assert "has not been read" not in output
    assert review.status_of("title_abstract")["reviewers"]["anna"]["decided"] == 1
    review.idle()
    assert main(["export", "title_abstract"]) == 0

    # a run that compares no parameters reads it all the same
    review.fill("title_abstract", "anna", include_all)
    review.run("--rerun-triggers", "mtime")
    assert review.status_of("title_abstract")["reviewers"]["anna"]["decided"] == 2
    review.idle()
