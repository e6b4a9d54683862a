"""The table of agreement says which answers count as which, and shows the answers as given beside it."""

from __future__ import annotations

import re

from prismake.panel.agreement import many
from prismake.panel.decisions import answer_to, decide
from prismake.panel.disagreements import disagreements
from prismake.protocol.forms import Choice, Field, Form
from prismake.report.agreement import agreement_rows, disagreement_rows

GIVEN = {
    "anna": ["include", "maybe", "exclude", "include", "exclude", "maybe"],
    "ben": ["include", "include", "exclude", "exclude", "exclude", "maybe"],
}


def test_an_answer_that_counts_as_another_is_named_and_the_three_way_figure_follows():
    merge = {"maybe": "include"}
    field = {
        "label": "Decision",
        **many(GIVEN, merge=merge, categories=["include", "exclude"]).to_dict(),
        "as_answered": many(GIVEN, categories=["include", "exclude", "maybe"]).to_dict(),
        "merged": merge,
    }
    two, three = agreement_rows([{"title": "Title and abstract", "fields": {"decision": field}}])
    assert two["question"] == "Decision (maybe counts as include)"
    assert three["question"] == "Decision (each answer by itself)"
    # by hand: 5 of 6 agree and (4 * 3 + 2 * 3) / 36 is expected; each by itself 4 of 6 and (4 + 6 + 2) / 36
    assert two["kappa"].startswith("0.67") and three["kappa"].startswith("0.50")


def test_a_question_whose_answers_count_as_they_are_has_one_row():
    field = {"label": "Decision", **many(GIVEN).to_dict()}
    (row,) = agreement_rows([{"title": "Full text", "fields": {"decision": field}}])
    assert row["question"] == "Decision"


def choice(name: str, when: tuple[str, str] | None = None, answers: str = "include exclude maybe") -> Field:
    choices = [Choice(each, settles_as="include" if each == "maybe" else "") for each in answers.split()]
    return Field(name, name, "choice", tuple(choices), when=when)


def test_who_disagreed_adds_up_to_the_table_of_agreement():
    """Pairs of answers that are listed are those that do not agree, and each is settled, open or no longer asked."""
    first, second = choice("decision"), choice("reason", ("decision", "exclude"), "population outcome")
    form = Form("full_text", "Full text", "reports", "", (), (first, second))
    answers = {
        "a": ({"decision": "include"}, {"decision": "exclude", "reason": "outcome"}, {}),
        "b": ({"decision": "exclude", "reason": "population"}, {"decision": "exclude", "reason": "outcome"}, {}),
        "c": (
            {"decision": "exclude", "reason": "population"},
            {"decision": "exclude", "reason": "outcome"},
            {"decision": "include"},
        ),
        "d": ({"decision": "maybe"}, {"decision": "include"}, {}),
    }
    given = {item: {"anna": anna, "ben": ben} for item, (anna, ben, _) in answers.items()}
    by_reviewer = {who: {item: given[item][who] for item in given} for who in ("anna", "ben")}
    consensus = {item: settled for item, (_, _, settled) in answers.items() if settled}
    decisions = decide(form, sorted(given), by_reviewer, consensus)
    for question in form.fields:
        entries = disagreements(form, question, decisions, ["anna", "ben"])
        merge = {"maybe": "include"} if question is first else None
        told = {who: [answer_to(form, question, given[item][who]) for item in sorted(given)] for who in by_reviewer}
        field = {
            **many(told, merge=merge).to_dict(),
            "label": question.label,
            "kind": "choice",
            "disagreements": entries,
        }
        (pair,) = field["pairs"]
        rows = disagreement_rows([{"title": "Full text", "fields": {question.name: field}}])
        assert sum(row["n"] for row in rows) == round(pair["n"] * (1 - pair["observed"]))
        for row in rows:
            assert sum(map(int, re.findall(r"\((\d+)\)", row["settled"]))) == row["n"]
    assert any("no longer asked (1)" in row["settled"] for row in rows), "c was included after all"
