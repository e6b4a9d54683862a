"""Two forms of the same thing (spellings of a word, forms of a page, types and names in two sources) are merged."""

from __future__ import annotations

import pytest
from record_pairs import LONG, OTHER, pair, same

PHRASE = "Outcome of {} in a district hospital: results of the trial"
ARTICLE = {"title": PHRASE.format("early treatment")}

# The same word in two spellings, endings or misprints.
SPELLINGS = (
    ("randomised therapy", "randomized therapy"), ("haemorrhage", "hemorrhage"), ("oedema", "edema"),
    ("tumour", "tumor"), ("follow-up", "followup"), ("health care", "healthcare"), ("a centre", "a center"),
    ("sulphate", "sulfate"), ("amitriptyline", "amitryptiline"), ("reflex epilepsy", "relfex epilepsy"),
    ("laboratory animals", "laboratory aminals"), ("infection", "infections"), ("type 2 diabetes", "type II diabetes"),
    ("three doses", "3 doses"), ("mu receptors", "μ receptors"), ("NF-kappaB", "NFkB"), ("TNF-alpha", "TNF-a"),
    ("the surgery", "surgery"), ("tafenoquine", "tafenoquin"), ("a programme", "a program"),
)  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SPELLINGS)
def test_a_misspelt_word_is_the_same_word(one: str, two: str) -> None:
    assert same(pair({"title": PHRASE.format(one)}, {"title": PHRASE.format(two)}))


def test_a_word_of_many_titles_is_no_misspelling_of_another() -> None:
    """Trapezium and trapezius differ in a letter; in a table where each has its own papers they are two words."""
    from prismake.core.records import table
    from prismake.dedup import find_duplicates
    from record_pairs import record

    alone = [PHRASE.format(f"pain of the {word}") for word in ("trapezium", "trapezius")]
    twins = [record(f"{'ab'[k]}:1", title=title) for k, title in enumerate(alone)]
    assert find_duplicates(table(twins)).clusters["report_id"].nunique() == 1
    others = [
        record(f"c:{word}{k}", title=f"{subject} of the {word} after injury in sport", pages=f"{k}{len(word)}1-{k}{len(word)}9",
               volume=str(k), authors=[f"Person{word}{k} A"])
        for word in ("trapezium", "trapezius") for k, subject in enumerate(("Anatomy", "Imaging", "Rupture", "Repair"), 1)
    ]  # fmt: skip
    found = find_duplicates(table([*twins, *others])).clusters.set_index("record_id")["report_id"]
    assert found["a:1"] != found["b:1"]


def test_an_abstract_without_its_first_part_is_the_same_abstract() -> None:
    text = f"{LONG} {OTHER}"
    assert same(pair({"abstract": text}, {"abstract": text[120:]}))
    assert same(pair({"abstract": f"{LONG} {OTHER}"}, {"abstract": f"{OTHER} {LONG}"}))


MERGED = {
    "a range and its first page": ({"pages": "101-109"}, {"pages": "101"}),
    "a supplement that one source calls an issue": ({"issue": "Suppl 1", "pages": "S45-S51"}, {"issue": "1", "pages": "S45-51"}),
    "a range counted from one, as long": ({"abstract": LONG, "pages": "101-109"}, {"abstract": LONG, "pages": "1-9"}),
    "an article number and pages": ({"abstract": LONG, "pages": "e1234567"}, {"abstract": LONG, "pages": "101-109"}),
    "the publisher's number of an article before it was printed": ({"pages": "JCO2200642", "issue": ""}, {"pages": "1664-1669"}),
    "one article, two words for its type": ({"publication_types": ["Review"]}, {"publication_types": ["Journal Article"]}),
    "an article of a conference": ({"publication_types": ["Conference Paper"]}, {"publication_types": ["Article"]}),
    "one DOI, a letter and an article": (
        {"publication_types": ["Letter"], "doi": "10.1016/a.1"}, {"publication_types": ["Journal Article"], "doi": "10.1016/a.1"}),
    "one PMID, two types": (
        {"publication_types": ["Letter"], "pmid": "25"}, {"publication_types": ["Journal Article"], "pmid": "25"}),
    "an index that calls an abstract an article, too": (
        {"publication_types": ["Journal article; Conference proceeding"]}, {"publication_types": ["Conference Abstract"]}),
    "pages of a numbered supplement": ({"pages": "II-221-5", "issue": "9 Suppl"}, {"pages": "II221-II225", "issue": "9 SUPPL."}),
    "the number of the supplement before the page": ({"pages": "S76-101", "issue": ""}, {"pages": "S4-76-S4-101", "issue": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", MERGED)
def test_places_and_types_that_agree_in_two_forms(name: str) -> None:
    first, second = ({**ARTICLE, **fields} for fields in MERGED[name])
    found = pair(first, second)
    assert same(found), found.audit.iloc[0].to_dict() if len(found.audit) else "never compared"


NOBODY = ("No authorship indicated", "[No authorship indicated]", "No authors listed", "[Anonymous]", "Anonymous", "Anon.",
          "Author not available", "[Author name not available]", "Authors not listed", "Unknown author", "s.n.")  # fmt: skip


@pytest.mark.parametrize("nobody", NOBODY)
def test_nobody_is_no_author(nobody: str) -> None:
    """Two notes by nobody on one subject are not by one author, and nobody is not another author than somebody."""
    place = {"pages": "", "issue": ""}
    assert same(pair({**place, "authors": [nobody], "doi": "10.1016/a.1"}, {**place, "doi": "10.1016/a.1"}))
    note = {"pages": "", "volume": "", "issue": "", "authors": [nobody]}
    assert not same(pair({**note, "journal": "Lancet"}, {**note, "journal": "Lancet", "abstract": LONG}))
