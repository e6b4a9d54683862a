"""Cutting a PubMed XML file into stretches gives what reading it as a whole gives, whatever the file is like."""

from __future__ import annotations

import io

import pytest
from eutils_server import DTD, article
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from prismake.search import pubmed_stream, pubmed_xml

PMIDS = [str(30_000_001 + n) for n in range(60)]
HEAD, TAIL = f'<?xml version="1.0" ?>\n{DTD}\n<PubmedArticleSet>\n', "</PubmedArticleSet>\n"
ARTICLES = [article(pmid, abstract=f"Abstract of {pmid} & more é.".replace("&", "&amp;")) for pmid in PMIDS]
BODY = "\n".join(ARTICLES) + "\n"
PLAIN = (HEAD + BODY + TAIL).encode()


def _put(text: str, place: int = 30) -> str:
    """The body with something between two articles."""
    return "\n".join([*ARTICLES[:place], text, *ARTICLES[place:]]) + "\n"


ODD = {
    "plain": PLAIN,
    "no declaration and no DTD": ("<PubmedArticleSet>" + BODY + TAIL).encode(),
    "byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "UTF-8 declared": PLAIN.replace(b'"1.0" ?', b'"1.0" encoding="UTF-8"?'),
    "Latin 1 declared": PLAIN.decode().replace('"1.0" ?', '"1.0" encoding="ISO-8859-1"?').encode("latin-1"),
    "UTF-16": PLAIN.decode().encode("utf-16"),
    "CR LF": PLAIN.replace(b"\n", b"\r\n"),
    "one element a line": PLAIN.replace(b"><", b">\n<"),
    "root with attributes": PLAIN.replace(b"<PubmedArticleSet>", b'<PubmedArticleSet a="1">'),
    "citations deleted at the end": (HEAD + BODY + "<DeleteCitation><PMID>9</PMID></DeleteCitation>" + TAIL).encode(),
    "comment that ends an article": (HEAD + _put("<!-- </PubmedArticle> -->") + TAIL).encode(),
    "article in a comment": (HEAD + _put(f"<!-- {ARTICLES[0]} -->") + TAIL).encode(),
    "instruction that ends an article": (HEAD + _put("<?x </PubmedArticle> ?>") + TAIL).encode(),
    "CDATA": PLAIN.replace(b"Abstract of 30000031", b"<![CDATA[</PubmedArticle> <b>]]>"),
    "articles one level down": (HEAD + "<Inner>" + BODY + "</Inner>" + TAIL).encode(),
    "book in between": (HEAD + _put("<PubmedBookArticle><BookDocument/></PubmedBookArticle>") + TAIL).encode(),
    "comment behind": PLAIN + b"<!-- made today -->",
    "record without PMID": PLAIN.replace(b">30000031<", b"><", 1),
    "not closed": (HEAD + BODY).encode(),
    "nothing in it": (HEAD + TAIL).encode(),
    "something behind": PLAIN + b"<more/>",
    "two sets": PLAIN + PLAIN,
    "tag not closed": PLAIN.replace(b">30000031<", b"><b><", 1),
    "two broken records": PLAIN.replace(b">30000031<", b"><b><", 1).replace(b">30000051<", b">&x;<", 1),
    "unknown entity": PLAIN.replace(b"Abstract of 30000031", b"&alpha;"),
    "bytes that are no UTF-8": PLAIN.replace(b"Abstract of 30000031", b"\xff\xe9"),
    "control character": PLAIN.replace(b"Abstract of 30000031", b"\x0b"),
    "entity declared": PLAIN.replace(b'.dtd">', b'.dtd" [<!ENTITY x "y">]>').replace(b"Abstract of 30000031", b"&x;"),
}


