"""Forms and instruments: what is understood, and what it scores."""

from __future__ import annotations

import itertools

import prismake
import pytest
from prismake.core.errors import FormError
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.protocol.forms import Field, load_form, parse_answer
from prismake.protocol.instruments import load_instrument, row_choices, score
from prismake.protocol.schema import with_defaults

CONFIG = with_defaults({"title": "t", "question": "q"})
DECISION = load_form("title_abstract", CONFIG).field("decision")
COUNT, NUMBER = Field("n", "N", "count"), Field("x", "X", "number")


@pytest.mark.parametrize("stage", PANEL_STAGES)
def test_every_synonym_means_one_answer_only(stage):
    for field in load_form(stage, CONFIG).fields:
        words = [word.casefold() for choice in field.choices for word in {choice.value, *choice.synonyms}]
        assert len(words) == len(set(words))
        assert all(isinstance(word, str) and word not in ("true", "false") for word in words)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ("Include ", "include"),
        ("INCLUDE", "include"),
        ("incl.", "include"),
        ("Y", "include"),
        ("yes", "include"),
        (1, "include"),
        (1.0, "include"),
        (True, "include"),
        ("ja", "include"),
        ("oui", "include"),
        ("sí", "include"),
        ("sim", "include"),
        ("Einschließen", "include"),
        ("no", "exclude"),
        ("Nein", "exclude"),
        ("não", "exclude"),
        (0, "exclude"),
        (False, "exclude"),
        ("?", "maybe"),
        ("vielleicht", "maybe"),
        ("", ""),
        (None, ""),
        ("   ", ""),
        ("inclde", None),
        ("yes or no", None),
        ("2", None),
        ("=include", None),
    ],
)
def test_what_a_decision_cell_means(raw, answer):
    assert parse_answer(DECISION, raw) == answer


@pytest.mark.parametrize(
    ("raw", "answer"),
    [(12, "12"), (12.0, "12"), ("12", "12"), ("NR", "NR"), ("not reported", "NR"), ("", ""), (12.5, None), ("12 of 30", None), ("-3", None), ("12%", None), ("1E5", None)],
)  # fmt: skip
def test_counts_are_whole_numbers_or_not_reported(raw, answer):
    assert parse_answer(COUNT, raw) == answer


@pytest.mark.parametrize(("raw", "answer"), [("0,39", "0.39"), ("−1.5", "-1.5"), (2, "2.0"), ("0.39 (0.2-0.5)", None)])
def test_numbers_with_a_decimal_comma_or_a_minus_sign(raw, answer):
    assert parse_answer(NUMBER, raw) == answer


# Wells et al., Newcastle–Ottawa Scale: nine stars; a cohort without a comparison group cannot earn S2 and C1.
@pytest.mark.parametrize(("name", "maximum"), [("nos_cohort", 9), ("nos_case_control", 9), ("nos_single_arm", 6)])
def test_maxima(name, maximum):
    scale = load_instrument(name)
    assert scale.maximum == maximum
    best = {
        item.id: max(
            row_choices(item), key=lambda answer, item=item: sum(item.answers[a][1] for a in answer.split("+"))
        )
        for item in scale.items
        if not item.not_applicable
    }
    judged = score(name, best)
    assert (judged.total, judged.maximum, judged.overall) == (maximum, maximum, "high quality")


def test_both_answers_of_comparability_give_two_stars():
    assert [score("nos_cohort", {"C1": answer}).stars["C1"] for answer in ("none", "a", "b", "a+b")] == [0, 1, 1, 2]
    assert row_choices(load_instrument("nos_cohort").items[4]) == ("a", "b", "a+b", "none")


def ahrq(selection: int, comparability: int, outcome: int) -> str:
    """The thresholds word for word: poor wins, good needs 3-1-2, the rest is fair."""
    if selection <= 1 or comparability == 0 or outcome <= 1:
        return "poor"
    return "good" if selection >= 3 else "fair"


def test_ahrq_thresholds_for_every_combination_of_stars():
    selection = {0: "cbdb", 1: "abdb", 2: "aadb", 3: "aaab", 4: "aaaa"}
    for stars, comparability, outcome in itertools.product(range(5), range(3), range(4)):
        answers = dict(zip(("S1", "S2", "S3", "S4"), selection[stars], strict=True))
        answers["C1"] = ("none", "a", "a+b")[comparability]
        answers |= dict(zip(("O1", "O2", "O3"), ("dbd", "abd", "aad", "aaa")[outcome], strict=True))
        judged = score("nos_cohort", answers, overall="ahrq")
        assert judged.domains == {"selection": stars, "comparability": comparability, "outcome": outcome}
        assert judged.overall == ahrq(stars, comparability, outcome)


def test_ahrq_is_not_defined_without_a_comparison_group():
    answers = dict.fromkeys(("S1", "S3", "S4", "O1", "O2", "O3"), "a")
    assert score("nos_single_arm", answers, overall="ahrq").overall == "not defined"


def test_unanswered_items_leave_the_word_open():
    judged = score("nos_cohort", {"S1": "a"})
    assert (judged.overall, judged.unanswered) == ("", ("S2", "S3", "S4", "C1", "O1", "O2", "O3"))


def test_wrong_answers_are_all_named():
    with pytest.raises(FormError) as error:
        prismake.score("nos_cohort", {"S1": "e", "S2": "a+b", "X9": "a"})
    assert all(word in str(error.value) for word in ("S1", "S2", "X9", "Allowed: a, b, c, d"))
