"""The protocol changes while people work: a sheet is compared with what was offered, never with the present form."""

from __future__ import annotations

import copy
import json

import openpyxl
import pytest
from prismake.cli import main
from prismake.report.selection import selection
from quick import QuickReview
from review import config, fill_stage, ris

pytestmark = pytest.mark.e2e

DECIDED = "title_abstract/decisions.csv"
EXTRACTED = "results/extraction/outcomes.csv"
DEATHS = {"name": "deaths", "label": "Deaths", "type": "count"}


def review_of(tmp_path, number: int = 3, **changes: object) -> QuickReview:
    exports = {"embase.ris": "".join(ris(n) for n in range(number))}
    return QuickReview(tmp_path / "review", config(**changes), exports)


def extracted(tmp_path) -> tuple[QuickReview, dict]:
    """A review with three studies whose extraction both reviewers have finished."""
    protocol = config()
    protocol["outcomes"]["death"] = {"columns": {"events": "events", "total": "total"}}
    review = QuickReview(tmp_path / "review", protocol, {"embase.ris": "".join(ris(n) for n in range(3))})
    review.targets = (EXTRACTED,)
    for stage in ("title_abstract", "full_text", "extraction"):
        review.run()
        fill_stage(review, stage)
    review.run()
    return review, copy.deepcopy(protocol)


def problems(review: QuickReview, stage: str) -> str:
    return "\n".join(f"{entry['where']}: {entry['what']}" for entry in review.status_of(stage)["problems"])


def first_page(review: QuickReview, stage: str, who: str) -> dict[str, list[str]]:
    """The texts of the first page by label."""
    lines: dict[str, list[str]] = {}
    for row in openpyxl.load_workbook(review.sheet(stage, who)).worksheets[0].iter_rows(values_only=True):
        lines.setdefault(str(row[0]), []).append(str(row[1]))
    return lines


def test_fields_that_are_added_renamed_and_taken_out_after_the_sheets_were_filled(tmp_path):
    review, protocol = extracted(tmp_path)
    before = [(row["Events"], row["Participants"], row["Region"]) for row in review.rows("extraction", "anna")]
    pooled = {row["outcome"] for row in review.table("extraction/outcomes.csv") if row["status"] == "used"}
    assert pooled == {"cure", "death"}

    # a required field is new, and an outcome depends on it: the other one is pooled as before
    fields = protocol["extraction"]["fields"]
    fields.append(DEATHS)
    protocol["outcomes"]["death"]["columns"]["events"] = "deaths"
    review.configure(protocol)
    review.run()
    rows = review.rows("extraction", "anna")
    assert [(row["Events"], row["Participants"], row["Region"]) for row in rows] == before
    assert [row["Deaths"] for row in rows] == ["", "", ""]
    status = {(row["outcome"], row["status"]) for row in review.table("extraction/outcomes.csv")}
    assert status == {("cure", "used"), ("death", "undecided")}
    assert review.open_rows("extraction") == (3, 3) and not review.status_of("extraction")["problems"]
    review.idle()

    # filled in it counts; then it is called otherwise: the heading changes, the answers stay
    for who in ("anna", "ben"):
        review.fill("extraction", who, lambda n, row: {"Deaths": str(n)})
    review.run()
    assert review.open_rows("extraction") == (0, 3)
    fields[-1] = {**DEATHS, "label": "Died of any cause"}
    fields[0] = {**fields[0], "label": "Deaths"}  # what is now the heading of another field
    review.configure(protocol)
    review.run()
    rows = review.rows("extraction", "anna")
    assert [row["Died of any cause"] for row in rows] == ["0", "1", "2"]
    assert [row["Deaths"] for row in rows] == [given[0] for given in before]
    assert "Events" not in rows[0] and review.open_rows("extraction") == (0, 3)
    review.idle()

    # taken out: named with its cells and the way back, and nothing else is touched
    del fields[-1]
    protocol["outcomes"].pop("death")
    review.configure(protocol)
    review.run()
    said = problems(review, "extraction")
    assert "“Died of any cause” (deaths) is asked no longer, and 3 answers in its column count for nothing" in said
    assert review.open_rows("extraction") == (0, 3)
    fields.append({**DEATHS, "label": "Died of any cause"})
    review.configure(protocol)
    review.run()
    assert review.open_rows("extraction") == (0, 3) and not review.status_of("extraction")["problems"]


