"""A study gives way only to one that has a number, through chains and rings, by the rule of the protocol."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.extraction.cohorts import RULES, Candidate, families, gives_way, named_rows, unknown_names

LABELS = {"a": "Fry 2018", "b": "Shah 2020", "c|10 mg": "Lee 2021, 10 mg", "c|20 mg": "Lee 2021, 20 mg"}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Shah 2020", ["b"]),
        (" shah 2020 ", ["b"]),
        ("b", ["b"]),
        ("Lee 2021, 20 mg", ["c|20 mg"]),
        ("Lee 2021", ["c|10 mg", "c|20 mg"]),
        ("c", ["c|10 mg", "c|20 mg"]),
        ("Lee 2022", []),
        ("Fry 2018; shah 2020", ["a", "b"]),
        ("Shah 2020 and Lee 2021", ["b", "c|10 mg", "c|20 mg"]),
        ("Shah 2020; Lee 2022", []),
    ],
)
def test_what_a_cell_names(text, rows):
    assert named_rows(text, LABELS) == rows


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("Lee 2022", ["Lee 2022"]), ("Shah 2020; Lee 2022", ["Lee 2022"]), ("see Shah 2020 and text", ["see Shah 2020 and text"])],
)  # fmt: skip
def test_the_names_of_no_study_are_named(text, unknown):
    assert unknown_names(text, LABELS) == unknown


def people(**sizes):
    return {item: Candidate(size) for item, size in sizes.items()}


@pytest.mark.parametrize(
    ("candidates", "named", "instead"),
    [
        (people(a=20, b=50), {"a": ["b"]}, {"a": "b"}),
        (people(a=20), {"a": ["b"]}, {}),  # b has no number for this outcome
        (people(a=20, c=60), {"a": ["b"], "b": ["c"]}, {"a": "c"}),  # through b, which has none
        (people(a=20, b=50, c=60), {"a": ["b"], "b": ["c"]}, {"a": "c", "b": "c"}),
        (people(a=20, b=50), {"a": ["b"], "b": ["a"]}, {"a": "b"}),  # a ring: the largest stays
        (people(a=20, b=20), {"a": ["b"], "b": ["a"]}, {"b": "a"}),  # a tie: the first id
        (people(a=20, c=10), {"a": ["b"], "b": ["c"], "c": ["a"]}, {"c": "a"}),
        (people(a=20, c=60, d=5), {"a": ["b"], "b": ["a", "c"], "c": ["d"]}, {"a": "d", "c": "d"}),
        (people(a=20, b=50, c=60), {}, {}),
    ],
)
def test_the_usual_rule(candidates, named, instead):
    assert gives_way(candidates, named) == instead


def test_the_largest_set_without_overlap():
    """b overlaps with a and c, which do not overlap with each other: 60 + 60 are more than 100."""
    named = {"a": ["b"], "b": ["c"]}
    assert gives_way(people(a=60, b=100, c=60), named, "largest") == {"b": "c"}
    assert gives_way(people(a=40, b=100, c=40), named, "largest") == {"a": "b", "c": "b"}


def test_the_longest_and_the_most_complete():
    named = {"a": ["b"]}
    candidates = {"a": Candidate(20, 48, 2), "b": Candidate(50, 12, 5)}
    assert gives_way(candidates, named, "longest") == {"b": "a"}
    assert gives_way(candidates, named, "most_complete") == {"a": "b"}


def test_families():
    named = {"a": ["b"], "c": ["d"], "e": ["b"]}
    assert sorted(map(sorted, families(named))) == [["a", "b", "e"], ["c", "d"]]


ITEMS = "abcdefg"
graphs = st.dictionaries(st.sampled_from(ITEMS), st.lists(st.sampled_from(ITEMS), max_size=3, unique=True))
sizes = st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 99).map(lambda size: Candidate(float(size))))


@given(sizes, graphs, st.sampled_from(RULES))
def test_nobody_gives_way_to_a_study_that_is_not_pooled(candidates, graph, rule):
    named = {item: [other for other in others if other != item] for item, others in graph.items()}
    instead = gives_way(candidates, named, rule)
    assert instead.keys() <= candidates.keys()
    assert set(instead.values()) <= candidates.keys() - instead.keys()
    assert not candidates or candidates.keys() - instead.keys()
    if rule != "named":
        kept = candidates.keys() - instead.keys()
        pairs = {(item, other) for item, others in named.items() for other in others}
        assert not any(pair in pairs or pair[::-1] in pairs for pair in combinations(sorted(kept), 2))


@given(sizes, graphs)
def test_no_other_set_without_overlap_is_larger(candidates, graph):
    named = {item: [other for other in others if other != item] for item, others in graph.items()}
    kept = candidates.keys() - gives_way(candidates, named, "largest").keys()
    pairs = {frozenset((item, other)) for item, others in named.items() for other in others}

    def people_in(chosen):
        return sum(candidates[item].size for item in chosen)

    best = max(
        people_in(chosen)
        for count in range(len(candidates) + 1)
        for chosen in combinations(sorted(candidates), count)
        if not any(frozenset(pair) in pairs for pair in combinations(chosen, 2))
    )
    assert people_in(kept) == best
