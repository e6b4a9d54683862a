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


# One word, one page or one type differs; all else is the same.
PHRASE = "Outcome of {} in a district hospital: results of the trial"
EARLY = {"title": PHRASE.format("early treatment")}
# Two abstracts on one page of a supplement, and two articles that an index puts on the same pages.
PLACES = {
    "one congress page": {"pages": "S45", "issue": "", "publication_types": ["Conference Abstract"]},
    "one page, no type": {"pages": "81A", "issue": "3"},
    "one range": {"pages": "101-109", "issue": "3"},
}

# Word for word; none is a misspelling of the other.
SWAPS = (
    ("men", "women"), ("boys", "girls"), ("children", "adults"), ("adults", "adolescents"), ("mothers", "fathers"),
    ("first-line treatment", "second-line treatment"), ("surgery with drainage", "surgery without drainage"),
    ("inpatients", "outpatients"), ("in-patients", "out-patients"), ("care in hospital", "care out of hospital"),
    ("patients from Austria", "patients from Australia"), ("patients from Nigeria", "patients from Niger"),
    ("patients from Iran", "patients from Iraq"), ("patients from Slovakia", "patients from Slovenia"),
    ("patients from Guinea", "patients from Guyana"), ("patients from Peru", "patients from Chile"),
    ("the season of 2010", "the season of 2011"), ("stage II disease", "stage III disease"),
    ("four weekly doses", "five weekly doses"), ("type 1 diabetes", "type 2 diabetes"),
    ("prednisone", "prednisolone"), ("vinblastine", "vincristine"), ("daunorubicin", "doxorubicin"),
    ("quinine", "quinidine"), ("cisplatin", "carboplatin"), ("simvastatin", "atorvastatin"), ("losartan", "valsartan"),
    ("nitrate intake", "nitrite intake"), ("drug absorption", "drug adsorption"), ("hip abduction", "hip adduction"),
    ("hypertension", "hypotension"), ("hyperthermia", "hypothermia"), ("prenatal care", "postnatal care"),
    ("prenatal death", "perinatal death"), ("preterm birth", "term birth"), ("unipolar depression", "bipolar depression"),
    ("symptomatic infection", "asymptomatic infection"), ("smokers", "nonsmokers"), ("smokers", "non-smokers"),
    ("treated wounds", "untreated wounds"), ("dependent patients", "independent patients"),
    ("effective therapy", "ineffective therapy"), ("invasive monitoring", "noninvasive monitoring"),
    ("mild asthma", "severe asthma"), ("low dose aspirin", "high dose aspirin"), ("left hemiplegia", "right hemiplegia"),
    ("scores before surgery", "scores after surgery"), ("maternal obesity", "paternal obesity"),
    ("systolic failure", "diastolic failure"), ("proximal fractures", "distal fractures"),
    ("influenza A", "influenza B"), ("hepatitis B", "hepatitis C"), ("endogenous steroids", "exogenous steroids"),
    ("microalbuminuria", "macroalbuminuria"), ("bradycardia", "tachycardia"), ("the afferent loop", "the efferent loop"),
    ("costs in rural areas", "costs in urban areas"), ("oral iron", "intravenous iron"), ("renal failure", "penal failure"),
    ("1st-line treatment", "2nd-line treatment"), ("CD19 cells", "CD20 cells"), ("SGLT1 inhibitors", "SGLT2 inhibitors"),
    ("IL6 blockade", "IL17 blockade"), ("BRCA1 carriers", "BRCA2 carriers"), ("H1N1 influenza", "H3N2 influenza"),
    ("early treatment", "a protocol for early treatment"), ("a review of treatment", "a protocol of a review of treatment"),
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("one", "two"), SWAPS)
def test_one_word_makes_another_paper(one: str, two: str, place: str) -> None:
    fields = PLACES[place]
    found = pair({**fields, "title": PHRASE.format(one)}, {**fields, "title": PHRASE.format(two)})
    assert not same(found), rule(found)
    assert len(found.queue) == 1
    assert found.queue["reason"].iloc[0] in ("titles exchange words", "different numbers in the titles")


@pytest.mark.parametrize(("one", "two"), SWAPS)
def test_one_doi_on_one_page_does_not_make_two_titles_one(one: str, two: str) -> None:
    fields = {"doi": "10.1016/supplement", "pages": "S45", "abstract": ""}
    assert not same(pair({**fields, "title": PHRASE.format(one)}, {**fields, "title": PHRASE.format(two)}))


@pytest.mark.parametrize(
    "shared", [{"abstract": LONG}, {"abstract": LONG, "doi": "10.1016/supplement"}, {"doi": "10.1016/a.1"}]
)
@pytest.mark.parametrize(("one", "two"), SWAPS)
def test_one_abstract_or_doi_does_not_make_two_titles_one(one: str, two: str, shared: dict) -> None:
    fields = {**shared, "issue": "3", "pages": "101-109"}
    found = pair({**fields, "title": PHRASE.format(one)}, {**fields, "title": PHRASE.format(two)})
    assert not same(found), rule(found)
    assert len(found.queue) == 1


