"""Files that are damaged, foreign, hostile or oddly encoded: refused with a way out, or read as far as whole."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from eutils_server import article, article_set
from prismake.core.errors import ImportFileError
from prismake.search import decode, read_file, read_records, worksheets
from streamed import read_files

EXPORTS = Path(__file__).parent / "exports"


def put(folder: Path, data: bytes | str, name: str = "export.txt") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


REFUSED = {
    "empty": (b"", "empty"),
    "blanks": (b"\xef\xbb\xbf  \r\n\r\n", "empty"),
    "html": ("<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "html in xml": ('<?xml version="1.0"?>\n<html xmlns="x"><head></head></html>', "web page"),
    "other xml": ('<?xml version="1.0"?><feed><entry/></feed>', "<feed>"),
    "search answer": ('<?xml version="1.0"?><eSearchResult><Count>1</Count></eSearchResult>', "list of PubMed ids"),
    "summaries": ("<eSummaryResult><DocSum/></eSummaryResult>", "without abstracts"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "rtf": (b"{\\rtf1 x}", "word processor"),
    "picture": (b"\x89PNG\r\n", "picture"),
    "abstract text": (
        "1. J Ex. 2019 Mar;12(3):101-109. doi: 10.1000/ex.101.\n\nA title.\n\nDoe J.\n\nPMID: 30000101\n",
        "Format: PubMed",
    ),
    "summary text": (
        "1: Doe J. A title. J Ex. 2019. PMID: 30000101.\n\n2: Roe R. B. PMID: 30000102.\n",
        "Format: PubMed",
    ),
    "bare ids": ("30000101\n30000102\n", "bare list of PMIDs"),
    "prose": ("Dear colleague,\nplease find the results attached.\n", "no header"),
    "foreign table": ("name,age\nAnna,30\n", "no header"),
    "title only": ("title\nA title\n", "no header"),
    "no records": (
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date\n",
        "no records",
    ),
    "empty set": ("<PubmedArticleSet></PubmedArticleSet>", "no records"),
    "other json": ('{"a": 1}', "no studies"),
    "broken json": ('{"protocolSection": {', "broken"),
    "deep json": ("[" * 100_000, "broken|no studies|built"),
    "torn gzip": (gzip.compress(b"TY  - JOUR\n" * 1000)[:40], "damaged|empty"),
    "no zip": (b"PK\x03\x04 xl/workbook.xml and nothing else", "damaged|cannot be read"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be read"),
    "entities": (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><PubmedArticleSet>&b;</PubmedArticleSet>',
        "entities",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_is_no_export_is_refused_with_the_reason(case, tmp_path):
    data, word = REFUSED[case]
    path = put(tmp_path, data)
    with pytest.raises(ImportFileError, match=word) as error:
        read_file(path)
    assert "export.txt" in str(error.value)


@pytest.mark.parametrize("case", ["html", "abstract text", "pdf"])
def test_a_refusal_names_the_menu_to_use(case, tmp_path):
    with pytest.raises(ImportFileError) as error:
        read_file(put(tmp_path, REFUSED[case][0]))
    assert "Format: PubMed" in error.value.remedy


def test_a_word_document_is_told_from_a_workbook(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(ImportFileError, match="word processor"):
        read_file(put(tmp_path, data.getvalue()))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImportFileError, match=r"absent\.ris"):
        read_file(tmp_path / "absent.ris")


# --- encodings -----------------------------------------------------------------------------------------------------

ENCODINGS = {
    "utf-8-sig": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be with mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-16-le without mark": lambda text: text.encode("utf-16-le"),
    "windows-1252": lambda text: text.encode("cp1252"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
@pytest.mark.parametrize("name", ["pubmed.nbib", "embase.ris", "scopus.csv", "wos.ciw", "embase_transposed.csv"])
def test_encodings_and_line_ends(name, encoding, tmp_path):
    text = (EXPORTS / name).read_bytes().decode("utf-8-sig")
    found = read_file(put(tmp_path, ENCODINGS[encoding](text)))
    assert found.records == read_file(EXPORTS / name).records


def test_lines_in_another_encoding_do_not_spoil_the_others(tmp_path):
    good = "TY  - JOUR\nTI  - Größe\nAU  - Ångström, Ö\nER  - \n\n"
    bad = "TY  - JOUR\nTI  - Gr\xf6\xdfe zwei\nER  - \n"
    found = read_file(put(tmp_path, good.encode() * 2 + bad.encode("latin-1")))
    assert [record["title"] for record in found.records] == ["Größe", "Größe", "Größe zwei"]
    assert "line 12" in found.warnings[0]


def test_xml_in_utf16_and_without_declaration(tmp_path):
    text = article_set(["30000001"]).decode()
    bare = text.split("?>", 1)[1].strip()
    utf16 = text.replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16")
    for data in (bare.encode(), utf16, gzip.compress(text.encode())):
        assert [record["pmid"] for record in read_file(put(tmp_path, data)).records] == ["30000001"]


# --- damage --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_a_pubmed_file_that_was_cut_off_gives_its_whole_records(percent, tmp_path):
    data = article_set([str(30_000_000 + number) for number in range(20)])
    cut = data[: len(data) * percent // 100]
    whole = cut.count(b"</PubmedArticle>")
    path = put(tmp_path, cut)
    if not whole:
        with pytest.raises(ImportFileError, match=r"no record could be read|no records"):
            read_records(path)
        return
    found = read_file(path)
    assert len(found.records) == whole and len(found.problems) == 1


def test_a_broken_pubmed_record_costs_one_line(tmp_path):
    text = article_set(["30000001", "30000002", "30000003"]).decode()
    broken = text.replace("number 30000002.</ArticleTitle>", "number 30000002. <oops")
    found = read_file(put(tmp_path, broken))
    assert [record["pmid"] for record in found.records] == ["30000001", "30000003"]
    assert len(found.problems) == 1 and "line" in found.problems[0]


def test_a_pubmed_record_without_pmid_is_a_problem(tmp_path):
    text = article_set(["30000001"]).decode().replace('<PMID Version="1">30000001</PMID>', "")
    found = read_file(put(tmp_path, text))
    assert not found.records and "line 4" in found.problems[0]


def test_pubmed_xml_keeps_titles_whole_and_finds_links(tmp_path):
    extra = """<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Ex. 2020</RefSource>
