"""Normal forms, identifiers and the table of records."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core import records


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  a \n b\u00a0c ", "a b c"),
        ("a\x00b\x1fc\x85d", "a b c d"),
        ("\ufeffTitle", "Title"),
        ("cafe\u0301", "café"),
        ("two  blanks", "two blanks"),
        ("soft\u00adhyphen, zero\u200bwidth", "softhyphen, zerowidth"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        (None, ""),
        ("", ""),
    ],
)
def test_collapse(text, wanted):
    assert records.collapse(text) == wanted


@given(st.text(st.characters(codec=None)))
def test_collapsed_text_is_clean_and_stays_as_it_is(text):
    clean = records.collapse(text)
    assert clean == records.collapse(clean)
    assert clean == clean.strip() and "  " not in clean and not any(c in clean for c in "\n\t\x00")
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode("utf-8")


_ODD = st.text(st.sampled_from(list("ab \u00e9\u0301\u2009\u00a0\n\x00\x1c\x85\ufeff\u00ad\u200b\ud800")), max_size=8)


@given(st.lists(_ODD, max_size=4))
def test_texts_collapsed_together_are_those_collapsed_one_by_one(texts):
    seen = [re.sub("[\u00ad\u200b\ufeff]", "", text) for text in texts]
    plain = [" ".join(re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text).split()) for text in seen]
    wanted = [unicodedata.normalize("NFC", text) for text in plain]
    assert [records.collapse(text) for text in texts] == wanted
    assert records.collapse_each(texts) == [text for text in wanted if text]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        ("doi:10.1016/0376-8716%2876%2990010-7", "10.1016/0376-8716(76)90010-7"),
        ("10.1302/0301-620X.96B9.34153$2.00", "10.1302/0301-620x.96b9.34153$2.00"),
        ("(see 10.1000/a)", "10.1000/a"),
        ("10.1000/a(1)2", "10.1000/a(1)2"),
        ("10.1000/a.", "10.1000/a"),
        ("https://journals.example.org/doi/abs/10.5555/ab.2011.0654?journalCode=abc", "10.5555/ab.2011.0654"),
        ("https://www.example.org/articles/10.5555/fx.2018.00256/full", "10.5555/fx.2018.00256"),
        ("https://example.org/doi/suppl/10.5555/ab.72/suppl_file/a.pdf", "10.5555/ab.72"),
        ("https://example.org/content/pdf/10.5555/ab.19.pdf", "10.5555/ab.19"),
        ("https://example.org/article/file?id=10.5555/pone.0123&type=printable", "10.5555/pone.0123"),
        ("https://www.medrxiv.org/content/10.1101/2023.04.18.23288775v2.full.pdf+html", "10.1101/2023.04.18.23288775"),
        ("https://academic.oup.com/jx/article-pdf/doi/10.1093/jx/djab001/12345/djab001.pdf", "10.1093/jx/djab001"),
        ("10.21203/rs.3.rs-1234/v1", "10.21203/rs.3.rs-1234/v1"),
        ("10.12688/fx.1234.1", "10.12688/fx.1234.1"),
        (
            "10.1002/(SICI)1097-0258(19980815)17:15/16%3C1661::AID-SIM968%3E3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815)17:15/16<1661::aid-sim968>3.0.co;2-2",
        ),
        ("10.5555/full", "10.5555/full"),
        ("10.5555/a;10.5555/b", "10.5555/a"),
        ("10.5555/a [doi]", "10.5555/a"),
        ("https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01792552/full", ""),
        ("S0006-4971(20)31234-5", ""),
        (None, ""),
    ],
)
def test_normal_doi(text, wanted):
    assert records.normal_doi(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("030000101", "30000101"),
        (" PMID: 7 ", "7"),
        ("31234567.0", "31234567"),
        ("PMID: NLM32728724", "32728724"),
        ("MEDLINE:31234567", "31234567"),
        ("https://pubmed.ncbi.nlm.nih.gov/31234567/", "31234567"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/31234567?dopt=Abstract", "31234567"),
        ("http://europepmc.org/abstract/MED/31234567", "31234567"),
        ("2984771R", ""),
        ("0", ""),
        ("PMC123", ""),
        ("1.5", ""),
        (None, ""),
    ],
)
def test_normal_pmid(text, wanted):
    assert records.normal_pmid(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("PMC7000101", "PMC7000101"), (" pmc0012.1 ", "PMC12"), ("7000101", ""), ("PMC", ""), ("XPMC12", ""), (None, "")],
)
def test_normal_pmcid(text, wanted):
    assert records.normal_pmcid(text) == wanted


def test_normal_title_ignores_case_accents_and_punctuation():
    assert records.normal_title("Naïve T‐cells: a “Study”.") == records.normal_title("naive t cells a study")


def test_trial_ids_are_found_once_and_in_order():
    text = "nct01234567, ISRCTN12345678 and NCT01234567; ChiCTR-TRC-08000001, NTR123"
    assert records.trial_ids(text, None, "EUCTR2010-019224-31") == [
        "NCT01234567",
        "ISRCTN12345678",
        "ChiCTR-TRC-08000001",
        "NTR123",
        "EUCTR2010-019224-31",
    ]


ROWS = [
    {"title": "One", "authors": ["Doe J"], "year": 2019, "accession": "L1"},
    {"title": "Two", "authors": [], "year": None},
    {"title": "Two", "authors": [], "year": None},
    {"title": "Three", "accession": "../../x|y"},
]


def test_ids_do_not_depend_on_the_order():
    forward, backward = [dict(row) for row in ROWS], [dict(row) for row in reversed(ROWS)]
    for rows in (forward, backward):
        ids = records.Ids("s")
        assert [ids.give(row) for row in rows] == [row["record_id"] for row in rows]
    assert sorted(row["record_id"] for row in forward) == sorted(row["record_id"] for row in backward)
    assert forward[0]["record_id"] == "s:L1"
    assert forward[2]["record_id"] == forward[1]["record_id"] + ".2"
    assert forward[3]["record_id"] == "s:x_y"


def test_an_accession_that_looks_like_a_counted_one_is_told_apart():
    ids = records.Ids("s")
    assert [ids.give({"accession": number}) for number in ("1", "1", "1.2", "1", "1.2")] == [
        "s:1", "s:1.2", "s:1.2.2", "s:1.3", "s:1.2.3",
    ]  # fmt: skip


def test_the_hash_of_a_citation_ignores_how_it_is_written():
    one = {"title": "A Study.", "authors": ["Doe, J"], "year": 2019, "journal": "The J", "pages": "1-2"}
    other = {"title": "a study", "authors": ["doe j"], "year": 2019, "journal": "the j", "pages": "1‐2"}
    assert records.citation_hash(one) == records.citation_hash(other)
    assert records.citation_hash(one) != records.citation_hash({**one, "year": 2020})


def test_the_table_has_all_columns_and_types():
    table = records.table([{"record_id": "s:1", "title": "One", "year": 2019, "authors": ["A"]}, {"record_id": "s:2"}])
    assert list(table.columns) == list(records.COLUMNS)
    assert table["year"].tolist()[0] == 2019 and table["year"].isna().tolist() == [False, True]
    assert table["authors"].tolist() == [["A"], []] and table["title"].tolist() == ["One", ""]
    assert table["retracted"].dtype == bool
    assert records.table([]).empty


@given(st.text(st.characters(max_codepoint=127)))
def test_titles_of_plain_letters_take_a_shorter_way_to_the_same_words(text):
    assert records.normal_title(f"{text} \u00e9") == f"{records.normal_title(text)} e".strip()
