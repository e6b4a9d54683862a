"""Every rule and every veto on hand-written pairs, and the near misses beside them."""

from __future__ import annotations

import pytest
from prismake.core.records import table
from prismake.dedup import find_duplicates
from prismake.dedup.block import candidates
from prismake.dedup.prepare import prepare
from record_pairs import LONG, OTHER, pair, record, rule, same

MERGED = {
    "same PMID": ({"pmid": "25"}, {"pmid": "25", "pages": "", "volume": "", "journal": "The Lancet"}),
    "same DOI and title": ({"doi": "10.1016/x.1"}, {"doi": "10.1016/X.1", "pages": "", "authors": []}),
    "same title and place": ({}, {"pages": "1049-58", "journal": "Lancet (London, England)"}),
    "identical": ({}, {}),
    "same title, authors and journal": ({}, {"pages": "", "volume": "", "issue": ""}),
    "same title, place and authors, journal unlike": ({}, {"journal": "Klinische Wochenblaetter"}),
    "similar title, same place and authors": (
        {}, {"title": "Tafenoquine for radical cure of the relapsing vivax malarias in adult patients"}),
    "beginning of the title, same abstract, volume, pages and authors": (
        {"abstract": LONG}, {"abstract": LONG, "title": "Tafenoquine"}),
    "title reworded, same volume, issue, pages and authors": (
        {}, {"title": "Radical cure of relapsing malaria by tafenoquine: a trial in adults"}),
    "same title, authors, volume and issue, page unlike": ({}, {"pages": "1050-1058"}),
    "same title, authors, volume and abstract, page unlike": (
        {"abstract": LONG, "issue": "1", "pages": "S12"}, {"abstract": LONG, "issue": "4", "pages": "S260"}),
    "same title, authors, abstract, journal and year, pages not known": (
        {"abstract": LONG}, {"abstract": LONG, "volume": "29", "issue": "4", "pages": ""}),
    "same title, abstract and journal, nothing unlike": (
        {"abstract": LONG, "authors": []}, {"abstract": LONG, "volume": "", "issue": "", "pages": ""}),
    "same title, volume, issue, pages and year": ({}, {"authors": ["Wang X"], "journal": "Acta Medica Sinensis"}),
    "same Cochrane review": (
        {"doi": "10.1002/14651858.cd010458.pub2", "year": 2015, "volume": "", "issue": "4", "pages": ""},
        {"doi": "10.1002/14651858.cd010458.pub2", "year": 2015, "volume": "", "issue": "9", "pages": "CD010458",
         "title": "Tafenoquine for the cure of vivax malaria in adults: a systematic review"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MERGED)
def test_a_rule_merges(name: str) -> None:
    found = pair(*MERGED[name])
    assert same(found), found.audit.iloc[0].to_dict() if len(found.audit) else "never compared"
    assert rule(found) == name


APART = {
    "parts of a series": ({"title": "Benzodiazepines in the rat brain. Part I"},
                          {"title": "Benzodiazepines in the rat brain. Part II", "pages": "1059-1066"}),
    "parts of a series, in one place by mistake": ({"title": "Benzodiazepines in rats. Part I", "pages": "12"},
                                                   {"title": "Benzodiazepines in rats. Part II", "pages": "12"}),
    "a yearly report": ({"title": "Annual report of the malaria registry 2010"},
                        {"title": "Annual report of the malaria registry 2011", "year": 2015, "volume": "384"}),
    "in vivo and in vitro": ({"title": "Adrenergic reactions of the sheep rumen in vivo", "pages": "349-356"},
                             {"title": "Adrenergic reactions of the sheep rumen in vitro", "pages": "341-348"}),
    "stimulants and depressants": ({"title": "Effects of stimulant drugs on the cortex of the cat", "pages": "1-9"},
                                   {"title": "Effects of depressant drugs on the cortex of the cat", "pages": "10-16"}),
    "one title for two papers, one behind the other": ({"pages": "998-1003"}, {"pages": "1004-1009", "issue": "9922"}),
    "an erratum and its article": (
        {}, {"title": "Erratum: Tafenoquine for the radical cure of relapsing vivax malaria in adults",
             "pages": "2040"}),
    "a reply": ({}, {"title": "Tafenoquine for the radical cure of relapsing vivax malaria in adults - Reply",
                     "pages": "1602"}),
    "a retraction": ({}, {"title": "Retraction: Tafenoquine for the radical cure of relapsing vivax malaria in adults",
                          "pages": "1800", "year": 2016, "volume": "387"}),
    "a reprint in another journal": ({}, {"journal": "Revista Brasileira de Medicina", "volume": "12", "pages": "3-9"}),
    "another editorial": ({"title": "Editorial", "authors": ["Zwass V"], "pages": "5-6", "issue": "1"},
                          {"title": "Editorial", "authors": ["Zwass V"], "pages": "5-7", "issue": "2"}),
    "untitled": ({"title": "", "pages": ""}, {"title": "", "pages": ""}),
    "different DOIs": ({"doi": "10.1016/a.1", "pages": ""}, {"doi": "10.1016/a.2", "pages": ""}),
    "different PMIDs": ({"pmid": "1"}, {"pmid": "2"}),
    "one DOI for a supplement": (
        {"doi": "10.1/s", "title": "Cholera outbreak investigation in India", "pages": "", "authors": ["A B"]},
        {"doi": "10.1/s", "title": "Rifaximin modifies gut microbes of cirrhosis", "pages": "", "authors": ["C D"]}),
    "different authors": ({"pages": "", "authors": ["Miller J", "Ho K"]},
                          {"pages": "", "authors": ["Sato T", "Abe N"]}),
    "years apart": ({"pages": "", "volume": ""}, {"pages": "", "volume": "", "issue": "", "year": 2019}),
    "one low page of two volumes that are not named": (
        {"volume": "", "pages": "7-13", "issue": "2"}, {"volume": "", "pages": "7-10", "issue": "3"}),
    "an abstract with other authors, of which the place is not known": (
        {"volume": "", "issue": "", "pages": ""},
        {"authors": ["Llanos-Cuentas A", "Ho K", "Rueangweerayut R"], "pages": "", "volume": "", "issue": ""}),
    "one text in two journals, of which one is not named": (
        {"abstract": LONG, "journal": "", "pages": ""}, {"abstract": LONG, "pages": "", "volume": "", "issue": ""}),
    "one title by two teams on one page": (
        {"pages": "265-266"}, {"pages": "265", "authors": ["Wilkinson E J", "Raab S S"]}),
    "two editorials of one volume": (
        {"title": "Editorial introduction", "authors": ["Zwass V"], "pages": "5-6", "issue": ""},
        {"title": "Editorial introduction", "authors": ["Zwass V"], "pages": "5-7", "issue": ""}),
    "one DOI at two places": (
        {"doi": "10.1161/x.1", "pages": ""}, {"doi": "10.1161/x.1", "pages": "", "volume": "45", "journal": "Chest"}),
    "an abstract beside its article in one volume": (
        {"pages": "S84-S85", "issue": "", "abstract": LONG}, {"pages": "185-187", "issue": "2", "abstract": OTHER}),
    "an article and its preprint": (
        {}, {"journal": "medRxiv : the preprint server", "volume": "", "issue": "", "pages": "",
             "doi": "10.1101/2014.1.2.3"}),
    "two abstracts on one page": (
        {"title": "Cervical cytology by age: correlation of HPV status with histology", "pages": "81A", "issue": ""},
        {"title": "HPV status in women with abnormal cytology: histologic follow-up", "pages": "81A", "issue": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_what_looks_alike_stays_apart(name: str) -> None:
    found = pair(*APART[name])
    assert not same(found), rule(found)


def test_a_missing_value_is_no_evidence() -> None:
    bare = {"authors": [], "year": None, "journal": "", "volume": "", "issue": "", "pages": ""}
    assert not same(pair({}, {**bare, "title": "Tafenoquine for the cure of malaria"}))
    assert not same(pair(bare, {**bare, "abstract": LONG}))
    assert not same(pair({**bare, "title": ""}, {**bare, "title": ""}))


def test_identical_records_merge_even_incomplete_ones() -> None:
    bare = {"authors": [], "year": None, "journal": "", "volume": "", "issue": "", "pages": "", "title": "Editorial"}
    assert same(pair(bare, bare))


def test_a_meeting_abstract_without_pages_is_not_its_article() -> None:
    found = pair({"abstract": LONG}, {"abstract": LONG, "volume": "29", "issue": "4", "pages": "",
                                      "publication_types": ["Conference Abstract"]})  # fmt: skip
    assert not same(found)
    assert found.links["kind"].tolist() == ["conference abstract"]


def test_a_correction_that_names_its_article_is_linked() -> None:
    title = "Tafenoquine for the radical cure of relapsing vivax malaria in adults"
    found = pair({}, {"title": f"Erratum: {title} (Lancet (2014) 383:9922 (1049-1058))", "pages": "7", "issue": "9930"})
    assert not same(found)
    assert found.links["kind"].tolist() == ["correction"]


QUEUED = {
    "one text printed twice": (
        {"abstract": LONG, "doi": "10.1/a.1", "volume": "24", "year": 2009, "pages": "46-54"},
        {"abstract": LONG, "doi": "10.1/a.2", "volume": "25", "year": 2010, "pages": "56-64"}),
    "two translations of one title": (
        {"journal": "Eksp Klin Farmakol"},
        {"journal": "Experimental and Clinical Pharmacology",
         "title": "[Tafenoquine for the radical therapy of recurrent vivax malaria in adults]"}),
    "a manuscript of which the place is not known": (
        {}, {"title": "Tafenoquine for radical cure of relapsing vivax malaria in adult patients: a trial",
             "journal": "", "year": None, "volume": "", "issue": "", "pages": ""}),
    "perhaps the paper before it was printed": (
        {"year": 2013, "volume": "", "issue": "", "pages": ""}, {}),
    "registrations without a number": (
        {"title": "Open label trial of tafenoquine in adult patients with relapsing vivax malaria", "journal": "",
         "volume": "", "issue": "", "pages": ""},
        {"title": "Open label trial of tafenoquine in adolescent patients with relapsing vivax malaria", "journal": "",
         "volume": "", "issue": "", "pages": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", QUEUED)
def test_people_are_asked(name: str) -> None:
    found = pair(*QUEUED[name])
    assert not same(found)
    assert found.queue["item_id"].tolist() == ["a:1|b:1"]


def test_people_are_not_asked_about_two_abstracts_of_one_supplement() -> None:
    supplement = {"doi": "10.1017/s1047951109991946", "abstract": LONG, "journal": "Cardiol Young", "issue": "S1"}
    found = pair({**supplement, "title": "Immature hearts respond metabolically unlike mature hearts", "pages": "378"},
                 {**supplement, "title": "Adverse effects of preconditioning in the immature heart", "pages": "377"})  # fmt: skip
    assert not same(found)
    assert found.queue.empty


def test_people_are_not_asked_about_a_series_of_reports() -> None:
    bioassay = {"authors": [], "issue": "", "pages": "1-107", "journal": "Natl Cancer Inst Carcinog Tech Rep Ser"}
    found = pair({**bioassay, "title": "Bioassay of lithocholic acid for possible carcinogenicity", "volume": "175"},
                 {**bioassay, "title": "Bioassay of trimethylthiourea for possible carcinogenicity", "volume": "129"})  # fmt: skip
    assert not same(found)
    assert found.queue.empty


def _registered(number: str, **fields: object) -> dict:
    return {"journal": "ClinicalTrials.gov", "authors": [], "volume": "", "issue": "", "pages": "",
            "trial_ids": [number], "publication_types": ["Trial registry record"], **fields}  # fmt: skip


def test_registrations_with_unlike_numbers_are_never_one() -> None:
    found = pair(_registered("NCT02546739"), _registered("NCT02656147"))
    assert not same(found)
    assert len(found.queue) == 0
    assert same(
        pair(_registered("NCT02546739"), _registered("NCT02546739", title="Another wording of the public title"))
    )


def test_links_instead_of_merges() -> None:
    registry = pair({"trial_ids": ["NCT01376167"]}, _registered("NCT01376167"))
    erratum = pair(*APART["an erratum and its article"])
    preprint = pair(*APART["an article and its preprint"])
    meeting = pair({}, {"publication_types": ["Conference Abstract"], "journal": "Trop Med Int Health", "volume": "19",
                        "issue": "S1", "pages": "77"})  # fmt: skip
    kinds = [found.links["kind"].tolist() for found in (registry, erratum, preprint, meeting)]
    assert kinds == [["registry entry"], ["correction"], ["preprint"], ["conference abstract"]]
    assert all(len(found.queue) == 0 and not same(found) for found in (registry, erratum, preprint, meeting))
    assert registry.links[["first", "second"]].to_numpy().tolist() == [["a:1", "b:1"]]


@pytest.mark.parametrize("title", ["A first look at tafenoquine", "Zero relapses after tafenoquine"])
def test_every_report_of_a_trial_is_linked_with_its_registry_entry(title: str) -> None:
    subjects = ["relapse", "haemolysis", "pharmacokinetics", "children", "cost", "adherence", "pregnancy", "vision"]
    reports = [
        record(f"pubmed:{k}", title=f"{subject.capitalize()} in trial participants: {place}", authors=[f"Person {k}"],
               pages=f"{9 * k + 1}-{9 * k + 7}", volume=str(k + 1), trial_ids=["nct 01376167" if k % 2 else "NCT01376167"])
        for k, (subject, place) in enumerate((s, p) for s in subjects for p in ("Peru", "Thailand", "Brazil"))
    ]  # fmt: skip
    entries = [record("ctgov:1", **_registered("NCT01376167", title=title)),
               record("ictrp:1", **_registered("NCT01376167", title="Quite another wording of the public title")),
               record("ctgov:2", **_registered("NCT09999999", title=title))]  # fmt: skip
    found = find_duplicates(table([*reports, *entries]))
    assert found.clusters["report_id"].nunique() == len(reports) + 2  # the two entries of the trial are one
    links = found.links[found.links["kind"] == "registry entry"]
    linked = {name for pair in links[["first", "second"]].to_numpy().tolist() for name in pair}
    assert len(links) == len(reports)
    assert linked - {"ctgov:1", "ictrp:1"} == {one["record_id"] for one in reports}


def test_the_pairs_of_one_trial_number_grow_with_the_records() -> None:
    pairs = []
    for count in (200, 400):
        entries = [record(f"r:{k}", **_registered("NCT01376167", title=f"Entry {k}")) for k in range(count // 2)]
        others = [record(f"p:{k}", title=f"Report {k}", trial_ids=["NCT01376167"]) for k in range(count // 2)]
        pairs.append(len(candidates(prepare(table([*entries, *others])))[0]))
    assert pairs[1] < 2.2 * pairs[0]


VERSIONS = (
    {"doi": "10.1002/14651858.cd010458.pub2", "year": 2015, "volume": "", "issue": "4", "pages": ""},
    {"doi": "10.1002/14651858.cd010458.pub3", "year": 2020, "volume": "", "issue": "9", "pages": "CD010458"},
)


def test_people_are_asked_about_versions_of_a_cochrane_review_unless_the_review_says_otherwise() -> None:
    first, second = VERSIONS
    asked = pair(first, second)
    assert not same(asked)
    assert asked.queue["reason"].tolist() == ["another version of the Cochrane review"]
    assert asked.links.empty
    assert same(pair(first, second, merge_cochrane_versions=True))
    apart = pair(first, second, merge_cochrane_versions=False)
    assert not same(apart)
    assert apart.links["kind"].tolist() == ["version of one Cochrane review"]
    assert apart.queue.empty
    again = pair(first, {**first, "doi": ""}, merge_cochrane_versions=False)
    assert same(again)


def test_a_protocol_under_the_number_of_a_review_stays_apart() -> None:
    first, second = VERSIONS
    protocol = {**first, "doi": "10.1002/14651858.cd010458", "title": "Tafenoquine for malaria infection"}
    assert not same(pair(protocol, second))


def test_a_veto_holds_for_the_whole_cluster() -> None:
    """A record without DOI fits both of two papers with different DOIs; the two must not meet through it."""
    records = table([
        record("a:1", doi="10.1016/a.1", pages="", issue=""),
        record("b:1", doi="10.1016/a.2", pages="", issue=""),
        record("c:1", pages="", issue=""),
    ])  # fmt: skip
    found = find_duplicates(records)
    report = found.clusters.set_index("record_id")["report_id"]
    assert report["a:1"] != report["b:1"]
    assert "another record of the cluster forbids it" in set(found.audit["veto"])


def test_a_running_number_under_issue_loses_its_vote() -> None:
    rows = []
    for k in range(30):
        own = {"title": f"Distinct paper about topic {chr(97 + k)} number {k} of malaria control", "issue": str(k),
               "pages": f"{100 + 10 * k}-{105 + 10 * k}", "authors": [f"Name{k} A", "Other B"]}  # fmt: skip
        rows.append(record(f"a:{k}", **own))
        rows.append(record(f"b:{k}", **{**own, "issue": str(1000 + k), "pages": own["pages"] if k < 25 else ""}))
    found = find_duplicates(table(rows))
    assert found.clusters["report_id"].nunique() == 30
    assert found.summary["fields_without_vote"] == ["a: issue", "b: issue"]


def test_a_running_number_makes_no_title_generic() -> None:
    """Five copies of one paper with five numbers under ``issue`` are no editorial that stands in five issues."""
    rows = [record(f"s:{k}", issue=str(100 + 7 * k), abstract=LONG, pages="") for k in range(5)]
    rows += [record(f"s:{k}", issue=str(k), doi=f"10.1/x.{k // 2}", title=f"Paper on topic {chr(97 + k // 2)}{k // 2} of malaria",
                    pages=f"{k // 2}1-{k // 2}9") for k in range(10, 40)]  # fmt: skip
    found = find_duplicates(table(rows))
    assert found.summary["fields_without_vote"] == ["s: issue"]
    assert found.clusters.set_index("record_id")["report_id"][[f"s:{k}" for k in range(5)]].nunique() == 1


def test_thresholds_are_named_and_checked() -> None:
    from prismake.core.errors import DedupError

    strict = pair(*MERGED["similar title, same place and authors"], similar_title=0.99, weak_title=0.99, title=0.99)
    assert not same(strict)
    with pytest.raises(DedupError, match="no threshold"):
        pair({}, {}, titel=0.9)
    with pytest.raises(DedupError, match="Cochrane versions"):
        pair({}, {}, merge_cochrane_versions="always")
    with pytest.raises(DedupError, match="from 0 to 1"):
        pair({}, {}, title=93)
