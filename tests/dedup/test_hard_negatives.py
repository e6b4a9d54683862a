"""Pairs that look alike and are two papers: never merged, whatever an export has left out of both or one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_pairs import LONG, OTHER, pair, rule, same

TITLE = "Tafenoquine for the radical cure of relapsing vivax malaria in adults"
ARTICLE = {"title": TITLE, "abstract": LONG, "doi": "10.1016/a.1", "pmid": "101"}
# Another paper of the same team in the same issue, and in the year after.
NEXT = {"pages": "1059-1066", "abstract": OTHER, "doi": "10.1016/a.2", "pmid": "102"}
LATER = {**NEXT, "year": 2015, "volume": "385", "issue": "9966", "pages": "30-41"}
# A notice or a letter: one page of a later issue, no abstract.
NOTICE = {"pages": "2040", "issue": "9930", "abstract": "", "doi": "10.1016/a.3", "pmid": "103"}

NOTICES = (
    "Erratum: {}", "Erratum to: {}", "Erratum to “{}”", "[Erratum] {}", "Errata: {}", "Corrigendum: {}",
    "Corrigendum to {}", "Corrigenda: {}", "Correction: {}", "Correction to: {}", "Correction to {}", "Corrections. {}",
    "Author Correction: {}", "Publisher Correction: {}", "Publisher's correction: {}", "Published erratum: {}",
    "Addendum: {}", "Addendum to {}", "{} (vol 383, pg 1049, 2014)", "{} [Erratum]", "{}: an erratum",
    "Expression of concern: {}", "Retraction: {}", "Retraction note: {}", "Notice of retraction: {}",
    "Retraction of: {}", "Comment on: {}", "Comments on “{}”", "Comment to {}", "Invited commentary on {}", "Re: {}",
    "RE: {}", "Re {}", "Regarding: {}", "Reply: {}", "Reply to: {}", "{} - Reply", "{}: reply", "{}. Authors' reply",
    "Response to: {}", "Author's response: {}", "Rejoinder: {}", "Commentary: {}", "Editorial comment: {}",
    "Letter to the editor: {}", "Berichtigung: {}", "Berichtigung zu: {}", "Korrektur: {}", "Erratum zu: {}",
    "Kommentar zu: {}", "Rectificatif: {}", "Correctif : {}", "Commentaire : {}", "Réponse : {}", "Fe de erratas: {}",
    "Corrección: {}", "Comentario: {}", "Respuesta: {}", "Errata corrige: {}", "Commento: {}", "Correção: {}",
    "Rectificatie: {}", "Rättelse: {}",
)  # fmt: skip


def _titled(one: str, two: str) -> tuple[dict, dict]:
    return {**ARTICLE, "title": one}, {**NEXT, "title": two}


def _later(one: str, two: str) -> tuple[dict, dict]:
    return {**ARTICLE, "title": one}, {**LATER, "title": two}


NEGATIVES: dict[str, tuple[dict, dict]] = {
    **{f"notice: {form}": (ARTICLE, {**NOTICE, "title": form.format(TITLE)}) for form in NOTICES},
    **{f"part: {a} | {b}": _titled(f"{TITLE}{a}", f"{TITLE}{b}") for a, b in (
        (". Part I", ". Part II"), (": part 1", ": part 2"), (" (1)", " (2)"), (". I", ". II"), (" - III", " - IV"),
        (": part one", ": part two"), (": part A", ": part B"), (". Teil 1", ". Teil 2"), (". 1re partie", ". 2e partie"),
        (": study 1", ": study 2"), (": phase 2", ": phase 3"), (": first report", ": second report"),
        (" - Case A", " - Case B"), (" (Na)", " (K)"),
    )},
    **{f"words: {a} | {b}": _titled(*(f"Single-dose tafenoquine {w} after relapse of vivax malaria" for w in (a, b)))
       for a, b in (
        ("in children", "in adults"), ("in vivo", "in vitro"), ("in male rats", "in female rats"),
        ("with chloroquine", "without chloroquine"), ("with primaquine", "with chloroquine"),
        ("and hyperglycaemia", "and hypoglycaemia"), ("and its agonists", "and its antagonists"),
        ("before hospital", "after hospital"), ("for prevention", "for treatment"),
        ("and amitriptyline", "and nortriptyline"), ("in mice", "in rats"), ("and intermittent fasting", "and intramuscular iron"),
        ("in sensitive patients", "in resistant patients"), ("and preconditioning", "and postconditioning"),
    )},
    **{f"edition: {a} | {b}": _later(a, b) for a, b in (
        ("Guidelines for the treatment of malaria: 2010 update", "Guidelines for the treatment of malaria: 2015 update"),
        ("Guidelines for the treatment of malaria, second edition", "Guidelines for the treatment of malaria, third edition"),
        ("Annual report of the malaria registry 2013", "Annual report of the malaria registry 2014"),
        ("Annual report of the malaria registry", "Annual report of the malaria registry"),
        ("Malaria surveillance in the United States, 2012", "Malaria surveillance in the United States, 2013"),
        ("Introduction to the minitrack on health informatics", "Introduction to the minitrack on health informatics"),
        ("Editorial", "Editorial"), ("Guest editorial", "Guest editorial"), ("Éditorial", "Éditorial"),
        ("Letter to the editor", "Letter to the editor"), ("Books received", "Books received"),
        ("From the editor", "From the editor"), ("Vorwort", "Vorwort"), ("Special issue on malaria", "Special issue on malaria"),
    )},
    "protocol": _later(f"{TITLE}: study protocol for a randomised controlled trial", TITLE),
    "protocol in front": _later(f"Protocol for a trial: {TITLE}", TITLE),
    "two abstracts of a supplement with one DOI": (
        {**ARTICLE, "title": "Ischaemic preconditioning in the immature heart of the lamb", "pages": "S12", "pmid": ""},
        {**ARTICLE, "title": "Adverse effects of preconditioning in the lamb", "pages": "S13", "abstract": OTHER, "pmid": ""}),
    "an abstract and the abstract of the year after": (
        {**ARTICLE, "publication_types": ["Conference Abstract"], "pages": "S12"},
        {**ARTICLE, **LATER, "publication_types": ["Conference Abstract"], "pages": "S77", "authors": ["Lacerda MV", "Ho K"]}),
    "registrations": (
        {"title": TITLE, "journal": "ClinicalTrials.gov", "volume": "", "issue": "", "pages": "", "trial_ids": ["NCT02546739"],
         "publication_types": ["Trial registry record"]},
        {"title": TITLE, "journal": "ClinicalTrials.gov", "volume": "", "issue": "", "pages": "", "trial_ids": ["NCT02546738"],
         "publication_types": ["Trial registry record"]}),
}  # fmt: skip

# What exports leave out; of the first columns each may be gone from both records and still no pair may meet.
LACKING = (
    (), ("abstract",), ("doi",), ("pmid",), ("doi", "pmid"), ("issue",), ("abstract", "doi", "pmid"),
    ("issue", "abstract", "doi", "pmid"), ("authors", "doi", "pmid"), ("journal", "doi", "pmid"), ("year", "doi", "pmid"),
    ("volume", "doi", "pmid"), ("pages", "issue", "abstract"),
)  # fmt: skip


def _without(fields: dict, names: tuple[str, ...]) -> dict:
    empty = {"authors": [], "year": None}
    return {**fields, **{name: empty.get(name, "") for name in names}}


@pytest.mark.parametrize("name", NEGATIVES)
def test_two_papers_stay_two(name: str) -> None:
    first, second = NEGATIVES[name]
    for lacking in LACKING:
        found = pair(_without(first, lacking), _without(second, lacking))
        assert not same(found), (rule(found), lacking)


@given(
    name=st.sampled_from(sorted(NEGATIVES)),
    left=st.sets(st.sampled_from(["abstract", "doi", "pmid", "issue", "authors"])),
    right=st.sets(st.sampled_from(["abstract", "doi", "pmid", "issue", "authors"])),
    running=st.booleans(),
)
def test_two_papers_stay_two_whatever_is_missing_on_a_side(name: str, left: set, right: set, running: bool) -> None:
    first, second = (_without(f, tuple(sorted(n))) for f, n in zip(NEGATIVES[name], (left, right), strict=True))
    if running:
        first, second = {**first, "issue": "17"}, {**second, "issue": "4711"}
    found = pair(first, second)
    assert not same(found), rule(found)
