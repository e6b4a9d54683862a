"""A team moves here in the middle of its review: decisions exported by Rayyan and Covidence appear in the sheets."""

from __future__ import annotations

import csv
import io

import pytest
from prismake.report.audit_trail import audit_trail
from quick import UpToFlow, inside
from review import config

pytestmark = pytest.mark.e2e


def rayyan(*records: tuple[int, dict[str, str], str]) -> str:
    """A RIS export of Rayyan: number, what each person said, further notes."""
    text = ""
    for number, said, more in records:
        people = ", ".join(f'"{who}"=>"{word}"' for who, word in said.items())
        note = f"RAYYAN-INCLUSION: {{{people}}}{more}" if said else ""
        text += f"TY  - JOUR\nAN  - rayyan-4000{number:04d}\nTI  - {title(number)}\nY1  - 2019\nDO  - 10.5555/move.{number}\n"
        text += f"AU  - Author{number}, A.\n" + (f"N1  - {note}\n" if note else "") + "ER  - \n\n"
    return text


def title(number: int) -> str:
    words = "amber basil cedar dahlia elder fennel ginger hazel iris juniper".split()
    return f"Therapy with {words[number % 10]} in {words[(number * 3 + 1) % 10]} disease, cohort {number * 37}"


def covidence(*records: tuple[int, str]) -> str:
    head = "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,"
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*head.rstrip(",").split(","), "Covidence #", "Study", "Notes", "Tags"])
    for number, note in records:
        where = ["", "", "", "", "", "", f"10.5555/move.{number}", ""]
        writer.writerow([title(number), f"Author{number}, A.", "", "2019", *where, f"#{number}", "", note, ""])
    return file.getvalue()


def said(review, stage: str, who: str) -> dict[int, tuple[str, str]]:
    """Decision and note by record number."""
    return {int(r["DOI"].rpartition(".")[2]): (r["Decision"], r["Note"]) for r in review.rows(stage, who)}


def test_a_half_screened_review_of_rayyan(tmp_path):
    export = rayyan(
        (
            1,
            {"Anna B.": "Included", "Ben": "Excluded"},
            " | RAYYAN-LABELS: cells | RAYYAN-EXCLUSION-REASONS: wrong dose",
        ),
        (2, {"Anna B.": "Maybe", "Ben": "Included"}, ""),
        (3, {"Anna B.": "Excluded"}, ""),
        (4, {"Carl": "Included"}, ""),
        (5, {}, ""),
    )
    review = UpToFlow(tmp_path / "review", config(), {"rayyan.ris": export})
    review.run()
    assert {decision for decision, _ in said(review, "title_abstract", "anna").values()} == {""}
    warnings = review.log("rayyan")["warnings"]
    assert "rayyan.ris brought decisions along that are not taken over, of “Anna B.”: 3." in " ".join(warnings)
    assert 'reviewers: { "Anna B.": the name of a reviewer }' in " ".join(warnings)

    # named too late for rows that were handed out: nothing is written into them, and it is said
    names = {"Anna B.": "anna", "Ben": "ben"}
    review.configure(config(searches={"rayyan": {"reviewers": names}}))
    review.run()
    assert {decision for decision, _ in said(review, "title_abstract", "anna").values()} == {""}
    assert review.came_along() == {"not in the sheet": 5, "not taken over: nobody here": 1}

    # a review that begins with the names
    review = UpToFlow(tmp_path / "again", config(searches={"rayyan": {"reviewers": names}}), {"rayyan.ris": export})
    review.run()
    assert said(review, "title_abstract", "anna") == {
        1: ("include", "labels: cells"), 2: ("maybe", ""), 3: ("exclude", ""), 4: ("", ""), 5: ("", ""),
    }  # fmt: skip
    assert said(review, "title_abstract", "ben")[1] == ("exclude", "labels: cells; reason: wrong dose")
    status = review.status_of("title_abstract")
    assert (status["settled"], status["conflict"], status["undecided"]) == (1, 1, 3)
    assert [w for w in review.log("rayyan")["warnings"] if "Carl" in w and w.count(": 1.")]
    assert review.came_along() == {"stands in the sheet": 5, "not taken over: nobody here": 1}
    with inside(review.folder):
        told = audit_trail("rayyan:rayyan-40000001")
    assert any("anna: a decision taken over from rayyan.ris: decision include" in line for line in told)

    # people go on; what they change or clear is theirs, and stays
    change = {1: "exclude", 2: "", 5: "exclude"}
    review.fill(
        "title_abstract",
        "anna",
        lambda n, row: {"Decision": change.get(int(row["DOI"].rpartition(".")[2]), row["Decision"]) or None},
        again=True,
    )
    review.run()
    now = said(review, "title_abstract", "anna")
    assert {number: decision for number, (decision, _) in now.items()} == {
        1: "exclude",
        2: "",
        3: "exclude",
        4: "",
        5: "exclude",
    }
    assert review.came_along() == {
        "stands in the sheet": 3, "the sheet says exclude": 1, "not in the sheet": 1, "not taken over: nobody here": 1,
    }  # fmt: skip
    (words,) = review.words()
    assert words.startswith("rayyan.ris: decisions that came along: 6 (stands in the sheet: 3; ")

    # an update that brings more decisions fills only the rows that are new
    more = rayyan((7, {"Anna B.": "Included", "Ben": "Included"}, ""), (3, {"Anna B.": "Included"}, ""))
    (review.folder / "config/searches/rayyan.ris").write_text(export + more, encoding="utf-8")
    review.run()
    now = said(review, "title_abstract", "anna")
    assert (now[7], now[3]) == (("include", ""), ("exclude", ""))
    assert sum(review.came_along().values()) == 9


