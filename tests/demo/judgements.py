"""Illustrative screening judgements of two reviewers: ``judgements.py CITATIONS_CSV`` writes ``judgements.csv``.

The role that the list of citations gives each citation sets the common judgement; the tables below name the
exceptions: where the reviewers differ, what was settled, and why a report was excluded at full text. They show
how the workflow treats agreement and conflict and say nothing about the reports themselves.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from demo_citations import HERE, load, works

COLUMNS = (
    "key",
    "work",
    "title_abstract.anna",
    "title_abstract.ben",
    "title_abstract.consensus",
    "full_text.anna",
    "full_text.anna.reason",
    "full_text.ben",
    "full_text.ben.reason",
    "full_text.consensus",
    "full_text.consensus.reason",
    "design",
    "study",
)

POPULATION = "Wrong population"
INTERVENTION = "Wrong intervention"
DESIGN = "Wrong study design"
ABSTRACT = "Conference abstract only"
COMPANION = "Companion report, no new outcome data"
COUNTS = "Outcome counts not available"
REASONS = (POPULATION, INTERVENTION, DESIGN, ABSTRACT, COMPANION, COUNTS)
SINGLE_ARM, RANDOMISED = "single_arm", "rct"

# Roles that both reviewers let through on title and abstract; every other role is excluded by both.
SOUGHT = frozenset({"primary_study", "conference_abstract", ""})

# Included reports and the name of their study: the twelve trials of the published table with further reports, and the
# randomised trial of blinatumomab.
INCLUDED = {
    "grupp2013": "Grupp 2013",
    "maude2014": "Maude 2014",
    "lee2015": "Lee 2015",
    "nct_NCT01593696": "Lee 2015",
    "turtle2016": "Turtle 2016",
    "gardner2017": "Gardner 2017",
    "maude2018_eliana": "Maude 2018",
    "laetsch2022_3yr": "Maude 2018",
    "nct_NCT02435849": "Maude 2018",
    "park2018": "Park 2018",
    "hay2019": "Hay 2019",
    "frey2020": "Frey 2020",
    "fry2018": "Fry 2018",
    "pan2019_cd22": "Pan 2019",
    "shahnn2020_cd22": "Shah 2020",
    "kantarjian2017": "Kantarjian 2017",
}
DESIGNS = {"kantarjian2017": RANDOMISED}  # every other study is of one arm

# Title and abstract, where it is not the same word twice: (anna, ben, settled). A settled word stands only where
# one reviewer lets the record through and the other does not: maybe and include both go on.
SCREENING = {
    "levine2021_pooled": ("include", "exclude", "include"),
    "shahbd2023_zuma3_prior": ("exclude", "include", "include"),
    "shahbd2022_zuma3_2yr": ("include", "exclude", "include"),
    "finney2019": ("maybe", "exclude", "include"),
    "wayne2019_eha": ("exclude", "include", "include"),
    "maude2014_correction": ("include", "exclude", "include"),
    "xu2021_ma": ("include", "exclude", "exclude"),
    "medrxiv2025_ma": ("maybe", "exclude", "exclude"),
    "laetsch2019_qol": ("exclude", "include", "exclude"),
    "zhouq2025_toci": ("maybe", "exclude", "exclude"),
    "caballero2023_picu": ("exclude", "maybe", "exclude"),
    "maron2022": ("include", "exclude", "exclude"),
    "jho2016_haplo": ("exclude", "include", "exclude"),
    "nct_NCT02813252": ("maybe", "exclude", "exclude"),
    "kebriaei2016": ("maybe", "include", ""),
    "spiegel2021": ("include", "maybe", ""),
    "ortiz2021_ari": ("maybe", "maybe", ""),
    "magnani_sb": ("include", "maybe", ""),
    "cd28_children_longterm": ("maybe", "include", ""),
    "kantarjian2017": ("include", "maybe", ""),
}

# Full text: the settled reason of the excluded reports, "" for those that could not be retrieved.
EXCLUDED = {
    "brentjens2013": COMPANION,
    "levine2021_pooled": COMPANION,
    "laetsch2019_qol": COMPANION,
    "finney2019": COMPANION,
    "maude2014_correction": COMPANION,
    "rives2022_eha": COMPANION,
    "grupp2018_ash": COMPANION,
    "maude2016_asco": COMPANION,
    "maude2016_ash": COMPANION,
    "pan2018_eha": COMPANION,
    "roloff2023_ash": ABSTRACT,
    "wayne2019_eha": ABSTRACT,
    "kadauke2020_abs": ABSTRACT,
    "hu2022_mrd": POPULATION,
    "ortiz2021_ari": POPULATION,
    "spiegel2021": POPULATION,
    "kebriaei2016": POPULATION,
    "chen2021_humanized": INTERVENTION,
    "zhao2021_integr": INTERVENTION,
    "cao2023_second": INTERVENTION,
    "bmt2020_cd34": INTERVENTION,
    "barsan2023": "",
    "magnani_sb": "",
    "cd28_children_longterm": "",
}

# Excluded on title and abstract and assessed all the same: linked to a registry entry that is included.
TAKEN_UP = frozenset({"laetsch2019_qol"})

# Full text, where the reviewers differ: (decision, reason) of anna and of ben; the settled word is that of above.
ASSESSMENT = {
    "grupp2013": (("include", ""), ("exclude", DESIGN)),
    "hay2019": (("include", ""), ("exclude", COMPANION)),
    "laetsch2022_3yr": (("include", ""), ("exclude", COMPANION)),
    "pasquini2020": (("include", ""), ("exclude", COUNTS)),
    "curran2019": (("exclude", COUNTS), ("include", "")),
    "levine2021_pooled": (("exclude", DESIGN), ("exclude", COMPANION)),
    "finney2019": (("exclude", COUNTS), ("exclude", COMPANION)),
    "ortiz2021_ari": (("exclude", POPULATION), ("exclude", COUNTS)),
    "kebriaei2016": (("exclude", POPULATION), ("exclude", INTERVENTION)),
    "myers2021_hucart19": (("not retrieved", ""), ("exclude", COUNTS)),
}
# Names that a reviewer gave to a study which was not included in the end.
NAMED = {"pasquini2020": "Pasquini 2020", "curran2019": "Curran 2019"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("citations", type=Path, help="CSV file of citations")
    parser.add_argument("--out", type=Path, default=HERE / "judgements.csv", help="where to write judgements.csv")
    options = parser.parse_args()
    citations = load(options.citations)
    rows = [judged(key, row) for key, members in works(citations).items() for row in members]
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["key"]))


def judged(work: str, citation: dict[str, str]) -> dict[str, str]:
    """The row of one citation; every form of a work has the judgement of its first."""
    anna, ben, settled = screened(work, citation["role"])
    row = {"key": citation["key"], "work": work}
    row |= {"title_abstract.anna": anna, "title_abstract.ben": ben, "title_abstract.consensus": settled}
    if work not in TAKEN_UP and (settled == "exclude" or (anna == "exclude" and ben == "exclude")):
        return row
    return row | assessed(work)


def screened(work: str, role: str) -> tuple[str, str, str]:
    if work in SCREENING:
        return SCREENING[work]
    word = "include" if work in INCLUDED or role in SOUGHT else "exclude"
    return word, word, ""


def assessed(work: str) -> dict[str, str]:
    """Full-text columns of one work."""
    if work in INCLUDED:
        agreed = ("include", "")
    else:
        reason = EXCLUDED.get(work, COUNTS)
        agreed = ("exclude", reason) if reason else ("not retrieved", "")
    anna, ben = ASSESSMENT.get(work, (agreed, agreed))
    row = {"full_text.anna": anna[0], "full_text.anna.reason": anna[1]}
    row |= {"full_text.ben": ben[0], "full_text.ben.reason": ben[1]}
    if anna != ben:
        row |= {"full_text.consensus": agreed[0], "full_text.consensus.reason": agreed[1]}
    if "include" in (anna[0], ben[0]):
        row |= {"design": DESIGNS.get(work, SINGLE_ARM), "study": INCLUDED.get(work) or NAMED[work]}
    return row


if __name__ == "__main__":
    main()
