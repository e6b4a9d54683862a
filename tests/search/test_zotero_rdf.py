"""Zotero's RDF; the inputs are invented after the shapes that its translator *Zotero RDF* writes."""

from __future__ import annotations

import pytest
from prismake.core.errors import ImportFileError
from prismake.search import read_file, zotero_rdf
from prismake.search.known_studies import read as known_studies

HEAD = """<rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:link="http://purl.org/rss/1.0/modules/link/"
 xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/"
 xmlns:vcard="http://nwalsh.com/rdf/vCard#">
"""


def people(role: str, *names: tuple[str, str]) -> str:
    persons = "".join(
        f"<rdf:li><foaf:Person><foaf:surname>{surname}</foaf:surname>"
        + (f"<foaf:givenName>{given}</foaf:givenName>" if given else "")
        + "</foaf:Person></rdf:li>"
        for surname, given in names
    )
    return f"<{role}><rdf:Seq>{persons}</rdf:Seq></{role}>"


ARTICLE = (
    """<bib:Article rdf:about="https://example.org/one two">
 <z:itemType>journalArticle</z:itemType>
 <dcterms:isPartOf rdf:resource="urn:issn:1234-5678"/>
"""
    + people("bib:authors", ("Quint", "Anna"), ("Roe", "Carl"), ("Abel", "B."), ("The Cells and Sleep Group", ""))
    + people("bib:editors", ("Stone", "D"))
    + """<link:link rdf:resource="#item_2"/><dcterms:isReferencedBy rdf:resource="#item_3"/>
 <dc:subject>sleep</dc:subject>
 <dc:subject><z:AutomaticTag><rdf:value>Humans</rdf:value></z:AutomaticTag></dc:subject>
 <dc:subject><dcterms:LCC><rdf:value>QH 11</rdf:value></dcterms:LCC></dc:subject>
 <dc:title>Remission &lt;i&gt;after&lt;/i&gt; infusion</dc:title>
 <dcterms:abstract>Nineteen people were treated.</dcterms:abstract>
 <dc:date>2019-03-01</dc:date><z:language>en</z:language><z:libraryCatalog>PubMed</z:libraryCatalog>
 <dc:identifier><dcterms:URI><rdf:value>https://example.org/one two</rdf:value></dcterms:URI></dc:identifier>
 <dcterms:dateSubmitted>2024-05-02 10:00:00</dcterms:dateSubmitted>
 <bib:pages>11-19</bib:pages><dc:description>PMID: 31234501
PMCID: PMC6450001</dc:description>
</bib:Article>
<bib:Journal rdf:about="urn:issn:1234-5678">
 <prism:volume>4</prism:volume><dc:title>Example Journal</dc:title><prism:number>2</prism:number>
 <dcterms:alternative>Ex J</dcterms:alternative>
 <dc:identifier>DOI 10.5555/Ex.1</dc:identifier><dc:identifier>ISSN 1234-5678</dc:identifier>
</bib:Journal>
<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title>
 <rdf:resource rdf:resource="files/2/a.pdf"/><link:type>application/pdf</link:type></z:Attachment>
<bib:Memo rdf:about="#item_3"><rdf:value>A note. DOI: 10.5555/other</rdf:value></bib:Memo>
"""
)
SECTION = (
    """<bib:BookSection rdf:about="#item_4">
 <z:itemType>bookSection</z:itemType>
 <dcterms:isPartOf><bib:Book><dcterms:isPartOf><bib:Series><dc:title>Cells</dc:title></bib:Series></dcterms:isPartOf>
  <dc:title>A book of sleep</dc:title><prism:volume>1</prism:volume><dc:identifier>ISBN 978-0-00-000000-2</dc:identifier>
 </bib:Book></dcterms:isPartOf>
 <dc:publisher><foaf:Organization><vcard:adr><vcard:Address><vcard:locality>Bern</vcard:locality></vcard:Address>
  </vcard:adr><foaf:name>Press</foaf:name></foaf:Organization></dc:publisher>
"""
    + people("bib:authors", ("Berg", "Jan van der"))
    + "<dc:title>A chapter</dc:title><dc:date>May 2020</dc:date><bib:pages>31–48</bib:pages></bib:BookSection>\n"
)
PREPRINT = (
    """<rdf:Description rdf:about="#item_5">
 <z:itemType>preprint</z:itemType>
 <dc:publisher><foaf:Organization><foaf:name>medRxiv</foaf:name></foaf:Organization></dc:publisher>
"""
    + people("bib:authors", ("Poe", "E."))
    + """<dc:title>Cells before print</dc:title><dc:date>2021</dc:date><prism:number>medrxiv:77</prism:number>
 <dc:identifier>DOI 10.5555/pre.5</dc:identifier><z:mood>glad</z:mood></rdf:Description>
"""
)
COLLECTION = """<z:Collection rdf:about="#collection_1"><dc:title>Mine</dc:title>
 <dcterms:hasPart rdf:resource="#item_4"/></z:Collection>
"""
END = "</rdf:RDF>\n"
LIBRARY = HEAD + ARTICLE + SECTION + PREPRINT + COLLECTION + END