def test_an_answer_that_is_renamed_or_removed_after_use(tmp_path):
    review, protocol = extracted(tmp_path)
    region = next(field for field in protocol["extraction"]["fields"] if field["name"] == "region")
    region["choices"] = ["northern", "south"]
    review.configure(protocol)
    review.run()
    (anna, ben) = review.status_of("extraction")["problems"]
    assert "“north” is no longer an answer to “Region”, and 2 answers use it" in anna["what"]
    assert "extraction.ben.xlsx" in ben["where"] and "Allowed: northern, south, NR." in ben["what"]
    sheet = openpyxl.load_workbook(review.sheet("extraction", "anna"))
    page, lists = sheet.worksheets[1], sheet["Lists"]
    column = next(cell.column_letter for cell in page[1] if cell.value == "Region")
    (rule,) = [rule for rule in page.data_validations.dataValidation if f"{column}2" in rule.sqref]
    letter = rule.formula1.split("$")[1]
    assert [cell.value for cell in lists[letter]][:2] == ["northern", "south"], "the dropdown offers what is allowed"

    protocol["words"] = {"northern": ["north"]}
    review.configure(protocol)
    review.run()
    assert review.open_rows("extraction") == (0, 3) and not review.status_of("extraction")["problems"]
    assert {row["region"] for row in review.table("extraction/decisions.csv")} == {"northern", "south"}


def test_criteria_that_are_amended_reach_the_first_pages_and_decisions_keep_theirs(tmp_path):
    criteria = {"include": ["adults"], "exclude": ["case reports"]}
    review = review_of(tmp_path, 4, criteria=criteria)
    review.targets = ("results/title_abstract/status.json",)
    review.run()
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: {"Decision": "include" if n < 2 else ""})
    review.run()
    page = openpyxl.load_workbook(review.sheet("title_abstract", "anna"))
    last = page.worksheets[0].max_row
    page.worksheets[0].cell(last + 2, 1).value = "what we agreed on Monday"
    page.save(review.sheet("title_abstract", "anna"))

    review.configure(config(criteria={"include": ["adults", "children from 12 years"], "exclude": ["case reports"]}))
    review.run()
    lines = first_page(review, "title_abstract", "anna")
    assert lines["Include"] == ["adults", "children from 12 years"] and lines["Exclude"] == ["case reports"]
    assert "what we agreed on Monday" in lines and list(lines).index("Good to know") > list(lines).index("Decision")
    assert review.status_of("title_abstract")["criteria"]["decided_under"] == [2, 0]
    review.idle()

    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: {"Decision": "exclude"} if n == 3 else {})
    review.run()
    assert review.status_of("title_abstract")["criteria"]["decided_under"] == [2, 1]
    kept = json.loads((review.folder / "config/sheets/history/title_abstract.form.json").read_text(encoding="utf-8"))
    assert [version["include"] for version in kept["criteria"]] == [["adults"], ["adults", "children from 12 years"]]
    words = " ".join(review.status_of("title_abstract")["rounds"]["words"])
    assert "2 of 3 decisions were made under the criteria as they were before they were last amended" in words


