"""Normal forms of single fields: what really stands in exports."""

from __future__ import annotations

import pytest
from prismake.dedup import fields, kinds, text
from prismake.dedup.words import Exchange, exchange


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("389-95", "389", "395"),
        ("Unit9", "9", "9"),
        ("389-395", "389", "395"),
        ("487--491", "487", "491"),
        ("1009-10", "1009", "1010"),
        ("S35-41", "s35", "s41"),
        ("S35-S41", "s35", "s41"),
        ("e12724", "e12724", "e12724"),
        ("1-14, 14a", "1", "14"),
        ("107-12; discussion 112-3", "107", "112"),
        ("281-8 table of contents", "281", "288"),
        ("pp. 12-19", "12", "19"),
        ("4101-4101", "4101", "4101"),
        ("0012-0019", "12", "19"),
        ("765\u2010778", "765", "778"),
        ("xi-xiv", "r11", "r14"),
        ("448+", "448", "448"),
        ("77/82", "77", "82"),
        ("no pagination", "", ""),
        ("var.pagings", "", ""),
        ("[Epub ahead of print]", "", ""),
        ("September", "", ""),
        ("", "", ""),
    ],
)
def test_pages(raw: str, first: str, last: str) -> None:
    assert fields.pages(raw)[:2] == (first, last)


@pytest.mark.parametrize(
    ("raw", "first", "last", "other"),
    [("11-Sep", "9", "11", "11"), ("01-Aug", "1", "8", "8"), ("Sep-20", "9", "20", "20"), ("9-11", "9", "11", "")],
)
def test_a_date_is_the_range_it_was_and_both_its_numbers_may_be_the_first(raw, first, last, other) -> None:
    assert fields.pages(raw)[:3] == (first, last, other)


@pytest.mark.parametrize(
    ("volume", "issue", "expected"),
    [
        ("24 (1)", "", ("24", "1")),
        ("24", "1", ("24", "1")),
        ("XII", "04-Jun", ("12", "4 6")),
        ("5 Suppl A", "", ("5", "s")),
        ("8 Suppl 1", "", ("8", "1 s")),
        ("27 Suppl?-2", "", ("27", "2 s")),
        ("Suppl 3", "Pt 2", ("", "2 3 s")),
        ("12", "1 Pt 1", ("12", "1")),
        ("55 (10 SUPPL 1)", "", ("55", "10 1 s")),
        ("007", "03", ("7", "3")),
        ("", "", ("", "")),
    ],
)
def test_volume_and_issue(volume: str, issue: str, expected: tuple[str, str]) -> None:
    assert fields.volume_issue(volume, issue) == expected


def test_a_citation_glued_to_the_journal_is_taken_apart() -> None:
    found = fields.split_journal("Brain Research.1605 (1) ()(pp 70-75) 2015.Date of Publication: 2015.")
    assert (found["name"], found["volume"], found["issue"], found["pages"], found["year"]) == (
        "Brain Research", "1605", "1", "70-75", "2015")  # fmt: skip
    number = fields.split_journal("PLoS ONE.9 (1) (no pagination) 2014.Article Number: e83879.Date: 16 Jan 2014.")
    assert (number["name"], number["volume"], number["pages"]) == ("PLoS ONE", "9", "e83879")
    meeting = fields.split_journal("Pediatric Nephrology.Conference: 44th Annual Meeting of the ESPN Cavtat Croatia.")
    assert meeting["name"] == "Pediatric Nephrology"
    assert "44th Annual Meeting" in meeting["meeting"]
    assert fields.split_journal("J Appl Physiol (1985)") == {"name": "J Appl Physiol (1985)", "meeting": ""}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("http://dx.doi.org/10.1016/j.Cardiores.2006.12.011", ("10.1016/j.cardiores.2006.12.011",)),
        ("EJN5606 [pii];10.1111/j.1460-9568.2007.05606.x [doi]", ("10.1111/j.1460-9568.2007.05606.x",)),
        (
            "10.1002/(SICI)1097-0142(19990101)85:1&lt;1::AID-CNCR1&gt;3.0.CO;2-X",
            ("10.1002/(sici)1097-0142(19990101)85:1",),
        ),
        ("10.1016/S0140-6736%2813%2962568-4", ("10.1016/s0140-6736(13)62568-4",)),
        ("10.1002/central/CN-02757110", ()),
        ("not a doi", ()),
    ],
)
def test_dois(raw: str, expected: tuple[str, ...]) -> None:
    assert fields.dois(raw) == expected


