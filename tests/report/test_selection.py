"""The methods of selection in words: who, in which order, in which rounds, and where people stopped."""

from __future__ import annotations

from prismake.protocol.schema import with_defaults
from prismake.report.methods import paragraphs
from prismake.report.selection import panel, selection


def config(**settings):
    return with_defaults({"title": "t", "question": "q", "reviewers": ["anna", "ben", "carl"], **settings})


def status(stage="title_abstract", **changes):
    rounds = {"orders": {"relevance": 300}, "calibration": None, "stopped": "", "advice": None}
    return {"stage": stage, "of": 1000, "not_screened": 0, "rounds": rounds | changes.pop("rounds", {})} | changes


def test_who_judged_what_under_each_split():
    assert panel(config(), "full_text") == "by anna, ben and carl independently of each other"
    each = config(full_text={"split": {"per_record": 2}})
    assert panel(each, "full_text") == "each by two of anna, ben and carl independently of each other"
    checked = config(full_text={"split": {"check": 0.15}})
    sample = "by anna, and a random sample of 15 % also by one of ben and carl independently"
    assert panel(checked, "full_text") == sample
    two = config(extraction={"reviewers": ["anna", "ben"], "split": {"check": 0.2}})
    text = {part["title"]: part["text"] for part in paragraphs(two, [], {}, {})}["Data collection"]
    assert "by anna, and a random sample of 20 % also by ben independently: " in text
    assert panel(config(appraisal={"reviewers": ["carl"]}), "appraisal") == "by carl alone"
    assert panel(config(appraisal={"split": {"per_record": 1}}), "appraisal") == "each by one of anna, ben and carl"


def test_the_order_that_was_used_is_named_and_decided_nothing():
    text = selection(config(title_abstract={"order": "relevance"}), [status()])
    assert (
        "Records were presented to the reviewers in order of predicted relevance. The order was not used to include"
        in selection(config(), [status()])
    )
    assert "batches of growing size (25, 25, 50 and then 100), in order of predicted relevance" in text
    batches = selection(config(title_abstract={"batch": 100}), [status()])
    assert "Records were screened in batches of 100, in order of predicted relevance." in batches
    assert "updated from the decisions made so far before each batch" in batches
    at_once = status(rounds={"orders": {"relevance": 300}, "batch": {"number": 1}, "waiting": 0})
    assert "batches" not in selection(config(), [at_once]), "what was handed out at once was no batch"
    mixed = selection(config(), [status(rounds={"orders": {"random": 120, "relevance": 200}})])
    assert "120 in random order and 200 in order of predicted relevance" in mixed
    plain = selection(config(title_abstract={"order": "id"}), [status(rounds={"orders": {"id": 300}})])
    assert "order" not in plain.replace("in order", "").replace("order.", "")
    assert "relevance" not in plain and "random" not in plain


def test_a_calibration_is_told_with_its_result():
    found = {
        "lots": [{"records": 50, "kappa": 0.412}, {"records": 30, "kappa": None}],
        "reviewers": ["anna", "ben"],
        "threshold": 0.6,
        "by_people": True,
    }
    text = selection(config(), [status(rounds={"calibration": found, "orders": {"random": 80, "relevance": 220}})])
    assert "a random sample judged by anna and ben (50, kappa 0.41; then 30, no kappa)" in text
    assert "The protocol required a kappa of 0.6; the team decided to proceed." in text
    assert "in random order" not in text, "the sample is no order of screening"


def test_a_stop_is_told_with_those_who_agreed():
    text = selection(config(), [status(not_screened=640, rounds={"stopped": "2026-05-01, anna and ben."})])
    assert "Screening was stopped with 640 of 1,000 not screened: 2026-05-01, anna and ben." in text


def test_nobody_is_said_to_have_judged_pairs_where_none_was_uncertain():
    def duplicates(**stage):
        texts = paragraphs(config(), [], {}, {}, [{"stage": "duplicates", **stage}])
        return next(text["text"] for text in texts if text["title"] == "Duplicates")

    assert "no pair was uncertain." in duplicates(of=0) and "anna" not in duplicates(of=0)
    assert "uncertain pairs were judged by anna, ben and carl" in duplicates(of=3)