def test_a_reviewer_is_renamed_and_counts_once(tmp_path, monkeypatch, capsys):
    review = review_of(tmp_path, 4, reviewers=["mara", "tom"])
    review.targets = ("results/title_abstract/status.json", "results/title_abstract/decisions.csv")
    review.run()
    review.fill("title_abstract", "mara", lambda n, row: {"Decision": "include"})
    review.fill("title_abstract", "tom", lambda n, row: {"Decision": "exclude" if n == 0 else "include"})
    review.run()
    review.fill("title_abstract", "consensus", lambda n, row: {"Settled": "include"})
    review.run()
    before = {row["item_id"]: (row["decision"], row["decision.tom"]) for row in review.table(DECIDED)}

    # in the protocol alone: noticed, with the command; nobody is a ghost in the methods
    review.configure(config(reviewers=["mara", "thomas"]))
    review.run()
    assert "prismake rename-reviewer tom thomas" in problems(review, "title_abstract")
    status = review.status_of("title_abstract")
    assert status["judged"] == {"people": {"mara": 4, "tom": 4}, "each": 2}
    assert status["reviewers"]["thomas"]["of"] == 0 and status["open"] == 0
    assert "judged by mara and tom independently" in selection(config(reviewers=["mara", "thomas"]), [status])
    words = " ".join(status["rounds"]["words"])
    assert "tom is no longer among the reviewers; 4 answers of tom are kept and count on." in words

    # with the command everything moves, and what was decided stays as it was
    monkeypatch.chdir(review.folder)
    assert main(["rename-reviewer", "tom", "thomas"]) == 0
    assert "config/config.yaml does not name tom any more" in capsys.readouterr().out
    review.run()
    assert not review.sheet("title_abstract", "tom").exists()
    after = {row["item_id"]: (row["decision"], row["decision.thomas"]) for row in review.table(DECIDED)}
    assert after == before and "decision.tom" not in review.table(DECIDED)[0]
    status = review.status_of("title_abstract")
    assert status["judged"]["people"] == {"mara": 4, "thomas": 4} and not status["problems"]
    (disputed,) = review.rows("title_abstract", "consensus")
    assert (disputed["Mara says"], disputed["Thomas says"]) == ("include", "exclude") and "Tom says" not in disputed
    review.idle()
    log = (review.folder / "config/sheets/history/title_abstract.events.jsonl").read_text(encoding="utf-8")
    assert '"tom"' not in log and '"thomas"' in log

    # the sheet is worked in as before
    review.fill("title_abstract", "thomas", lambda n, row: {"Decision": "include"}, again=True)
    review.run()
    assert review.status_of("title_abstract")["settled"] == 4 and not problems(review, "title_abstract")
    assert main(["rename-reviewer", "thomas", "mara"]) == 1
    assert "mara has answers of their own" in capsys.readouterr().err
    assert main(["rename-reviewer", "nobody", "somebody"]) == 1
    assert "Those who have had a sheet: mara, thomas." in capsys.readouterr().err


def test_a_reviewer_is_renamed_with_the_command_first(tmp_path, monkeypatch, capsys):
    review = review_of(tmp_path, 3)
    review.targets = ("results/title_abstract/status.json",)
    review.run()
    fill_stage(review, "title_abstract")
    review.run()
    monkeypatch.chdir(review.folder)
    assert main(["rename-reviewer", "ben", "benjamin"]) == 0
    assert "In config/config.yaml write benjamin instead of ben, in: reviewers." in capsys.readouterr().out
    review.configure(config(reviewers=["anna", "benjamin"]))
    review.run()
    assert review.open_rows("title_abstract") == (0, 3) and not review.status_of("title_abstract")["problems"]
    assert review.status_of("title_abstract")["reviewers"]["benjamin"]["decided"] == 3


def test_a_stage_that_was_stopped_is_fed_new_records(tmp_path):
    screening = {"batch": 5, "order": "relevance"}
    review = review_of(tmp_path, 12, title_abstract=screening)
    review.run()
    fill_stage(review, "title_abstract")
    review.run()
    review.configure(config(title_abstract={**screening, "stop": "2026-05-01, agreed by anna and ben"}))
    review.run()
    assert review.status_of("title_abstract")["not_screened"] == 7
    more = "".join(ris(n) for n in range(20, 70))
    (review.folder / "config/searches/pubmed.ris").write_text(more, encoding="utf-8")
    review.run()
    status = review.status_of("title_abstract")
    assert (status["of"], status["not_screened"], status["open"]) == (62, 7, 50)
    needed = [row for row in review.rows("title_abstract", "anna") if row["Remark"] != "no longer needed"]
    assert len(needed) == 10, "what came after the stop is handed out"
    review.idle()


