"""PDFs dropped into config/fulltexts/ and links asked for, seen in the sheets that people have."""

from __future__ import annotations

import csv
import json
import shutil

import openpyxl
import pytest
from links_server import Links, running
from paper import pdf
from quick import QuickReview
from review import config, fill_stage, ris

pytestmark = pytest.mark.e2e


def links_of(review, who):
    """By item and heading, the address behind each cell of the full-text sheet."""
    sheet = openpyxl.load_workbook(review.sheet("full_text", who)).worksheets[1]
    heads = [cell.value for cell in sheet[1]]
    return {
        (row[1].value, heads[place]): cell.hyperlink.target
        for row in sheet.iter_rows(min_row=2)
        for place, cell in enumerate(row)
        if cell.hyperlink
    }


class UpToFullText(QuickReview):
    """A review that is run no further than this test looks."""

    def run(self, *arguments, check=True):
        return super().run("results/full_text/status.json", *arguments, check=check)


def by_number(review):
    return {row["DOI"][-4:]: row for row in review.rows("full_text", "anna")}


def test_full_texts_come_into_sheets_that_were_handed_out(tmp_path, monkeypatch):
    review = UpToFullText(tmp_path / "review", config(), {"embase.ris": "".join(ris(n) for n in range(5))})
    review.run()
    fill_stage(review, "title_abstract")
    review.run()
    rows = by_number(review)
    items = {number: row["Item"] for number, row in rows.items()}
    assert links_of(review, "anna")[items["0001"], "DOI"] == "https://doi.org/10.5555/example.0001"

    # by id, by DOI, by title, and one that is no PDF, while anna is at work
    review.fill("full_text", "anna", lambda n, row: {"Note": f"mine {n}"} if n < 2 else {})
    shelf = review.folder / "config/fulltexts"
    (shelf / f"{items['0000'].replace(':', '_')}.pdf").write_bytes(pdf("a scan"))
    (shelf / "main.pdf").write_bytes(pdf(["Journal", "doi:10.5555/example.0001"]))
    (shelf / "2019").mkdir()
    title = rows["0002"]["Title"]
    (shelf / "2019" / "article #2.pdf").write_bytes(pdf(["J Med", title[:40], title[40:]]))
    (shelf / "broken.pdf").write_bytes(b"no PDF")
    output = " ".join(review.run().split())
    assert "config/fulltexts/broken.pdf: the file is not a readable PDF" in output
    review.idle()
    assert {number: row["PDF"] for number, row in by_number(review).items()} == {
        "0000": f"config/fulltexts/{items['0000'].replace(':', '_')}.pdf",
        "0001": "config/fulltexts/main.pdf",
        "0002": "config/fulltexts/2019/article #2.pdf",
        "0003": "",
        "0004": "",
    }
    target = links_of(review, "anna")[items["0002"], "PDF"]
    assert target == "../../config/fulltexts/2019/article%20%232.pdf"
    assert [row["Note"] for row in review.rows("full_text", "anna")] == ["mine 0", "mine 1", "", "", ""]
    with (review.folder / "results/full_text/missing_pdfs.csv").open(encoding="utf-8") as file:
        assert {row["doi"][-4:] for row in csv.DictReader(file)} == {"0003", "0004"}

    # a file goes, and free copies are asked for; the service fails first, and the next run asks again
    (shelf / "main.pdf").unlink()
    review.configure(config(full_text={"open_access": ["pmc", "unpaywall"]}, email="team@example.org"))
    links = Links(pmcids={"10.5555/example.0003": "PMC77"}, fault="403")
    links.copies = {"10.5555/example.0004": {"url_for_pdf": "https://example.org/4.pdf?a=1"}}
    with running(links) as server:
        monkeypatch.setenv("PRISMAKE_IDCONV_URL", f"{server.url}idconv/")
        monkeypatch.setenv("PRISMAKE_UNPAYWALL_URL", f"{server.url}v2/")
        output = " ".join(review.run().split())
        assert "Unpaywall: the server refused the request (HTTP 403)" in output
        server.fault = ""
        fill_stage(review, "full_text")
        review.run()
    review.idle()
    now, behind = by_number(review), links_of(review, "anna")
    assert now["0001"]["PDF"] == "" and (items["0001"], "PDF") not in behind
    assert (now["0003"]["PMC"], now["0004"]["Open access"]) == ("PMC77", "https://example.org/4.pdf?a=1")
    assert behind[items["0003"], "PMC"] == "https://pmc.ncbi.nlm.nih.gov/articles/PMC77"
    assert behind[items["0004"], "Open access"] == "https://example.org/4.pdf?a=1"
    archive = json.loads((shelf / "open_access.json").read_text(encoding="utf-8"))
    assert archive["answers"]["unpaywall"]["10.5555/example.0003"]["url"] == ""
    assert review.open_rows("full_text") == (0, 5)

    # the service is gone and so are the results: the archive answers
    before = review.digests("full_text/*")
    shutil.rmtree(review.folder / "results")
    review.run()
    assert review.digests("full_text/*") == before