def test_covidence_gives_the_decisions_of_the_team(tmp_path):
    protocol = config(
        searches={"covidence": {"reviewers": {"consensus": "all"}}},
        full_text={"reasons": ["Wrong population", "Wrong outcome"]},
    )
    review = UpToFlow(tmp_path / "review", protocol, {})
    folder = review.folder / "config/searches/covidence"
    folder.mkdir()
    files = {
        "irrelevant": covidence((1, ""), (2, "")),
        "select": covidence((3, "")),
        "excluded": covidence((4, "Exclusion reason: wrong population;"), (5, "Exclusion reason: Not in English;")),
        "included": covidence((6, "")),
    }
    for name, text in files.items():
        (folder / f"review_1_{name}_csv_20240501.csv").write_text(text, encoding="utf-8")
    review.run()
    wanted = {1: "exclude", 2: "exclude", 3: "include", 4: "include", 5: "include", 6: "include"}
    for who in ("anna", "ben"):
        assert {n: decision for n, (decision, _) in said(review, "title_abstract", who).items()} == wanted
    assert review.open_rows("title_abstract") == (0, 6)
    assert review.agreement("title_abstract") == {}, "decisions of the team say nothing of how reviewers agree"
    rows = {int(r["DOI"].rpartition(".")[2]): r for r in review.rows("full_text", "anna")}
    assert {n: (r["Decision"], r["Reason for exclusion"], r["Note"]) for n, r in rows.items()} == {
        3: ("", "", ""),
        4: ("exclude", "Wrong population", ""),
        5: ("exclude", "", "reason: Not in English"),
        6: ("include", "", ""),
    }
    assert review.open_rows("full_text") == (3, 4), "3 waits, 5 needs one of the protocol's reasons, 6 a design"
    assert review.came_along() == {"stands in the sheet": 12}, "six decisions, each in two sheets"
    review.fill(
        "full_text", "anna", lambda n, row: {"Study design": "single_arm"} if row["Decision"] == "include" else {}
    )
    review.fill(
        "full_text", "ben", lambda n, row: {"Study design": "single_arm"} if row["Decision"] == "include" else {}
    )
    review.run()
    assert review.flow()["boxes"]["included"] == {"studies": 1, "reports": 1}
    with inside(review.folder):
        item = rows[6]["Item"]
        assert any("the team's decision taken over from review_1_included" in line for line in audit_trail(item))


def test_two_records_of_one_report_that_contradict_each_other_answer_nothing(tmp_path):
    export = rayyan((1, {"Anna": "Included"}, "")) + rayyan((1, {"Anna": "Excluded"}, "")).replace(
        "40000001", "40000009"
    )
    names = {"rayyan": {"reviewers": {"Anna": "anna"}}}
    review = UpToFlow(tmp_path / "review", config(searches=names), {"rayyan.ris": export})
    review.run()
    assert said(review, "title_abstract", "anna") == {1: ("", "")}
    assert review.came_along() == {"not taken over: contradicts another of this report": 2}


def test_a_person_who_is_nobody_here_stops_before_anything_runs(tmp_path):
    names = {"rayyan": {"reviewers": {"Anna": "anne"}}}
    export = rayyan((1, {"Anna": "Included"}, ""))
    review = UpToFlow(tmp_path / "review", config(searches=names), {"rayyan.ris": export})
    output = review.run(check=False)
    assert review.status != 0
    assert "who is not in this review. Allowed: anna, ben, all" in output
    assert not (review.folder / "results/search").exists()