def imported(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "export.dat"
    path.write_bytes(text.encode(encoding))
    return read_file(path)


def test_a_library_of_three(tmp_path):
    found = imported(tmp_path, LIBRARY)
    assert (found.format, found.platform, found.kind) == ("Zotero RDF", "Zotero", "other")
    article, section, preprint = found.records
    wanted = {
        "title": "Remission after infusion",
        "authors": ["Quint, Anna", "Roe, Carl", "Abel, B.", "The Cells and Sleep Group"],
        "year": 2019,
        "journal": "Example Journal",
        "volume": "4",
        "issue": "2",
        "pages": "11-19",
        "doi": "10.5555/ex.1",
        "pmid": "31234501",
        "abstract": "Nineteen people were treated.",
        "keywords": ["sleep", "Humans"],
        "publication_types": ["journalArticle"],
        "url": "https://example.org/one two",
    }
    assert {column: article[column] for column in wanted} == wanted
    assert (section["title"], section["journal"], section["volume"]) == ("A chapter", "A book of sleep", "1")
    assert (section["year"], section["pages"], section["doi"]) == (2020, "31–48", "")
    assert (preprint["journal"], preprint["issue"], preprint["doi"]) == ("medRxiv", "", "10.5555/pre.5")
    assert found.problems == []


def test_every_predicate_is_used_ignored_or_named(tmp_path):
    found = imported(tmp_path, LIBRARY)
    assert found.fields.unknown == {"z.mood": 1}
    assert [line for line in found.warnings if "not known here" in line and "“z.mood” (1)" in line]
    assert {"bib.authors", "isPartOf/dc.title", "dc.identifier DOI"} <= set(found.fields.used)
    assert {"link.link", "dcterms.isReferencedBy", "series/dc.title", "dc.subject LCC"} <= set(found.fields.ignored)


def test_the_same_file_gives_the_same_records_and_ids(tmp_path):
    first, second = (imported(tmp_path, LIBRARY) for _ in range(2))
    assert first.records == second.records and first.record_ids == second.record_ids


def test_utf_16_is_read_too(tmp_path):
    text = '<?xml version="1.0" encoding="UTF-16"?>\n' + LIBRARY
    assert [record["year"] for record in imported(tmp_path, text, "utf-16").records] == [2019, 2020, 2021]


BOMB = '<!DOCTYPE rdf:RDF [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared",
    [
        BOMB,
        '<!DOCTYPE rdf:RDF [<!ENTITY b SYSTEM "file:///etc/hostname">]>\n',
        '<!DOCTYPE rdf:RDF SYSTEM "http://example.org/library.dtd">\n',
    ],
)
def test_no_entity_is_expanded_and_nothing_fetched(declared, encoding, tmp_path):
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>\n' + declared
    with pytest.raises(ImportFileError, match=r"export\.dat: the XML declares.*Zotero"):
        imported(tmp_path, prolog + LIBRARY.replace("A chapter", "&b;" if "ENTITY" in declared else "A"), encoding)


def test_a_broken_file_gives_what_stands_before_the_break(tmp_path):
    whole = HEAD + ARTICLE + SECTION
    found = imported(tmp_path, whole[: whole.index("<bib:pages>31")])
    assert [record["title"] for record in found.records] == ["Remission after infusion"]
    (problem,) = found.problems
    assert "broken from here on. The item before, “A chapter”, is left out" in problem and "line " in problem


def test_files_and_notes_without_an_item_are_told(tmp_path):
    file = (
        '<z:Attachment rdf:about="#item_9"><z:itemType>attachment</z:itemType><dc:title>a.pdf</dc:title></z:Attachment>'
    )
    found = imported(tmp_path, HEAD + SECTION + file + END)
    assert len(found.records) == 1
    (problem,) = found.problems
    assert "1 file without an item, the first “a.pdf”" in problem


