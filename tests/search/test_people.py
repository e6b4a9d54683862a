"""Author lists as they are written: what separates names, what belongs to one, and what is no name at all."""

from __future__ import annotations

import pytest
from prismake.search import people, read_file

ONE = [
    "Quint, Anna",
    "Quint, A.",
    "Quint, A.B., Jr.",
    "Anna Quint, MD, PhD",
    "Curry Rogers, Kristina",
    "Garcia Marquez, Gabriel Jose",
    "Quint A",
    "Centers for Disease Control and Prevention",
    "Food and Drug Administration",
    "Department of Health, Education, and Welfare",
    "Children's Example Group and the Example Foundation",
    "NCT02565485,",
]
LISTS = {
    "Sanchez-Prieto, Pablo J.; Montes, Maria; Real, Ana": ["Sanchez-Prieto, Pablo J.", "Montes, Maria", "Real, Ana"],
    "Quint, A.;Roe, C.": ["Quint, A.", "Roe, C."],
    "Adam Smith, Karla Marks, Max Webber, Jo Haber": ["Adam Smith", "Karla Marks", "Max Webber", "Jo Haber"],
    "['Quint, Anja', 'Roe, Peter']": ["Quint, Anja", "Roe, Peter"],
    '["O\'Neil, Anja", "Roe, Peter"]': ["O'Neil, Anja", "Roe, Peter"],
    '[{"family": "Quint", "given": "Anna"}, {"literal": "Example Group"}]': ["Quint, Anna", "Example Group"],
    "[Quint, A.; Roe, C.]": ["Quint, A.", "Roe, C."],
    # Scopus, exports since 2022
    "Gatica, G.N., Sequeira, F.A.": ["Gatica, G.N.", "Sequeira, F.A."],
    "de Vries, R., van den Berg, J.": ["de Vries, R.", "van den Berg, J."],
    # Scopus before, Embase.com
    "Liu R., Adler D.G.": ["Liu R.", "Adler D.G."],
    # Publish or Perish
    "A Quint, C Roe": ["A Quint", "C Roe"],
    "A.B. Quint, C. Roe": ["A.B. Quint", "C. Roe"],
    # CENTRAL at Ovid
    "Hasler F, Grimberg U": ["Hasler F", "Grimberg U"],
    "Hasler F, van der Helm JJ, de Vries HJC": ["Hasler F", "van der Helm JJ", "de Vries HJC"],
    # APA
    "Smith, J., Doe, A. B., & Roe, C.": ["Smith, J.", "Doe, A. B.", "Roe, C."],
    "Quint, Anna B., Roe, Carl": ["Quint, Anna B.", "Roe, Carl"],
    "Quint, A and Roe, C": ["Quint, A", "Roe, C"],
    "Anna Quint and Carl Roe": ["Anna Quint", "Carl Roe"],
    "Smith J, Jones K and the ALLIANCE Group": ["Smith J", "Jones K", "the ALLIANCE Group"],
    "Wen T, et al.": ["Wen T"],
    "Quint, A.; et al.": ["Quint, A."],
    "Zhang, Y. and others": ["Zhang, Y."],
    "Li, X., Wang, Y., Zhang, Z., ...": ["Li, X.", "Wang, Y.", "Zhang, Z."],
    "Smith J|Roe C": ["Smith J", "Roe C"],
    "Smith J\nRoe C": ["Smith J", "Roe C"],
    "M&uuml;ller, A; Roe, C": ["Müller, A", "Roe, C"],
}
NOBODY = [
    "[Anonymous]",
    "Anonymous",
    "[No authors listed]",
    "No authorship indicated",
    "No authorship, indicated",
    "[No author name available]",
    " ,",
]


@pytest.mark.parametrize("name", ONE)
def test_one_name_stays_one(name):
    assert people.names(name) == [name]


@pytest.mark.parametrize("value", LISTS)
def test_a_list_is_read_as_it_is_written(value):
    assert people.names(value) == LISTS[value]
    assert people.cell(value) == LISTS[value]


@pytest.mark.parametrize("name", NOBODY)
def test_nobody_is_no_author(name):
    assert people.names(name) == people.single(name) == []


def test_cut_off_lists_are_known():
    assert people.is_cut_off("Quint A, et al.") and people.is_cut_off("Quint, A.; et al")
    assert not people.is_cut_off("Quint A, Roe C") and not people.is_cut_off("Kamal, Al")


def test_braces_of_bibtex_hold_one_name():
    assert people.bibtex("{Centers for Disease Control and Prevention} and Quint, A.") == [
        "{Centers for Disease Control and Prevention}",
        "Quint, A.",
    ]
    assert people.bibtex("Quint, A. and Roe, C. and others") == ["Quint, A.", "Roe, C."]


def test_all_authors_in_one_tag(tmp_path):
    path = tmp_path / "list.ris"
    path.write_text("TY  - JOUR\nAU  - Quint, A.; Roe, C.; Doe, J.\nTI  - Remission\nER  - \n", encoding="utf-8")
    assert read_file(path).records[0]["authors"] == ["Quint, A.", "Roe, C.", "Doe, J."]


def test_a_group_in_bibtex_is_one_author(tmp_path):
    path = tmp_path / "group.bib"
    text = "@article{a, author = {{Centers for Disease Control and Prevention} and Quint, A.}, title = {Remission}}"
    path.write_text(text, encoding="utf-8")
    assert read_file(path).records[0]["authors"] == ["Centers for Disease Control and Prevention", "Quint, A."]