<PMID Version="1">31000000</PMID></CommentsCorrections><CommentsCorrections RefType="ExpressionOfConcernIn">
<RefSource>J Ex. 2021;1:2</RefSource></CommentsCorrections><CommentsCorrections RefType="Cites"><RefSource>x</RefSource>
</CommentsCorrections></CommentsCorrectionsList><KeywordList><Keyword>cells</Keyword></KeywordList>"""
    data = article("30000001", title="Effect of <i>in vivo</i> H<sub>2</sub>O &amp; &#x3b1;", extra=extra)
    found = read_file(put(tmp_path, f"<PubmedArticleSet>{data}</PubmedArticleSet>"))
    (record,) = found.records
    assert record["title"] == "Effect of in vivo H2O & α"
    assert record["abstract"] == "RESULTS: Seven of ten patients improved."
    assert record["related_reports"] == ["RetractionIn: PMID 31000000", "ExpressionOfConcernIn: J Ex. 2021;1:2"]
    assert record["retracted"] and record["keywords"] == ["cells"]
    assert record["authors"] == ["Doe, Jane"] and record["pages"] == "1-9" and record["doi"] == "10.1000/ex.30000001"


def test_pubmed_authors_in_every_form_that_the_format_allows(tmp_path):
    people = """<Author><LastName> Roe</LastName><ForeName>Ann  B</ForeName><Initials>AB</Initials></Author>