class Stream(io.BytesIO):
    """Bytes that come in pieces of the given sizes, over and over."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        super().__init__(data)
        self.sizes, self.turn = sizes, 0

    def read(self, size: int = -1) -> bytes:
        self.turn += 1
        return super().read(min(size, self.sizes[self.turn % len(self.sizes)]) if self.turn > 1 else size)


def outcome(data: bytes, sizes: list[int]) -> tuple[list[dict], list[str], int]:
    """Records, problems and the line at which the file is found broken (0 when it is whole)."""
    rows: list[dict] = []
    problems: list[str] = []
    try:
        for row in pubmed_xml.records(Stream(data, sizes), problems):
            rows.append(row)
    except etree.XMLSyntaxError as error:
        return rows, problems, error.lineno
    return rows, problems, 0


def as_a_whole(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[dict], list[str], int]:
    """What the slower way, which watches for the end of every article, gives."""
    with monkeypatch.context() as patch:
        patch.setattr(pubmed_stream, "_PROLOG_BYTES", -1)
        return outcome(data, [len(data)])


@pytest.mark.parametrize("portion", [400, 5_000, 10_000_000])
@pytest.mark.parametrize("name", ODD)
def test_odd_and_broken_files_read_as_ever(name, portion, monkeypatch):
    expected = as_a_whole(ODD[name], monkeypatch)
    monkeypatch.setattr(pubmed_stream, "_PORTION", portion)
    assert outcome(ODD[name], [portion]) == expected


def test_a_plain_file_is_read_the_fast_way(monkeypatch):
    def slow(*_):
        raise AssertionError("read the slow way")

    monkeypatch.setattr(pubmed_stream, "_watched", slow)
    monkeypatch.setattr(pubmed_stream, "_PORTION", 4_000)
    rows, problems, broken = outcome(PLAIN, [4_000])
    assert [row["pmid"] for row in rows] == PMIDS
    assert (problems, broken) == ([], 0)
    assert pubmed_xml.pmids(PLAIN) == PMIDS


@given(sizes=st.lists(st.integers(1, 9_000), min_size=1, max_size=6), portion=st.integers(400, 20_000))
def test_any_pieces_give_the_same_records(sizes, portion, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(pubmed_stream, "_PORTION", portion)
        rows, problems, broken = outcome(PLAIN, sizes)
    assert [row["pmid"] for row in rows] == PMIDS
    assert (problems, broken) == ([], 0)


@pytest.mark.parametrize("tenths", range(1, 10))
@pytest.mark.parametrize("shape", ["plain", "one element a line", "CR LF"])
def test_cut_off_anywhere(shape, tenths, monkeypatch):
    data = ODD[shape][: len(ODD[shape]) * tenths // 10]
    expected = as_a_whole(data, monkeypatch)
    monkeypatch.setattr(pubmed_stream, "_PORTION", 3_000)
    assert outcome(data, [3_000]) == expected
    assert expected[2]


@given(data=st.data())
def test_damage_anywhere_reads_as_ever(data, monkeypatch):
    damaged = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(len(HEAD), len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.sampled_from([b"", b"<", b">", b"&", b"<!--", b"-->", b"\xff", b"</PubmedArticle>", b"<![CDATA["])
        )
    expected = as_a_whole(bytes(damaged), monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(pubmed_stream, "_PORTION", 2_500)
        assert outcome(bytes(damaged), [2_500]) == expected


def test_an_article_without_end_is_not_gathered(monkeypatch):
    monkeypatch.setattr(pubmed_stream, "_PORTION", 1_000)
    monkeypatch.setattr(pubmed_stream, "_LONGEST", 20_000)
    long = article("30000099", abstract="word " * 20_000)
    stream = Stream((HEAD + ARTICLES[0] + long + ARTICLES[1] + TAIL).encode(), [1_000])
    assert [row["pmid"] for row in pubmed_xml.records(stream, [])] == [PMIDS[0], "30000099", PMIDS[1]]


def test_the_line_of_a_record_is_that_of_the_file(monkeypatch):
    monkeypatch.setattr(pubmed_stream, "_PORTION", 3_000)
    data = ODD["one element a line"].replace(b">30000041<", b"><", 1)
    _, problems, _ = outcome(data, [3_000])
    start = data.rindex(b"<PubmedArticle>", 0, data.index(b"Abstract of 30000041"))
    line = data.count(b"\n", 0, start) + 1
    assert problems == [f"line {line}: a PubMed record without citation or PMID was left out."]