def test_identifiers_in_other_fields() -> None:
    assert fields.pmid("", "https://www.ncbi.nlm.nih.gov/pubmed/3142974") == "3142974"
    assert fields.pmid("PMID: 0012345") == "12345"
    assert fields.pmid("12345.0") == "12345"
    assert fields.pmid("n/a") == ""
    assert fields.pii("0304-4165(88)90010-4 [pii]") == fields.pii("10.1016/0304-4165(88)90010-4") != ""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Schultz J. E.Hsu A. K.Gross G. J.", ["schultz", "hsu", "gross"]),
        ("ChangT.K.ChenH.", ["chang", "chen"]),
        ("Meijer, C J and Berkhof, J", ["meijer", "berkhof"]),
        (["Bélanger, France", "Xu, Heng"], ["belanger", "xu"]),
        (["van den Berg J", "O'Neil K."], ["berg", "oneil"]),
        (["Jennifer Zelmer"], ["zelmer"]),
        (["E.A., Bradley, Elizabeth A."], ["bradley"]),
        (["王小明"], ["王小明"]),
        (["Zhou, ZH", "et al."], ["zhou", ""]),
        ("", []),
    ],
)
def test_family_names(raw: object, expected: list[str]) -> None:
    assert [fields.surname(n) for n in fields.split_authors(raw)] == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("CLINICAL REVIEW 138: Hypogonadism in men and its treatment", "Hypogonadism in men and its treatment"),
        ("Complement in the aHUS of childhood. [Review] [108 refs]", "Complement in the aHUS of childhood."),
        ("[Effect of cold in rats]. [Russian]", "[Effect of cold in rats]."),
        ("Ischaemia in the rat heart - REVIEW", "Ischaemia in the rat heart"),
        ("Ischaemia in the rat heart (vol 221, pg 92, 2014)", "Ischaemia in the rat heart"),
        ("More on the drug in aHUS [N Engl J Med. 2009 Jan 29;360(5):544-6]", "More on the drug in aHUS"),
        ("Does this phenomenon matter at all?. [German]\nHat dieses Relevanz", "Does this phenomenon matter at all?."),
        ("Adenosine and blood platelets. German\nAdenosin und Thrombozyten", "Adenosine and blood platelets."),
        ("Review", "Review"),
    ],
)  # fmt: skip
def test_bare_titles(raw: str, expected: str) -> None:
    assert text.plain(text.bare_title(raw)) == text.plain(expected)


def test_plain_text_is_the_same_for_all_unicode_forms() -> None:
    assert text.plain("I<inf>2</inf> and \u03b1-actin &amp; caf\u00e9") == "i2 and alpha actin cafe"
    assert text.plain("PKCe{open}") == text.plain("PKC\u03b5{lunate}") == "pkcepsilon"
    assert text.plain("cafe\u0301") == text.plain("caf\u00e9") == "cafe"
    assert text.plain("\uff21\uff22\uff23 \u00b2") == "abc 2"
    assert text.plain("آثار الدواء") == "اثار الدواء" or text.plain("آثار الدواء")
    assert text.british("haemolytic oedema tumour") == text.british("hemolytic edema tumor")


def test_numbers_of_a_title() -> None:
    assert text.numbers("benzodiazepines part ii") == "2"
    assert text.numbers("annual report 2010") == "2010"
    assert text.numbers("a study of 5ht1a in vivo") == "5 1"
    assert text.numbers("vitamin c and the heart") == ""


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("N Engl J Med", "New England Journal of Medicine", 1),
        ("Am.J.Trop.Med.Hyg.", "American Journal of Tropical Medicine and Hygiene", 1),
        ("Proc Natl Acad Sci U S A", "Proceedings of the National Academy of Sciences of the United States", 1),
        ("JAMA", "Journal of the American Medical Association", 1),
        ("Lancet (London, England)", "The Lancet", 1),
        ("AMCIS 2017 Proceedings", "Americas Conference on Information Systems", 1),
        ("2016 Conference on Information Systems Theory (CIST)", "Conference on Information Systems Theory", 1),
        ("J Physiol", "Journal of Applied Physiology", 0.5),
        ("Lancet", "Lancet Oncology", 0.5),
        ("Heart", "Circulation", 0),
        ("Chest", "Journal of Child Health Studies", 0),
    ],
)  # fmt: skip
def test_journals(a: str, b: str, expected: float) -> None:
    assert text.same_journal(text.journal_form(a), text.journal_form(b)) == expected
    assert text.same_journal(text.journal_form(b), text.journal_form(a)) == expected