<Author><LastName>Li</LastName><Initials>X</Initials></Author><Author><LastName>Solo</LastName></Author>
<Author><LastName>Ng</LastName><ForeName>K</ForeName><Initials>K</Initials><Suffix>Jr</Suffix></Author>
<Author><CollectiveName>CAR <i>T</i> Group</CollectiveName></Author><Author/>
<Author><LastName>Cafe\u0301</LastName><ForeName/><Initials>Z</Initials><Suffix>2nd</Suffix></Author>"""
    data = article("30000001").replace("</AuthorList>", people + "</AuthorList>")
    (record,) = read_file(put(tmp_path, f"<PubmedArticleSet>{data}</PubmedArticleSet>")).records
    wanted = ["Doe, Jane", "Roe, Ann B", "Li, X", "Solo", "Ng, K Jr", "CAR T Group", "Caf\u00e9, Z 2nd"]
    assert record["authors"] == wanted


def test_a_pubmed_record_keeps_its_number_in_pubmed_central(tmp_path):
    text = article("30000001").replace(
        "</ArticleIdList>", '<ArticleId IdType="pmc">PMC7000001</ArticleId></ArticleIdList>'
    )
    (record,) = read_file(put(tmp_path, f"<PubmedArticleSet>{text}</PubmedArticleSet>")).records
    assert record["pmcid"] == "PMC7000001" and record["doi"] == "10.1000/ex.30000001"


def test_numbers_of_cited_papers_are_not_taken(tmp_path):
    references = (
        '<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId>'
        '<ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList>'
        "</Reference></ReferenceList>"
    )
    text = article("30000001").replace('<ArticleId IdType="doi">10.1000/ex.30000001</ArticleId>', "")
    text = text.replace("</PubmedData>", references + "</PubmedData>")
    (record,) = read_file(put(tmp_path, f"<PubmedArticleSet>{text}</PubmedArticleSet>")).records
    assert record["doi"] == "" and record["pmcid"] == ""


RIS_QUIRKS = {
    "no end": ("TY  - JOUR\nTI  - One\n\nTY  - JOUR\nTI  - Two\n", ["One", "Two"], 0),
    "one blank": ("TY - JOUR\nTI - One\nAU - Doe, J\nER -\n", ["One"], 0),
    "text between": (
        "Search of May\nTY  - JOUR\nTI  - One\nER  - \nnoise\nC1  - stray\nTY  - JOUR\nTI  - Two\nER  - ",
        ["One", "Two"],
        0,
    ),
    "another record before": (
        "TY  - JOUR\nTI  - One\nER  - \nTI  - Lost\nTY  - JOUR\nTI  - Two\nER  - ",
        ["One", "Two"],
        1,
    ),
    "title before its type": (
        "TI  - One\n      and more\nAU  - Doe, J\nTY  - JOUR\nPY  - 2019\nER  - \n\nTI  - Two\nTY  - JOUR\nAU  - Roe, C\n",
        ["One and more", "Two"],
        0,
    ),
    "a value that wraps to an end": (
        "TY  - JOUR\nTI  - One\nAB  - Tumours that were\nER  - negative at first.\nPY  - 2012\nER  - \n",
        ["One"],
        0,
    ),
    "no beginning": ("JF  - J\nTI  - Lost\nER  - \nTY  - JOUR\nTI  - One\nER  - \n", ["One"], 1),
    "no beginning at the end": ("TY  - JOUR\nTI  - One\nER  - \nTI  - Lost\nAU  - X\n", ["One"], 1),
    "wrapped": ("TY  - JOUR\nTI  - One\n      and more\nER  - \n", ["One and more"], 0),
    "wrapped like a tag": ("TY  - JOUR\nTI  - One\nER then more\nER  - \n", ["One ER then more"], 0),
    "empty value": ("TY  - JOUR\nTI  - One\nSP  -\nER  -\n", ["One"], 0),
    "endless line": ("TY  - JOUR\nTI  - One\nAB  - " + "x" * 5_000_000 + "\nER  - \n", ["One"], 1),
}


@pytest.mark.parametrize("case", sorted(RIS_QUIRKS))
def test_ris_as_it_really_is(case, tmp_path):
    text, titles, problems = RIS_QUIRKS[case]
    found = read_file(put(tmp_path, text))
    assert [record["title"] for record in found.records] == titles
    assert len(found.problems) == problems
    assert all(line.startswith("export.txt, line ") for line in found.problems)


def test_medline_without_blank_lines_and_with_noise(tmp_path):
    text = "PMID- 1\nTI  - One\nnoise here\nPMID- 2\nTI  - Two\n      and more\nAU  - A B\n"
    found = read_file(put(tmp_path, text))
    assert [(record["pmid"], record["title"]) for record in found.records] == [("1", "One"), ("2", "Two and more")]
    assert len(found.problems) == 1 and "line 3" in found.problems[0]


def test_a_csv_row_that_ran_over_is_a_problem(tmp_path):
    text = 'title,authors,year\nOne,"A, B",2019\nTwo,"A, B",2019,x,"y"\nThree,C,2020\n'
    found = read_file(put(tmp_path, text))
    assert [record["title"] for record in found.records] == ["One", "Three"]
    assert "line 3" in found.problems[0]


def test_records_that_could_not_be_read_are_told_by_the_table_too(tmp_path):
    path = put(tmp_path, RIS_QUIRKS["no beginning"][0])
    with pytest.warns(UserWarning, match="line 1"):
        table = read_records(path)
    assert len(table) == 1 and len(table.attrs["problems"]) == 1


def test_a_file_of_nothing_but_problems_is_an_error_for_the_table(tmp_path):
    path = put(tmp_path, "JF  - J\nTI  - Lost\nER  - \n")
    assert len(read_file(path).problems) == 1
    with pytest.raises(ImportFileError, match="no record could be read"):
        read_records(path)


# --- workbooks -----------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_like_a_csv(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Notes of the librarian"])
    sheet = book.create_sheet("Export")
    sheet.append(["PMID", "Title", "Authors", "Year", "DOI"])
    sheet.append([30000101, "One", "Müller A., Doe J.B.", 2019, "10.1000/ex.101"])
    book.save(tmp_path / "export.xlsx")
    found = read_file(tmp_path / "export.xlsx")
    (record,) = found.records
    assert (record["pmid"], record["year"], record["authors"]) == ("30000101", 2019, ["Müller A.", "Doe J.B."])
    assert found.format == "workbook"


# --- attacks -------------------------------------------------------------------------------------------------------


def test_a_gzip_bomb_is_refused(tmp_path):
    with pytest.raises(ImportFileError, match="unpacked"):
        read_file(put(tmp_path, gzip.compress(b"TY  - JOUR\n" + b"\n" * 60_000_000)))


def test_a_zip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(worksheets, "MAX_UNPACKED", 1_000_000)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2_000_000)
    with pytest.raises(ImportFileError, match="unpack"):
        read_file(put(tmp_path, data.getvalue()))


def test_a_file_above_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "MAX_TEXT", 10_000)
    with pytest.raises(ImportFileError, match="parts"):
        read_file(put(tmp_path, "TY  - JOUR\nTI  - x\nER  - \n" * 5000))


@pytest.mark.parametrize("start", ["TY  - JOUR\nTI  - ", "title,authors\n", '{"studies": "'])
def test_a_line_of_a_gigabyte_is_refused_unread(start, tmp_path):
    path = put(tmp_path, start)
    with path.open("r+b") as file:
        file.truncate(1024**3)  # a sparse file: zeros without an end of line
        file.seek(1024**2)
        file.write(b"x" * 1024**2)
    tracemalloc.start()
    with pytest.raises(ImportFileError, match="more than 512 MiB"):
        read_file(path)
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
    tracemalloc.stop()


def test_a_title_of_many_megabytes_costs_its_record(tmp_path):
    text = article_set(["30000001", "30000002", "30000003"]).decode().replace("number 30000002", "x" * 11_000_000)
    found = read_file(put(tmp_path, text))
    assert [record["pmid"] for record in found.records] == ["30000001", "30000003"]
    assert len(found.problems) == 1 and "left out" in found.problems[0]


LONG = "x" * 5_000_000
LONG_VALUES = {
    "MEDLINE": f"PMID- 1\nTI  - One\nAB  - {LONG}\nTA  - Blood\n\nPMID- 2\nTI  - Two\n",
    "MEDLINE, continued": f"PMID- 1\nTI  - One\nAB  - Of\n      {LONG}\nTA  - Blood\n\nPMID- 2\nTI  - Two\n",
    "MEDLINE, many lines": "PMID- 1\nTI  - One\nAB  - Of\n"
    + f"      {'x' * 500_000}\n" * 9
    + "TA  - Blood\n\nPMID- 2\nTI  - Two\n",
    "Web of Science": f"FN Clarivate\nVR 1.0\nPT J\nTI One\nAB {LONG}\nSO BLOOD\nER\n\nPT J\nTI Two\nER\n\nEF\n",
    "EndNote": f"%0 Journal Article\n%T One\n%X {LONG}\n%J Blood\n\n%0 Journal Article\n%T Two\n",
    "BibTeX": f"@article{{a, title={{One}}, abstract={{{LONG}}}, journal={{Blood}}}}\n@article{{b, title={{Two}}}}\n",
    "CSV": f'Title,Abstract,Journal,DOI\nOne,"{LONG}",Blood,10.5555/1\nTwo,,,10.5555/2\n',
    "JSON": f'[{{"type": "article-journal", "title": "One", "abstract": "{LONG}", "container-title": "Blood"}},'
    '{"type": "article-journal", "title": "Two"}]',
}


@pytest.mark.parametrize("format", sorted(LONG_VALUES))
def test_a_value_of_many_megabytes_is_left_out_and_named_in_every_format(format, tmp_path):
    result = read_file(put(tmp_path, LONG_VALUES[format]))
    assert [record["title"] for record in result.records] == ["One", "Two"]
    assert result.records[0]["journal"].lower() == "blood", "what follows is read"
    assert len(result.records[0]["abstract"]) < 10
    assert len(result.problems) == 1 and " characters was left out" in result.problems[0]


def test_a_row_that_swallows_others_names_their_lines(tmp_path):
    rows = ["Title,DOI", '"One,10.5555/1', *["x" * 100_000] * 200, 'Two",10.5555/2', "Three,10.5555/3"]
    result = read_file(put(tmp_path, "\n".join(rows) + "\n"))
    assert "Three" in [record["title"] for record in result.records]
    assert ", lines 2 to 170: the row cannot be read" in result.problems[0]


def test_external_entities_are_not_read(tmp_path):
    secret = put(tmp_path, "secret", "secret.txt")
    text = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><PubmedArticleSet>&x;</PubmedArticleSet>'
    with pytest.raises(ImportFileError, match="entities"):
        read_file(put(tmp_path, text))
    endnote = text.replace(
        "<PubmedArticleSet>&x;</PubmedArticleSet>", "<xml><records><record>&x;</record></records></xml>"
    )
    with pytest.raises(ImportFileError, match="entities"):
        read_file(put(tmp_path, endnote))


@pytest.mark.parametrize("number", ["../../etc/passwd", "..\\..\\x", "a|b", "C:\\x", "/", ".."])
def test_identifiers_never_look_like_paths(number, tmp_path):
    path = put(tmp_path, f"title,year,accession\nOne,2019,{number}\n")
    (record,) = read_file(path, "s").records
    assert not set(record["record_id"]) & set("/\\|") and ".." not in record["record_id"]


# --- several files of one source -----------------------------------------------------------------------------------


def test_files_of_one_source_share_their_ids():
    rows, imports = read_files([EXPORTS / "embase.ris", EXPORTS / "embase.csv"], "embase")
    assert len({row["record_id"] for row in rows}) == 4 and len(imports) == 2
    assert [row["record_id"] for row in rows][2] == "embase:L620000101.2"


def test_in_an_archive_a_record_that_was_handed_out_again_counts_once():
    rows, imports = read_files([EXPORTS / "embase.ris", EXPORTS / "embase.csv"], "embase", once=True)
    assert [row["record_id"] for row in rows] == imports[0].record_ids and imports[1].record_ids == []


def test_the_log_of_an_archived_search_holds_no_records(tmp_path):
    path = put(tmp_path, '{"ids": ["1"], "query": "x", "date": "2024-05-01", "files": []}', "search-2024-05-01.json")
    found = read_file(path)
    assert found.records == [] and found.format == "search log" and not found.problems