def test_a_doi_of_a_shared_journal_belongs_to_none_of_its_articles(tmp_path):
    other = ARTICLE.partition("<bib:Journal")[0].replace("one two", "two").replace("Remission", "Relapse")
    found = imported(tmp_path, HEAD + ARTICLE + other.replace("31234501", "31234502") + END)
    assert [(record["journal"], record["doi"]) for record in found.records] == [("Example Journal", "")] * 2
    assert found.fields.unknown == {"isPartOf/dc.identifier DOI of several items": 2}


def test_two_volumes_of_a_shared_journal_are_those_of_no_article(tmp_path):
    other = ARTICLE.partition("<bib:Journal")[0].replace("one two", "two").replace("31234501", "31234502")
    text = HEAD + ARTICLE.replace("<prism:volume>", "<prism:volume>7</prism:volume><prism:volume>") + other + END
    found = imported(tmp_path, text)
    assert [(record["volume"], record["issue"]) for record in found.records] == [("", "2")] * 2
    assert found.fields.unknown["isPartOf/prism.volume of several items"] == 2


def test_parts_that_go_round_in_a_circle_end(tmp_path):
    circle = '<bib:Journal rdf:about="#j"><dc:title>Ex</dc:title><dcterms:isPartOf rdf:resource="#j"/></bib:Journal>'
    item = '<bib:Article rdf:about="#i"><z:itemType>journalArticle</z:itemType><dc:title>One</dc:title>'
    parts = '<dcterms:isPartOf rdf:resource="#j"/><dcterms:isPartOf rdf:resource="#i"/></bib:Article>'
    (record,) = imported(tmp_path, HEAD + item + parts + circle + END).records
    assert (record["title"], record["journal"]) == ("One", "Ex")


def test_a_conference_paper_has_its_doi_in_the_proceedings(tmp_path):
    text = """<rdf:Description rdf:about="urn:isbn:978-0-00-000000-2"><z:itemType>conferencePaper</z:itemType>
 <dcterms:isPartOf><bib:Journal><dcterms:isPartOf><bib:Series><dc:title>Cells 24</dc:title></bib:Series>
  </dcterms:isPartOf><dc:identifier>ISBN 978-0-00-000000-2</dc:identifier><dc:title>Proceedings of Cells</dc:title>
  <dc:identifier>DOI 10.5555/conf.1</dc:identifier></bib:Journal></dcterms:isPartOf>
 <bib:presentedAt><bib:Conference><dc:title>The 24th meeting</dc:title></bib:Conference></bib:presentedAt>
 <dc:title>Cells presented</dc:title><z:citationKey>q24</z:citationKey></rdf:Description>"""
    found = imported(tmp_path, HEAD + text + END)
    (record,) = found.records
    assert (record["journal"], record["doi"]) == ("Proceedings of Cells", "10.5555/conf.1")
    assert found.fields.unknown == {}


def test_two_items_under_one_address_are_not_made_one(tmp_path):
    other = SECTION.replace("A chapter", "Another chapter")
    found = imported(tmp_path, HEAD + ARTICLE + SECTION + other + END)
    assert [record["title"] for record in found.records] == ["Remission after infusion"]
    assert "cannot be told apart" in found.problems[0] and "A chapter" in found.problems[0]


def test_an_item_that_another_program_wrote_without_its_type(tmp_path):
    text = HEAD + '<bib:Article rdf:about="#a"><dc:title>One</dc:title><dc:date>2018</dc:date></bib:Article>' + END
    assert [(one["title"], one["year"]) for one in imported(tmp_path, text).records] == [("One", 2018)]


def test_an_empty_library_is_refused(tmp_path):
    with pytest.raises(ImportFileError, match="looks like Zotero RDF but holds no records"):
        imported(tmp_path, HEAD + COLLECTION + END)


def test_rdf_of_something_else_is_refused(tmp_path):
    with pytest.raises(ImportFileError, match="other than Zotero's own"):
        imported(tmp_path, '<rdf:RDF xmlns:bibo="http://purl.org/ontology/bibo/"/>')


def test_known_studies_can_be_such_a_library(tmp_path):
    path = tmp_path / "known_studies.rdf"
    path.write_text(LIBRARY)
    studies, problems = known_studies([path])
    assert [study.doi for study in studies] == ["10.5555/ex.1", "", "10.5555/pre.5"] and problems == []


def test_the_dialect_names_no_tag_twice():
    assert not zotero_rdf.ZOTERO_RDF.tags & {tag for tag in zotero_rdf.known_fields.ZOTERO_RDF if "DOI" in tag}
