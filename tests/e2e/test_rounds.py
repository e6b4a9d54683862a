"""A review handed out in rounds: calibration, batches, two of three, one who leaves, and a stop; every state exact."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest
from quick import QuickReview
from review import IDLE, Review, config, ris

pytestmark = pytest.mark.e2e

TARGET = "results/flow/flow.json"
SCREENING = {"batch": 5, "calibration": {"records": 4, "kappa": 0.6}, "split": {"per_record": 2}}
RECORDS = 19


def protocol(*team: str, **changes: object) -> dict[str, object]:
    """Three judge titles and abstracts, two the rest."""
    others = {stage: {"reviewers": ["anna", "ben"]} for stage in ("duplicates", "full_text", "appraisal")}
    extraction = {**config()["extraction"], "reviewers": ["anna", "ben"]}
    screening = {"reviewers": list(team), **SCREENING, **changes}
    everyone = ["anna", "ben", "carl", "dora"]
    return config(reviewers=everyone, title_abstract=screening, extraction=extraction, **others)


def standing(review: Review, *team: str) -> dict[str, list[str]]:
    """By reviewer, the items that stand in the sheet and are needed."""
    return {
        who: [row["Item"] for row in review.rows("title_abstract", who) if row["Remark"] != "no longer needed"]
        for who in team
    }


def asked(review: Review, *team: str) -> dict[str, list[str]]:
    """By item, the reviewers in whose sheets it stands."""
    found: dict[str, list[str]] = {}
    for who, items in standing(review, *team).items():
        for item in items:
            found.setdefault(item, []).append(who)
    return found


def fill(review: Review, wanted: dict[str, str], *team: str) -> None:
    for who in team:
        review.fill("title_abstract", who, lambda _, row: {"Decision": wanted.get(row["Item"], "")})


def test_rounds(tmp_path):
    exports = {"embase.ris": "".join(map(ris, range(19)))}
    review = QuickReview(tmp_path / "review", protocol("anna", "ben", "carl"), exports)
    team = ("anna", "ben", "carl")

    # the calibration: four records, the same for all three, and nothing else
    output = review.run(TARGET)
    rows = standing(review, *team)
    sample = rows["anna"]
    assert len(sample) == 4 and rows == dict.fromkeys(team, sample)
    assert "Calibration: 0 of 4 records are read by anna, ben and carl" in " ".join(output.split())
    assert review.open_rows("title_abstract") == (RECORDS, RECORDS)
    assert IDLE in review.run(TARGET)

    # read with one difference; by hand: agreement (1 + 1 + 1 + 1/3) / 4 = 5/6, seven of twelve answers on include,
    # chance 49/144 + 25/144 = 37/72, kappa (5/6 - 37/72) / (35/72) = 23/35
    judged = {sample[0]: "include", sample[1]: "include", sample[2]: "exclude", sample[3]: "exclude"}
    fill(review, judged | {sample[3]: "include"}, "carl")
    fill(review, judged, "anna", "ben")
    review.run(TARGET)
    status = review.status_of("title_abstract")
    assert status["rounds"]["calibration"]["kappa"] == pytest.approx(23 / 35)
    assert (status["settled"], status["conflict"], status["undecided"]) == (3, 1, 15)
    first = asked(review, *team)
    batch = [item for item in first if item not in sample]
    assert len(batch) == 5
    assert Counter(len(first[item]) for item in batch) == {2: 5}
    shares = Counter(who for item in batch for who in first[item])
    assert sorted(shares.values()) == [3, 3, 4]

    # half of the batch is read, and results/ is lost: nothing is handed out, and no decision is lost
    fill(review, dict.fromkeys(batch[:2], "exclude"), *team)
    review.run(TARGET)
    before = review.digests("title_abstract/*", "flow/*")
    assert review.status_of("title_abstract")["settled"] == 5
    shutil.rmtree(review.folder / "results")
    review.run(TARGET)
    assert review.digests("title_abstract/*", "flow/*") == before
    assert asked(review, *team) == first

    # carl leaves: dora gets what he has not read, and what he has read counts on
    team = ("anna", "ben", "dora")
    review.configure(protocol(*team))
    fill(review, dict.fromkeys(batch[2:], "include"), "anna", "ben")
    review.run(TARGET)
    carls = [item for item in batch[2:] if "carl" in first[item]]
    assert sorted(standing(review, "dora")["dora"]) == sorted(carls)
    status = review.status_of("title_abstract")
    assert (status["settled"], status["conflict"]) == (5 + 3 - len(carls), 1)
    assert status["reviewers"]["dora"]["of"] == len(carls)

    # the batch is read to its end: the next one is shared between the three who are there
    fill(review, dict.fromkeys(carls, "include"), "dora")
    review.run(TARGET)
    second = {item: who for item, who in asked(review, *team).items() if item not in first}
    assert len(second) == 5
    assert sorted(Counter(who for people in second.values() for who in people).values()) == [3, 3, 4]
    status = review.status_of("title_abstract")
    assert (status["settled"], status["rounds"]["waiting"], status["rounds"]["batch"]["number"]) == (8, 5, 2)
    boxes = json.loads((review.folder / TARGET).read_text(encoding="utf-8"))["boxes"]
    assert (boxes["screened"], boxes["undecided_title_abstract"], boxes["sought"]) == (8, 11, 5)

    # people stop: the conflict is still theirs, what nobody has read is not screened, and the report says so
    review.configure(protocol(*team, stop="2026-05-01, agreed by anna, ben and dora"))
    review.fill("title_abstract", "consensus", lambda _, row: {"Settled": "exclude"})
    output = review.run()
    status = review.status_of("title_abstract")
    assert (status["settled"], status["not_screened"], status["open"]) == (9, 10, 0)
    assert not {item for items in standing(review, *team).values() for item in items} & second.keys()
    boxes = json.loads((review.folder / TARGET).read_text(encoding="utf-8"))["boxes"]
    assert boxes["removed"] == {"duplicates": 0, "automation": 10, "other": 0, "total": 10}
    assert (boxes["screened"], boxes["undecided_title_abstract"], boxes["excluded_title_abstract"]) == (9, 0, 4)
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    assert "Screening was stopped with 10 of 19 not screened: 2026-05-01, agreed by anna, ben and dora." in page
    assert "each by two of anna, ben, dora and carl independently of each other" in page
    assert "screened in batches of 5, in order of predicted relevance" in page
    assert "Included records by records read" in page and "among 9 read, of 19." in page
    assert "(4, kappa 0.66)" in page
    review.idle()
