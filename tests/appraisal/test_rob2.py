"""RoB 2: what the rules in the form propose, over every combination of answers.

The expected judgements are worked out here from the decision tables of the tool (Sterne et al., BMJ 2019;366:l4898, and
its guidance of 22 August 2019), written down once more as plain conditions. Y stands for yes and probably yes, N for no
and probably no.
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from pathlib import Path

import prismake
import pytest
from prismake.protocol.instrument_model import holds
from prismake.protocol.instruments import load_instrument, on_path

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "instruments"
Y, N, NI, NA = "Y", "N", "NI", "NA"
LOW, SOME, HIGH = "low", "some concerns", "high"
RANK = [LOW, SOME, HIGH]


def d1(q1, q2, q3):
    if q2 == N or (q2 == NI and q3 == Y):
        return HIGH
    return SOME if q2 == NI or q1 == N or q3 == Y else LOW


def d2_deviations(q1, q2, q3, q4, q5):
    if (q1 == N and q2 == N) or q3 == N:
        return LOW
    if q3 == NI or q4 == N or q5 == Y:
        return SOME
    return HIGH


def d2_analysis(q6, q7):
    if q6 == Y:
        return LOW
    return SOME if q7 == N else HIGH


def d2_adherence(q1, q2, q3, q4, q5, q6):
    trouble = (not (q1 == N and q2 == N) and q3 in (N, NI)) or q4 in (Y, NI) or q5 in (Y, NI)
    if not trouble:
        return LOW
    return SOME if q6 == Y else HIGH


def d3(q1, q2, q3, q4):
    if Y in (q1, q2) or q3 == N:
        return LOW
    return SOME if q4 == N else HIGH


def d4(q1, q2, q3, q4, q5):
    if Y in (q1, q2):
        return HIGH
    base = LOW if q2 == N else SOME
    if N in (q3, q4):
        return base
    return SOME if q5 == N else HIGH


def d5(q1, q2, q3):
    if Y in (q2, q3):
        return HIGH
    if NI in (q2, q3):
        return SOME
    return LOW if q1 == Y else SOME


THREE = (Y, N, NI)
FOUR = (Y, N, NI, NA)
# form, domain, part of it, items, their answers, expected judgement, and how many combinations lead to what
DOMAINS = {
    "D1": ("rob2", "D1", 0, "1.1 1.2 1.3", [THREE] * 3, d1, (4, 11, 12)),
    "D2_assignment_part1": ("rob2", "D2", 0, "2.1 2.2 2.3 2.4 2.5", [THREE] * 5, d2_deviations, (99, 112, 32)),
    "D2_assignment_part2": ("rob2", "D2", 1, "2.6 2.7", [THREE] * 2, d2_analysis, (3, 2, 4)),
    "D2_adherence": (
        *("rob2_adherence", "D2", 0, "2.1 2.2 2.3 2.4 2.5 2.6"),
        *([THREE, THREE, FOUR, FOUR, FOUR, THREE], d2_adherence, (240, 496, 992)),
    ),
    "D3": ("rob2", "D3", 0, "3.1 3.2 3.3 3.4", [THREE, (Y, N), THREE, THREE], d3, None),
    "D4": ("rob2", "D4", 0, "4.1 4.2 4.3 4.4 4.5", [THREE] * 5, d4, None),
    "D5": ("rob2", "D5", 0, "5.1 5.2 5.3", [THREE] * 3, d5, None),
}


def proposed(form: str, domain: str, part: int, answers: dict[str, str]) -> str:
    """The proposal of one part of a domain."""
    scale = load_instrument(form)
    counted = on_path(scale.items, answers)
    rules = scale.details[domain].parts[part]
    words = {rule.then for rule in rules if holds(rule.condition, counted)}
    assert len(words) == 1, (answers, words)
    return words.pop()


@pytest.mark.parametrize("table", DOMAINS)
def test_every_combination_of_answers(table):
    form, domain, part, names, answers, expected, counts = DOMAINS[table]
    items = names.split()
    found = Counter()
    for combination in itertools.product(*answers):
        judgement = proposed(form, domain, part, dict(zip(items, combination, strict=True)))
        assert judgement == expected(*combination), combination
        found[judgement] += 1
    if counts:
        assert tuple(found[word] for word in RANK) == counts


def test_probably_counts_as_certain():
    scale = load_instrument("rob2")
    weaker = {Y: "PY", N: "PN", NI: NI}
    for combination in itertools.product(THREE, repeat=3):
        plain = dict(zip(("1.1", "1.2", "1.3"), combination, strict=True))
        other = {item: weaker[answer] for item, answer in plain.items()}
        assert (
            prismake.score(scale, plain).proposals["D1"]
            == prismake.score(scale, other).proposals["D1"]
            == d1(*combination)
        )


def test_the_second_domain_takes_the_worse_of_its_parts():
    answers = {"2.1": N, "2.2": N, "2.6": NI, "2.7": Y}
    assert prismake.score("rob2", answers).proposals["D2"] == HIGH
    assert prismake.score("rob2", answers | {"2.6": Y}).proposals["D2"] == LOW


ALL_LOW = {
    **{"result": "yes", "1.1": Y, "1.2": Y, "1.3": N, "2.1": N, "2.2": N, "2.6": Y, "3.1": Y},
    **{"4.1": N, "4.2": N, "4.3": N, "5.1": Y, "5.2": N, "5.3": N},
}


def test_the_whole_is_the_worst_domain_and_two_concerns_stay_some_concerns():
    assert prismake.score("rob2", ALL_LOW).proposals == dict.fromkeys(("D1", "D2", "D3", "D4", "D5", "overall"), LOW)
    some = prismake.score("rob2", ALL_LOW | {"1.1": N, "5.1": N}).proposals
    assert (some["D1"], some["D5"], some["overall"]) == (SOME, SOME, SOME)
    assert prismake.score("rob2", ALL_LOW | {"5.2": Y}).proposals["overall"] == HIGH


def test_the_whole_follows_what_people_judged_and_is_never_written_for_them():
    judged = prismake.score("rob2", ALL_LOW | {"D3": HIGH})
    assert (judged.proposals["D3"], judged.judgements, judged.proposals["overall"]) == (LOW, {"D3": HIGH}, HIGH)
    assert judged.overall == ""


def test_answers_beside_the_path_count_for_nothing_and_are_named():
    judged = prismake.score("rob2", ALL_LOW | {"3.3": Y, "3.4": Y})
    assert judged.proposals["D3"] == LOW
    assert judged.idle == ("3.3", "3.4")
    assert set(judged.not_asked) == {"2.3", "2.4", "2.5", "2.7", "3.2", "3.3", "3.4", "4.4", "4.5"}
    assert judged.unanswered == ()


def test_not_applicable_beside_a_question_that_is_asked_leaves_it_open():
    judged = prismake.score("rob2", ALL_LOW | {"3.1": N, "3.2": NA})
    assert judged.unanswered[0] == "3.2"
    assert "D3" not in judged.proposals


@pytest.mark.parametrize(
    ("form", "without"),
    [("rob2_crossover", {"DS", "D5"}), ("rob2_cluster", {"D1b", "D2", "D3", "D4"}), ("robins_i", None), ("robins_i_v2", None), ("quadas2", None)],
)  # fmt: skip
def test_nothing_is_proposed_where_no_algorithm_could_be_checked(form, without):
    details = load_instrument(form).details
    assert {name for name, domain in details.items() if not domain.parts} == (without or set(details))


def asked_in_the_draft(**answers: str) -> set[str]:
    form = load_instrument("robins_i_v2")
    off = prismake.score(form, {"result": "yes"} | answers).not_asked
    return {item.id for item in form.items} - set(off) - {"result"}


def test_the_draft_of_robins_i_asks_by_variant_and_stops_where_the_result_is_critical():
    """Numbers and conditions of the draft of 20 November 2025, in which parts B and C4 decide on what is asked."""
    assigned = asked_in_the_draft(B1="Y", B3="N", C4="N")
    adhering = asked_in_the_draft(B1="N", B2="PN", B3="PN", C4="Y")
    first = {"1A.1", "1A.2", "1A.3", "1A.4"}, {"1B.1", "1B.2", "1B.3", "1B.4", "1B.5"}
    others = {f"{domain}.{n}" for domain, last in {2: 5, 3: 8, 4: 11, 5: 3, 6: 4}.items() for n in range(1, last + 1)}
    assert assigned == {"B1", "B3", "C4"} | first[0] | others
    assert adhering == {"B1", "B2", "B3", "C4"} | first[1] | others
    assert asked_in_the_draft(B1="N", B2="Y", B3="N") == {"B1", "B2", "B3"}
    assert asked_in_the_draft(B1="Y", B3="PY") == {"B1", "B3"}


@pytest.mark.parametrize(
    ("given", "not_asked"),
    [
        ({"1A.1": "SN"}, {"1A.2", "1A.3"}),
        ({"2.1": "Y"}, {"2.2", "2.3"}),
        ({"2.1": "N", "2.2": "PY"}, {"2.3"}),
        ({"3.1": "WN", "3.3": "N"}, {"3.2", "3.4", "3.5", "3.6", "3.7", "3.8"}),
        ({"3.1": "SN", "3.3": "NI", "3.6": "Y"}, {"3.2", "3.4", "3.5", "3.7", "3.8"}),
        ({"4.1": "Y", "4.2": "PY", "4.3": "Y"}, {f"4.{n}" for n in range(4, 12)}),
        ({"4.1": "Y", "4.2": "N", "4.3": "Y", "4.4": "Y", "4.5": "N"}, {f"4.{n}" for n in range(6, 12)}),
        ({"4.1": "N", "4.2": "Y", "4.3": "Y", "4.4": "N", "4.7": "Y", "4.8": "Y", "4.9": "Y"}, {"4.5", "4.6", "4.10", "4.11"}),
        ({"5.2": "N"}, {"5.3"}),
    ],
)  # fmt: skip
def test_the_draft_of_robins_i_asks_only_on_the_path_taken(given, not_asked):
    started = {"B1": "Y", "B3": "N", "C4": "N"}
    assert asked_in_the_draft(**started) - asked_in_the_draft(**started, **given) == not_asked


@pytest.mark.parametrize("table", DOMAINS)
def test_truth_tables_of_the_reference(table):
    path = SHARED / f"rob2_truth_{table}.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the reference tables lie beside the project")
    form, domain, part, *_ = DOMAINS[table]
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            judgement = row.pop("judgement")
            assert proposed(form, domain, part, row) == judgement, row
