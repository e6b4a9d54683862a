"""A strategy in PubMed's syntax for other platforms: the result, and the notes on what could not be translated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.errors import SearchError
from prismake.search.press import press_form
from prismake.search.strategy import FIELDS, OPERATORS, Group, Term, parse
from prismake.search.translation import PLATFORMS, translate

CASES = {
    "leukemia*[tiab]": ("leukemia*.ti,ab.", "leukemia*:ti,ab", "(TI=leukemia* OR AB=leukemia*)"),
    '"car t cell"[ti]': ("car t cell.ti.", "'car t cell':ti", 'TI="car t cell"'),
    "Leukemia[mh]": ("exp Leukemia/", "'Leukemia'/exp", "TS=Leukemia"),
    "Leukemia[Mesh:NoExp]": ("Leukemia/", "'Leukemia'/de", "TS=Leukemia"),
    "child[tw]": ("child.mp.", "child:ti,ab,kw,de", "TS=child"),
    # between the words in PubMed and Web of Science, from word to word in Ovid and Embase.com
    '"cell dose"[tiab:~3]': (
        "(cell adj4 dose).ti,ab.",
        "(cell NEAR/4 dose):ti,ab",
        "(TI=(cell NEAR/3 dose) OR AB=(cell NEAR/3 dose))",
    ),
    '"black and white"[ti]': ('"black and white".ti.', "'black and white':ti", 'TI="black and white"'),
    "english[la]": ("english.lg.", "english:la", "LA=english"),
    # the forms of Embase.com are those of Polyglot's test suite and tables
    "Leukemia[majr]": ("exp *Leukemia/", "'Leukemia'/exp/mj", "TS=Leukemia"),
    "Leukemia[majr:noexp]": ("*Leukemia/", "'Leukemia'/mj", "TS=Leukemia"),
    '"Leukemia/drug therapy"[mh]': ("exp Leukemia/dt", "'Leukemia'/exp", "TS=Leukemia"),
    "10.5555/ex.1[doi]": ("10.5555/ex.1.do.", "'10.5555/ex.1':do", 'DO="10.5555/ex.1"'),
    # as PubMed writes a span of dates in its Details
    'a[ti] AND ("2015/01/01"[Date - Publication] : "3000"[Date - Publication])': ("a.ti.", "a:ti", "TI=a"),
    "Bern[ad]": ("Bern.in.", "Bern:ff", "AD=Bern"),
    "Lancet[ta]": ("Lancet.jn.", "'Lancet'/jt", "SO=Lancet"),
    # PubMed joins from left to right, the others by precedence
    "a[ti] OR b[ti] AND c[ti]": (
        "(a.ti. OR b.ti.) AND c.ti.",
        "(a:ti OR b:ti) AND c:ti",
        "(TI=a OR TI=b) AND TI=c",
    ),
    "a[ti] AND (b[ti] OR c[ti]) NOT d[ti]": (
        "(a.ti. AND (b.ti. OR c.ti.)) NOT d.ti.",
        "(a:ti AND (b:ti OR c:ti)) NOT d:ti",
        "(TI=a AND (TI=b OR TI=c)) NOT TI=d",
    ),
}


@pytest.mark.parametrize("query", CASES)
def test_a_strategy_is_written_in_each_syntax(query):
    assert tuple(translate(query, platform).text for platform in PLATFORMS) == CASES[query]


@pytest.mark.parametrize(
    ("query", "platform", "words", "text"),
    [
        ("a[ti] AND 2010:2020[dp]", "ovid", "limit to dates (2010:2020)", "a.ti."),
        ("a[ti] AND review[pt]", "embase", "“review” [pt] has no counterpart", "a:ti"),
        ("a[ti] OR review[pt]", "wos", "a part of an OR could not be written", "TI=a"),
        ("review[pt] NOT a[ti]", "wos", "the whole NOT is left out", ""),
        ("Leukemia[mh]", "embase", "look up the one of Emtree", "'Leukemia'/exp"),
        ("Lancet[ta]", "embase", "the full title of the journal", "'Lancet'/jt"),
        ("Leukemia[mh]", "wos", "has no headings", "TS=Leukemia"),
        ("in*[ti]", "wos", "three letters or more before the asterisk", "TI=in*"),
        ("a[ti] NOT review[pt]", "embase", "an exclusion by NOT could not be written", "a:ti"),
        ("Leukemia/x[mh]", "ovid", "the subheading of “Leukemia/x” is not known", "exp Leukemia/"),
        ("Leukemia/surgery[mh]", "embase", "Emtree has others", "'Leukemia'/exp"),
        ("Lancet[ta]", "ovid", "the full title of the journal", "Lancet.jn."),
        ('a[ti] AND ("2015"[dp] : "3000"[dp])', "ovid", "limit to dates (2015:3000)", "a.ti."),
        ("leukemia", "ovid", "also maps “leukemia” to headings", "leukemia.mp."),
        ("a[ti] AND x{y}[filter]", "ovid", "the field [filter] of “x{y}” has no counterpart", "a.ti."),
    ],
)
def test_what_cannot_be_carried_over_is_named(query, platform, words, text):
    found = translate(query, platform)
    assert words in " ".join(found.notes) and found.text == text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("#1 AND #2", "search history"),
        ("(a[ti] AND b[ti]", "no closing one"),
        ("a[ti])", "no opening one"),
        ("a[ti] AND", "a term is missing before “the end”"),
        ("a[ti] AND OR b[ti]", "a term is missing before “OR”"),
        ("", "the query is empty"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused(query, words):
    with pytest.raises(SearchError, match=words):
        parse(query)


def test_terms_are_told_apart():
    assert parse('"a b"[Title/Abstract] OR c d [mh] OR e') == Group(
        "OR", (Term("a b", "tiab", True), Term("c d", "mesh"), Term("e", "all"))
    )


_TERMS = st.builds(
    "{}[{}]".format, st.from_regex(r"[b-m]{2,6}\*?", fullmatch=True), st.sampled_from([name for name in FIELDS if name])
)
_QUERIES = st.recursive(_TERMS, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner))


@given(_QUERIES)
def test_every_term_is_written_or_named(query):
    for platform in PLATFORMS:
        found = translate(query, platform)
        assert found.text.count("(") == found.text.count(")")
        if not found.notes:
            for term in query.replace("(", " ").replace(")", " ").split():
                if term not in OPERATORS and "[" in term:
                    assert term.partition("[")[0] in found.text


def test_the_form_for_peer_review_holds_the_strategy():
    search = {"label": "PubMed", "platform": "NCBI", "query": "a[ti]\nAND b[ti]", "date": "2025-08-31", "limits": ""}
    form = press_form("A review", "Which cells?", search)
    assert "    a[ti]\n    AND b[ti]\n" in form and "- Database: PubMed" in form and "- Limits: ..." in form
    assert form.count("Judgement (") == 7


def test_three_letters_before_an_asterisk_are_enough_for_web_of_science():
    assert translate("leuk*[ti]", "wos").notes == []