def _kind(title: str, types: tuple[str, ...] = (), journal: str = "", author: str = "", dois: tuple = ()) -> int:
    return kinds.kind_of(title, types, journal, dois, "", author)


def test_kinds_of_documents() -> None:
    assert _kind("Erratum: complement factor B in aHUS") == kinds.CORRECTION
    assert _kind("Eculizumab for aHUS (vol 360, pg 542, 2009)") == kinds.CORRECTION
    assert _kind("Eculizumab for aHUS (New England Journal of Medicine (2009) 360 (542-544))") == kinds.CORRECTION
    assert _kind("Eculizumab for aHUS.[Erratum appears in N Engl J Med. 2009 Jun 4;360(23):2487]") == 0
    assert _kind("Retraction: effects of X on Y") & kinds.RETRACTION
    assert _kind("Retraction force of tissue in gingival surgery") == 0
    assert _kind("Streptococcal disease - Reply") == kinds.REPLY
    assert _kind("Response to chemotherapy in breast cancer") & ~kinds.REPLY == 0
    assert _kind("Comment on: a trial of X") == kinds.COMMENT
    assert _kind("A title", author="NCT02565485,") == kinds.REGISTRY
    assert _kind("A title", journal="https://clinicaltrials.gov/show/NCT04443855") == kinds.REGISTRY
    assert _kind("A title", dois=("10.1101/2024.10.13.24315425",)) == kinds.PREPRINT
    assert _kind("A title", journal="Genome Research", dois=("10.1101/gr.123.4",)) == 0
    assert _kind("A title", ("Conference Abstract",)) == kinds.ABSTRACT
    assert kinds.cochrane(("10.1002/14651858.cd010458.pub3",), "") == ("cd010458", "3")
    assert kinds.cochrane((), "CD010458") == ("cd010458", "")
    assert kinds.cochrane((), "100-110") == ("", "")


def test_a_lone_number_may_be_an_article_number_but_a_range_of_one_page_is_a_page() -> None:
    assert [fields.pages(raw).lone for raw in ("1446", "e12724", "p. 77", "1446-1446", "389-95", "")] == [
        True, True, True, False, False, False]  # fmt: skip


@pytest.mark.parametrize("title", [
    "editorial", "guest editorial", "the editorial board", "editor s comments", "editorial introduction", "books received",
    "in this issue", "discussion", "issue information", "annual report of the registry", "vorwort", "cartas al editor",
    "introduction to the minitrack on health informatics", "special issue on malaria", "call for papers",
])  # fmt: skip
def test_titles_that_come_back(title: str) -> None:
    assert kinds.serial(text.british(title))


@pytest.mark.parametrize("title", [
    "the discussion of prognosis with patients", "reply frequency in chronic pain registries", "malaria in the special care unit",
    "introduction of artemisinin in western kenya", "editorial boards of medical journals and conflict of interest",
])  # fmt: skip
def test_titles_of_papers_do_not_come_back(title: str) -> None:
    assert not kinds.serial(text.british(title))


@pytest.mark.parametrize(("one", "two", "expected"), [
    ("relapse in children", "relapse in adults", True),
    ("effects in male rats", "effects in female rats", True),
    ("effects of amitriptyline on sleep", "effects of nortriptyline on sleep", True),
    ("hyperglycemia after stroke", "hypoglycemia after stroke", True),
    ("outcome with surgery", "outcome without surgery", True),
    ("the foods case a", "the foods case b", True),
    ("secretion under na and k", "secretion under ca and mg", True),
    ("post conditioning of the heart", "postconditioning of the heart", False),
    ("the hemolytic uremic syndrome", "hemolytic uremic syndrome", False),
    ("rat and mouse hearts", "mouse and rat hearts", False),
    ("role of the d 1 receptor", "role of the d1 receptor", False),
    ("tnf a in sepsis", "tnf alpha in sepsis", False),
    ("tumors of the liver", "tumor of the liver", False),
    ("role of nf b in sepsis", "role of nf kappab in sepsis", False),
    ("role of subunit alpha1 in sepsis", "role of subunit beta1 in sepsis", True),
])  # fmt: skip
def test_exchanged_words_are_told_from_spellings(one: str, two: str, expected: bool) -> None:
    for x, y in ((one, two), (two, one)):
        assert (exchange(x.split(), y.split()) is not Exchange.NONE) is expected
