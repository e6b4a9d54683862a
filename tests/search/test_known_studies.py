"""Studies that a good search must find, as people name them."""

from __future__ import annotations

import pytest
from prismake.protocol.known_files import known_studies
from prismake.search.known_studies import read


def put(folder, text, name="known_studies.txt"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_name_studies_by_any_identifier(tmp_path):
    text = """# seeds of the librarian
30000101
PMID: 30000102   # Roe 2019
https://doi.org/10.5555/EX.3
doi:10.5555/ex.4; PMID: 30000104
PMC7000105
NCT01234567 the pivotal trial
https://pubmed.ncbi.nlm.nih.gov/30000106/
30000107, 30000108
30000101
Roe 2019, in the Journal of Examples
"""
    studies, problems = read([put(tmp_path, text)])
    named = [(s.pmid, s.doi, s.pmcid, s.trial) for s in studies]
    assert named == [
        ("30000101", "", "", ""),
        ("30000102", "", "", ""),
        ("", "10.5555/ex.3", "", ""),
        ("30000104", "10.5555/ex.4", "", ""),
        ("", "", "PMC7000105", ""),
        ("", "", "", "NCT01234567"),
        ("30000106", "", "", ""),
        ("30000107", "", "", ""),
        ("30000108", "", "", ""),
    ]
    assert studies[1].place == "known_studies.txt, line 3"
    assert len(problems) == 1 and "line 11" in problems[0] and "“Roe 2019, in the Journal of Examples”" in problems[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("known_studies.ris", "TY  - JOUR\nTI  - Remission\nAU  - Quint, A\nPY  - 2019\nDO  - 10.5555/ex.1\nER  - \n"),
        ("known_studies.csv", 'Title,Authors,Year,DOI\nRemission,"Quint, A",2019,10.5555/ex.1\n'),
    ],
)
def test_an_export_names_studies_by_its_records(name, text, tmp_path):
    (study,), problems = read([put(tmp_path, text, name)])
    assert (study.named, study.title, study.year, study.doi) == (
        "Quint 2019 Remission",
        "Remission",
        2019,
        "10.5555/ex.1",
    )
    assert not problems


def test_files_are_found_by_their_place(tmp_path):
    wanted = [
        put(tmp_path, "1", "known_studies.txt"),
        put(tmp_path, "1", "known_studies/embase.ris"),
        put(tmp_path, "1", "known_studies.ris"),
    ]
    put(tmp_path, "1", "known_studies/README.md")
    put(tmp_path, "1", "known_studies/.hidden")
    put(tmp_path, "1", "known_studies_old.txt")
    assert known_studies(tmp_path) == sorted(wanted)
    assert known_studies(tmp_path / "nowhere") == []


def test_what_is_no_list_is_told(tmp_path):
    studies, problems = read([put(tmp_path, "%PDF-1.7", "known_studies.pdf")])
    assert not studies and "PDF" in problems[0]
