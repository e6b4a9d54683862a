"""The page of progress: who waits for whom, in one look."""

from __future__ import annotations

import page_samples as samples
from lxml import html
from prismake.report.progress_page import progress_page

EVIL = "<script>alert(1)</script>"


def stages(open_rows: int) -> list[dict]:
    """The statuses of a review in which ben has rows left at title and abstract."""
    rows = samples.stages(open_rows)
    for stage in rows:
        left, path = stage["open"], "config/sheets/title_abstract.{}.xlsx"
        shares = {"anna": stage["of"], "ben": stage["of"] - left}
        people = {who: {"decided": n, "of": stage["of"], "file": path.format(who)} for who, n in shares.items()}
        stage |= {"reviewers": people, "consensus": None, "optional": False}
    return rows


def waiting(open_rows: int) -> str:
    root = html.document_fromstring(progress_page("A review", stages(open_rows)))
    return root.get_element_by_id("waiting").text_content()


def test_it_names_people_their_rows_and_their_files():
    words = " ".join(waiting(212).split())
    assert "ben: 212 rows in title and abstract (config/sheets/title_abstract.ben.xlsx)" in words
    assert "anna" not in words


def test_a_finished_review_has_nothing_left():
    assert "Nobody has anything to do" in waiting(0)


def test_the_page_says_what_wrote_it():
    page = progress_page("A review", stages(1), "prismake 0.2.0 (build 0123456789ab)")
    assert "Written by prismake 0.2.0 (build 0123456789ab) at each run" in page


def test_no_text_becomes_markup():
    statuses = stages(212)
    statuses[1]["title"] += EVIL
    root = html.document_fromstring(progress_page(EVIL, statuses))
    assert not root.xpath("//script") and EVIL in root.text_content()