ABSTRACTS = {
    "on one range": ({}, {}), "on one page": ({"pages": "45"}, {"pages": "45"}), "on two pages": ({"pages": "45"}, {"pages": "46"}),
    "far apart": ({"pages": "45-49"}, {"pages": "245-249"}), "on pages that are not known": ({"pages": ""}, {"pages": ""}),
    "in one issue, one page not known": ({}, {"pages": ""}), "on pages that overlap": ({}, {"pages": "1050-1058"}),
    "in volumes that are not known": ({"volume": "", "issue": "", "pages": ""}, {"volume": "", "issue": "", "pages": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", ABSTRACTS)
def test_two_long_abstracts_that_are_unlike_are_two_papers(name: str) -> None:
    first, second = ABSTRACTS[name]
    found = pair({**first, "abstract": LONG}, {**second, "abstract": OTHER})
    assert not same(found), rule(found)


@pytest.mark.parametrize("name", ["on one range", "on one page", "in one issue, one page not known"])
def test_people_are_asked_whether_two_abstracts_are_of_one_paper(name: str) -> None:
    first, second = ABSTRACTS[name]
    found = pair({**first, "abstract": LONG}, {**second, "abstract": OTHER})
    assert found.queue["reason"].tolist() == ["different abstracts"]


APART = {
    **{f"pages {a} and {b}": ({"pages": a}, {"pages": b}) for a, b in (
        ("101-109", "245-251"), ("101-109", "201-209"), ("101-109", "110-118"), ("S12-S14", "S120-S122"), ("45-51", "245-51"),
        ("P1.234", "45-51"), ("P1.234", "1045-1051"), ("P-12", "101-109"), ("PO-123", "45-51"), ("OR12", "45-51"),
        ("S45", "45-51"), ("S45-S47", "101-109"), ("A123", "1049-1058"), ("22", "52"), ("S22", "S52"), ("P1.234", "P1.235"),
        ("i-ix", "101-109"), ("II-45", "145-151"), ("Abstract 123", "45-51"), ("P1.234", "S45"), ("e1", "e77"),
    )},
    **{f"pages {a} and {b}, one abstract": ({"pages": a, "abstract": LONG}, {"pages": b, "abstract": LONG}) for a, b in (
        ("101-109", "245-251"), ("101-109", "201-209"), ("S12-S14", "S120-S122"), ("P1.234", "45-51"), ("S45", "101-109"),
    )},
    **{f"issues {a} and {b}, pages {c} and {d}": ({"issue": a, "pages": c}, {"issue": b, "pages": d}) for a, b, c, d in (
        ("Suppl 1", "3", "S45", "145"), ("Suppl 1", "3", "", ""), ("3 Suppl", "3", "S45-S47", "101-109"),
        ("Suppl 2", "2", "45", ""), ("S1", "4", "45-47", "145-151"), ("Suppl 1", "1", "", ""), ("4 Suppl A", "4", "45", "46"),
    )},
    **{f"{a} and {b}": ({"publication_types": [a]}, {"publication_types": [b]}) for a, b in (
        ("Conference Abstract", "Article"), ("Meeting Abstract", "Article"), ("Conference Abstract", "Journal Article"),
        ("Conference Abstract", "Review"), ("Letter", "Article"), ("Letter", "Journal Article"), ("Letter", "Review"),
        ("Conference Abstract", "Letter"), ("Clinical Trial Protocol", "Review"), ("Study Protocol", "Article"),
        ("Abstract", "Randomized Controlled Trial"), ("Letter", "Conference Paper"),
    )},
    **{f"{a} and {b}, pages {c} and {d}": (
        {"publication_types": [a], "pages": c, "issue": ""}, {"publication_types": [b], "pages": d, "issue": e})
       for a, b, c, d, e in (
        ("Conference Abstract", "Article", "", "101-109", "3"), ("Conference Abstract", "Article", "P1.234", "101-109", ""),
        ("Conference Abstract", "Article", "", "", ""), ("Conference Abstract", "Review", "P1.234", "", ""),
        ("Letter", "Article", "", "101-109", ""), ("Letter", "Article", "101", "101-109", ""),
    )},
    **{f"one DOI, pages {a} and {b}": (
        {"doi": "10.1016/a.1", "pages": a, "authors": ["Miller J"], "issue": ""},
        {"doi": "10.1016/a.1", "pages": b, "authors": ["Sato T"], "issue": ""}) for a, b in (
        ("S4", "S5"), ("4-6", "7-9"), ("101", "102"),
    )},
    "one DOI, pro and con": (
        {"doi": "10.1016/a.1", "title": "Pro: adults with malaria should receive tafenoquine", "pages": "S4", "authors": ["Miller J"]},
        {"doi": "10.1016/a.1", "title": "Con: adults with malaria should receive tafenoquine", "pages": "S5", "authors": ["Sato T"]}),
    "pro and con, no pages": (
        {"doi": "10.1016/a.1", "title": "Pro: adults with malaria should receive tafenoquine", "pages": "", "authors": ["Miller J"]},
        {"doi": "10.1016/a.1", "title": "Con: adults with malaria should receive tafenoquine", "pages": "", "authors": ["Sato T"]}),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_contradictory_places_and_types_are_no_slip_of_the_pen(name: str) -> None:
    first, second = ({**EARLY, **fields} for fields in APART[name])
    found = pair(first, second)
    assert not same(found), rule(found)


def test_there_are_a_hundred_pairs() -> None:
    assert len(SWAPS) + len(ABSTRACTS) + len(APART) >= 100