def test_an_included_study_is_excluded_after_it_was_extracted(tmp_path):
    review, _ = extracted(tmp_path)
    gone = review.rows("full_text", "anna")[0]["Item"]
    reason = {"Decision": "exclude", "Reason for exclusion": "Wrong population"}
    for who in ("anna", "ben"):
        review.fill("full_text", who, lambda n, row: reason if row["Item"] == gone else {}, again=True)
    review.run()
    assert review.open_rows("extraction") == (0, 2)
    rows = review.rows("extraction", "anna")
    assert [row["Remark"] for row in rows].count("no longer needed") == 1 and all(row["Events"] for row in rows)
    assert len({row["study_id"] for row in review.table("extraction/outcomes.csv")}) == 2
    review.idle()

    # and taken in again: what was extracted counts again, without being asked for a second time
    back = {"Decision": "include", "Reason for exclusion": ""}
    for who in ("anna", "ben"):
        review.fill("full_text", who, lambda n, row: back if row["Item"] == gone else {}, again=True)
    review.run()
    assert review.open_rows("extraction") == (0, 3)
    assert {row["status"] for row in review.table("extraction/outcomes.csv")} == {"used"}


def test_two_outcomes_become_one(tmp_path):
    review, protocol = extracted(tmp_path)
    protocol["outcomes"].pop("death")
    protocol["outcomes"]["cure"]["title"] = "Cured or alive"
    review.configure(protocol)
    review.run()
    rows = review.table("extraction/outcomes.csv")
    assert {row["outcome"] for row in rows} == {"cure"} and {row["status"] for row in rows} == {"used"}
    assert review.open_rows("extraction") == (0, 3) and not review.status_of("extraction")["problems"]


def test_a_title_that_a_later_search_brings_as_withdrawn(tmp_path):
    review = review_of(tmp_path, 3)
    review.targets = ("results/title_abstract/status.json",)
    review.run()
    fill_stage(review, "title_abstract")
    review.run()
    title = review.rows("title_abstract", "anna")[0]["Title"]
    export = review.folder / "config/searches/embase.ris"
    # the record has another title now, and another record comes with the one that it had
    text = export.read_text(encoding="utf-8").replace(title, f"WITHDRAWN: {title}")
    other = ris(40, TI=title, DO="10.5555/other.1", PY="1971", AU="Unrelated, Z.", JO="Elsewhere", VL="88", SP="7")
    export.write_text(text + other, encoding="utf-8")
    review.run()
    assert "sorted" not in problems(review, "title_abstract")
    status = review.status_of("title_abstract")
    assert status["reviewers"]["anna"]["decided"] == 3


def test_an_adjudicator_who_is_one_of_the_reviewers(tmp_path):
    protocol = config(adjudicator="ben")
    review = QuickReview(tmp_path / "review", protocol, {"embase.ris": ris(0) + ris(1)})
    review.targets = ("results/title_abstract/status.json",)
    review.run()
    review.fill("title_abstract", "anna", lambda n, row: {"Decision": "include"})
    review.fill("title_abstract", "ben", lambda n, row: {"Decision": "exclude" if n else "include"})
    review.run()
    lines = first_page(review, "title_abstract", "consensus")
    assert "write what holds into the column Settled" in lines["What to do"][0]
    assert "Work alone" not in str(lines) and "ben settles and is one of the reviewers" in lines["What to do"][0]
    said = selection(protocol, [review.status_of("title_abstract")])
    assert "were resolved by ben, who was also one of the reviewers." in said
    assert "were resolved by ruth." in selection({**protocol, "adjudicator": "ruth"}, [])
    (row,) = review.rows("title_abstract", "consensus")
    assert {"Authors", "Year", "Abstract", "DOI", "Journal"} <= row.keys() and row["Authors"] and row["Year"]
    # a reviewer's sheet saved as the consensus sheet is not taken for it
    review.sheet("title_abstract", "consensus").write_bytes(review.sheet("title_abstract", "anna").read_bytes())
    review.run()
    assert "title_abstract.consensus.xlsx" in problems(review, "title_abstract")
    assert review.status_of("title_abstract")["conflict"] == 1
