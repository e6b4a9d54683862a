"""The order of items: what it learns from, what it must never depend on, and the targets it has to reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prismake import rank
from prismake.panel.ranking import DECIDED, RankingError

SHARED = Path(os.environ.get("PRISMAKE_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
SETS = SHARED / "benchmarks" / "screening"

TOPICS = {
    "triptan": "sumatriptan migraine attack headache pain relief two hours randomised placebo",
    "asthma": "inhaled corticosteroid asthma exacerbation children spirometry lung airway",
    "software": "software engineering defect prediction static analysis repository code metrics",
}
FILLER = "patients study results group treatment outcome methods background conclusion data analysis trial".split()
QUESTION = "Triptans such as sumatriptan for acute migraine: pain relief"


def corpus(n=90, seed=3):
    """Items of three topics in equal parts, their words drawn from a topic and from what all have in common."""
    draws, rows = np.random.default_rng(seed), []
    for i in range(n):
        topic = list(TOPICS)[i % 3]
        words = TOPICS[topic].split()
        title = " ".join([*draws.choice(words, 3, replace=False), *draws.choice(FILLER, 3)])
        abstract = " ".join([*draws.choice(words, 6), *draws.choice(FILLER, 40)]) if i % 7 else ""
        rows.append((f"db:{i:03d}", title, abstract, topic))
    return pd.DataFrame(rows, columns=["id", "title", "abstract", "topic"]).set_index("id")


def share_of(items, order, topic, first):
    return (items.loc[order.index[:first], "topic"] == topic).mean()


def test_the_question_alone_brings_its_topic_first():
    items = corpus()
    order = rank(items, {}, question=QUESTION)
    assert share_of(items, order, "triptan", 20) > 0.9
    assert order.name == "relevance" and list(order) == sorted(order, reverse=True)
    assert order.min() == 0 and order.max() == 1 and set(order.index) == set(items.index)


def test_british_and_american_words_are_the_same_word():
    items = pd.DataFrame(
        {
            "title": [
                "Estrogen and tumor behavior",
                "Randomized hypoglycemic drugs",
                "Pediatric anemia",
                "Nothing of it",
            ],
            "abstract": "",
        },
        index=["a", "b", "c", "d"],
    )
    assert rank(items, {}, question="Oestrogens and tumour behaviour").index[0] == "a"
    assert rank(items, {}, question="randomised hypoglycaemic drug").index[0] == "b"
    assert rank(items, {}, question="paediatric anaemias").index[0] == "c"


def test_decisions_overrule_the_question():
    items = corpus()
    decided = {i: ("include" if items.topic[i] == "asthma" else "exclude") for i in items.index[:45]}
    order = rank(items, decided, question=QUESTION)
    assert share_of(items, order, "asthma", 12) > 0.9


@pytest.mark.parametrize("question", ["", QUESTION])
def test_learning_from_decisions(question):
    items = corpus()
    decided = {i: int(items.topic[i] == "triptan") for i in items.index[:24]}
    assert share_of(items, rank(items, decided, question=question), "triptan", 22) > 0.9


@pytest.mark.parametrize("answer", ["include", "exclude"])
@pytest.mark.parametrize("question", ["", QUESTION])
def test_one_kind_of_decision_only(answer, question):
    items = corpus()
    few = [i for i in items.index if items.topic[i] == ("triptan" if answer == "include" else "software")][:4]
    order = rank(items, dict.fromkeys(few, answer), question=question)
    assert len(order) == len(items) and not order.isna().any()
    if question or answer == "include":
        assert share_of(items, order, "triptan", 20) > 0.8


def test_decided_items_come_last_and_are_marked():
    items = corpus()
    decided = pd.Series(
        {"db:001": "include", "db:002": "exclude", "db:003": "maybe", "db:004": None, "gone": "include"}
    )
    order = rank(items, decided, question=QUESTION)
    assert set(order.index[-3:]) == {"db:001", "db:002", "db:003"}
    assert (order.iloc[-3:] == DECIDED).all() and order["db:004"] >= 0 and "gone" not in order.index
    everything = rank(items, dict.fromkeys(items.index, "exclude"), question=QUESTION)
    assert (everything == DECIDED).all() and list(everything.index) == sorted(items.index)


@pytest.mark.parametrize("known", [0, 30])
def test_the_order_of_rows_and_of_decisions_makes_no_difference(known):
    items = corpus()
    decided = {i: int(items.topic[i] == "triptan") for i in items.index[:known]}
    first = rank(items, decided, question=QUESTION)
    turned = rank(items.iloc[::-1], dict(reversed(decided.items())), question=QUESTION)
    pd.testing.assert_series_equal(first, turned)
    pd.testing.assert_series_equal(first, rank(items.assign(year=2001), pd.Series(decided, dtype=object), QUESTION, 7))


def test_words_for_decisions():
    items = corpus()
    plain = rank(items, {"db:000": "include", "db:001": "exclude"})
    for yes, no in (
        (1, 0),
        (True, False),
        (" Include", "EXCLUDE"),
        (1.0, 0.0),
        (np.int64(1), np.bool_(False)),
        ("maybe", 0),
    ):
        pd.testing.assert_series_equal(plain, rank(items, {"db:000": yes, "db:001": no}))


def test_equal_items_are_ordered_by_id():
    items = pd.DataFrame({"title": "Same title", "abstract": "Same words"}, index=["c", "a", "b"])
    assert list(rank(items, {}, question="title").index) == ["a", "b", "c"]
    numbered = pd.DataFrame({"title": "Same title", "abstract": None}, index=[10, 9, 100])
    assert list(rank(numbered, {}, question="title").index) == [9, 10, 100]


def test_nothing_to_go_by_gives_a_random_order_that_the_seed_repeats():
    items = corpus()
    first, again, other = rank(items, {}), rank(items.iloc[::-1], {}), rank(items, {}, seed=1)
    pd.testing.assert_series_equal(first, again)
    assert list(first.index) != list(other.index) and list(first.index) != sorted(items.index)
    # only excluded items and no question: still nothing to look for
    assert len(rank(items, {"db:000": "exclude"})) == len(items)


def test_poor_text_is_no_obstacle():
    items = pd.DataFrame(
        {
            "title": ["", None, float("nan"), "Über Migräne", "片頭痛"],
            "abstract": [None, "", "µ-opioid", "…", "偏头痛 研究"],
        },
        index=list("abcde"),
    )
    for decisions in ({}, {"a": "include"}, {"a": "include", "b": "exclude"}):
        for question in ("", "migrane", "…"):
            order = rank(items, decisions, question=question)
            assert set(order.index) == set("abcde") and np.isfinite(order).all()
    assert rank(items, {}, question="Migräne").index[0] == "d"
    assert rank(items.iloc[:0], {}, question="x").empty
    assert list(rank(items.iloc[:1], {}, question="x")) == [0.5]


def test_what_cannot_be_ordered_is_refused():
    items = corpus()
    with pytest.raises(RankingError, match="no column abstract"):
        rank(items[["title"]], {})
    with pytest.raises(RankingError, match=r"db:000 occurs more than once"):
        rank(pd.concat([items, items.iloc[:1]]), {})
    with pytest.raises(RankingError, match="db:001: The decision 'perhaps' is not understood"):
        rank(items, {"db:001": "perhaps"})
    with pytest.raises(RankingError, match="db:001: Two decisions contradict"):
        rank(items, pd.Series(["include", "exclude"], index=["db:001", "db:001"]))
    with pytest.raises(RankingError, match="another type"):
        rank(items.set_axis([str(i) for i in range(len(items))]), {3: "include"})


def test_import_costs_nothing():
    code = "import sys, prismake.panel.ranking; print([m for m in ('pandas', 'scipy', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- finished reviews -------------------------------------------------------------------------------------------------

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "screening"))
import screening_replay as replays  # noqa: E402

needs_sets = pytest.mark.skipif(not SETS.is_dir(), reason=f"the finished reviews are not in {SETS}")


def test_figures_of_known_orders():
    perfect = replays.figures([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    assert perfect["loss"] == 0 and perfect["WSS@95"] == pytest.approx(0.75) and perfect["R@10%"] == 0.5
    assert replays.figures([0, 0, 0, 1, 1])["loss"] == 1


@needs_sets
@pytest.mark.parametrize(("name", "loss"), [("Cohen_2006_ADHD", 0.12), ("Cohen_2006_Triptans", 0.19)])
def test_two_small_reviews(name, loss):
    labels, _ = replays.replay_prismake(name, "sheets", replays.questions()[name])
    assert replays.figures(labels)["loss"] <= loss


@pytest.mark.slow
@needs_sets
@pytest.mark.parametrize("protocol", ["sheets", "growing"])
def test_the_mean_of_all_sets_reaches_the_targets(protocol):
    rows = []
    for name, question in replays.questions().items():
        labels, _ = replays.replay_prismake(name, protocol, question)
        rows.append(replays.figures(labels))
    mean = pd.DataFrame(rows).mean()
    for figure, target in replays.TARGETS[protocol].items():
        assert mean[figure] <= target if figure == "loss" else mean[figure] >= target, (figure, mean[figure])
