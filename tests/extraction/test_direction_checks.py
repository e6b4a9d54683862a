"""Studies without pooling: p-values as reports print them, directions against numbers, and statuses of rows."""

from __future__ import annotations

import pytest
from prismake.extraction.checks import findings
from prismake.extraction.extracted import Column, extraction_of, outcomes_of
from prismake.extraction.p_values import p_value_of
from prismake.protocol.config import validated

LEFT, RIGHT = "Favours control", "Favours training"
PROTOCOL = {
    "title": "A",
    "question": "Q",
    "outcomes": {
        "quality": {
            "kind": "without_pooling",
            "measure": "SMD",
            "favours": [LEFT, RIGHT],
            "without_pooling": {
                "reason": "Nine scales.",
                "towards": RIGHT,
                "asks": ["direction", "p_value", "effect", "arms"],
            },
        }
    },
}
ARMS = {"mean1": "10", "sd1": "2", "n1": "20", "mean2": "15", "sd2": "2", "n2": "22"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0.03", (0.03, "=", 2)), ("P < 0.001", (0.001, "<", 2)), ("p=.04", (0.04, "=", 2)), ("0,03", (0.03, "=", 2)),
        ("P value: 0.1", (0.1, "=", 2)), ("p≤0·05", (0.05, "<", 2)), (">0.05", (0.05, ">", 2)), ("NS", (0.05, ">", 2)),
        ("n.s. (one-sided)", (0.05, ">", 1)), ("0.2, 1-tailed", (0.2, "=", 1)), ("4 × 10^−5", (4e-5, "=", 2)),
        ("1.2e-4", (1.2e-4, "=", 2)), ("0.05 two-sided", (0.05, "=", 2)), ("NR", None), ("", None), ("*", None),
        ("0.2-0.3", None), ("significant", None), ("0.03 and 0.04", None),
    ],
)  # fmt: skip
def test_p_values_are_read_as_they_are_printed(text, read):
    assert p_value_of(text) == read


def found(answers: dict[str, str]) -> list[tuple[str, str]]:
    config = validated(PROTOCOL)
    columns = [Column(field["name"], field["label"], field["type"]) for field in config["extraction"]["fields"]]
    cells = {"s": {f"quality_{part}": text for part, text in answers.items()}}
    extraction = extraction_of(columns, cells, {"s": "Study 2001"}, outcomes_of(config["outcomes"]))
    return [(str(finding.grade), finding.what) for finding in findings(extraction)]


@pytest.mark.parametrize(
    ("answers", "grade", "words"),
    [
        ({"p_value": "sig"}, "stop", "which is no p-value; 0.03, <0.001"),
        ({"p_value": "0.000"}, "stop", "no p-value is 0"),
        ({"p_value": "3"}, "stop", "at most 1"),
        ({"direction": "Favours drug"}, "stop", f"this outcome has {LEFT}, {RIGHT}, no difference, conflicting"),
        ({"direction": LEFT, "effect": "0.4"}, "ask", f"the effect of 0.4 lies on the side “{RIGHT}”"),
        ({"direction": RIGHT, **ARMS}, "ask", f"the effect of its numbers lies on the side “{LEFT}”"),
        ({"direction": "no difference", "effect": "0.1", "p_value": "NS"}, "ask", "significant or not"),
        ({"direction": RIGHT, "effect": "0"}, "ask", "the effect of 0 is no effect"),
        ({"effect": "-0.4"}, "note", f"on the side “{LEFT}”, and no direction is extracted"),
        ({"direction": "NR", "effect": "-0.4"}, "note", "no direction is extracted"),
        ({"direction": RIGHT, "effect": "0.4", "lower": "0.1", "upper": "0.7", "p_value": "0.3"}, "ask", "exclude"),
        ({"direction": RIGHT, "effect": "0.4", "lower": "-0.1", "upper": "0.9", "p_value": "<0.01"}, "ask", "include"),
        ({"effect": "0.4", "lower": "0.6", "upper": "0.7"}, "stop", "outside its interval"),
        ({**ARMS, "sd1": "0"}, "stop", "sd1"),
    ],
)
def test_what_contradicts_itself_is_named(answers, grade, words):
    named = found(answers)
    assert any(own == grade and words in what for own, what in named) or (words == "sd1" and named), named


@pytest.mark.parametrize(
    "answers",
    [
        {"direction": RIGHT},
        {"direction": RIGHT, "effect": "0.4", "lower": "0.1", "upper": "0.7", "p_value": "0.009"},
        {"direction": "conflicting", "effect": "0.4"},
        {"direction": LEFT, **ARMS, "p_value": "<0.001"},
        {"direction": RIGHT, "effect": "0.3", "lower": "0.0", "upper": "0.6", "p_value": "0.05"},
        {"direction": "no difference", "p_value": ">0.99"},
    ],
)
def test_what_fits_is_not_asked_about(answers):
    assert found(answers) == []
