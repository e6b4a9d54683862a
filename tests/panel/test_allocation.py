"""Batches, calibration and the split of work, without files: what is handed out never moves, and the counts add up."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.panel.allocation import (
    BATCH,
    CALIBRATION,
    Allocation,
    Answered,
    Scheme,
    add_batch,
    allocation_in_sheets,
    current_rows,
    next_batch,
    updated,
)
from prismake.panel.assignment import Load, Split, share_out

TEAM = ("anna", "ben", "carl")


class Stage:
    """A stage as the workflow sees it at each run: a queue, a protocol, and who has answered what."""

    def __init__(self, items: int, **scheme: object) -> None:
        self.queue = [f"r{number:03d}" for number in range(items)]
        self.scheme = Scheme(Split(TEAM, seed=7), **scheme)
        self.done: dict[str, set[str]] = {}
        self.begun: dict[str, set[str]] = {}
        self.former_ids: dict[str, str] = {}
        self.allocation = Allocation()

    def split(self, *team: str, **how: object) -> None:
        self.scheme = replace(self.scheme, split=Split(team or self.scheme.split.team, seed=7, **how))

    def run(self) -> dict[str, tuple[str, ...]]:
        """One run of the workflow: reviewers by item, in the order of handing out."""
        answered = Answered({item: self.done.get(item, set()) | who for item, who in self._begun().items()}, self.done)
        queue = sorted(self.queue)
        self.allocation = updated(self.allocation, self.scheme, queue, self.former_ids, answered)
        what = next_batch(self.allocation, self.scheme, queue, self.former_ids, answered)
        if what.size:
            self.allocation = add_batch(self.allocation, self.scheme, queue, what)
        self.allocation = Allocation.from_dict(json.loads(json.dumps(self.allocation.to_dict())))  # kept and read again
        rows = current_rows(self.allocation, set(queue), self.former_ids)
        return {item: one.rows[name] for item, (one, name) in rows.items()}

    def _begun(self) -> dict[str, set[str]]:
        return {item: self.begun.get(item, set()) for item in {*self.begun, *self.done}}

    def answer(self, *items: str, who: tuple[str, ...] = ()) -> None:
        """Those who were asked (or ``who``) answer these items, or all that are handed out."""
        asked = dict(self.allocation.items())
        for item in items or asked:
            self.done.setdefault(item, set()).update(who or asked[item])


def test_everything_at_once_to_everyone_is_the_default():
    stage = Stage(5)
    assert stage.run() == dict.fromkeys(stage.queue, TEAM)
    stage.queue.append("a-later-one")
    assert list(stage.run())[-1] == "a-later-one"


def test_the_next_batch_follows_when_everyone_has_read_the_last():
    stage = Stage(12, batch=5)
    first = stage.run()
    assert list(first) == stage.queue[:5]
    stage.answer(*stage.queue[:5], who=("anna", "ben"))
    assert stage.run() == first, "carl has not read it"
    stage.answer()
    assert list(stage.run()) == stage.queue[:10]
    stage.answer()
    assert list(stage.run()) == stage.queue
    assert [one.number for one in stage.allocation.batches] == [1, 2, 3]
    stage.answer()
    before = stage.allocation.to_dict()
    stage.run()
    assert stage.allocation.to_dict() == before, "nothing is left to hand out"


def test_a_batch_that_was_not_full_is_filled_up():
    stage = Stage(3, batch=5)
    stage.run()
    stage.queue += ["s1", "s2", "s3", "s4"]
    assert list(stage.run()) == ["r000", "r001", "r002", "s1", "s2"]
    assert [one.number for one in stage.allocation.batches] == [1, 1]
    assert list(stage.run()) == ["r000", "r001", "r002", "s1", "s2"]
    stage.answer()
    assert list(stage.run())[5:] == ["s3", "s4"]


def test_calibration_comes_first_goes_to_all_and_holds_back_the_rest():
    stage = Stage(40, batch=10, calibration=6, kappa=0.6)
    stage.split(per_record=2)
    sample = stage.run()
    assert len(sample) == 6
    assert set(sample.values()) == {TEAM}
    assert list(sample) != sorted(stage.queue)[:6], "a random sample"
    again = Stage(40, batch=10, calibration=6)
    assert list(again.run()) == list(sample), "by seed"
    stage.answer()
    stage.allocation.batches[0].kappa = 0.59
    assert stage.run() == sample, "kappa is too low"
    stage.allocation.batches[0].kappa = 0.6
    rows = stage.run()
    assert len(rows) == 16
    assert Counter(map(len, rows.values())) == {3: 6, 2: 10}


def test_people_can_go_on_before_the_sample_is_read_and_after_a_low_kappa():
    stage = Stage(40, batch=10, calibration=6)
    stage.run()
    stage.scheme = replace(stage.scheme, passed=True)
    assert len(stage.run()) == 16
    stage.answer(*list(stage.run())[6:])
    assert len(stage.run()) == 26, "rows of the sample that are open hold nobody up"
    stage.scheme = replace(stage.scheme, passed=False)
    stage.answer()
    assert len(stage.run()) == 36, "the team has gone on"


def test_one_more_sample_is_judged_when_people_ask_for_it():
    stage = Stage(40, calibration=6)
    stage.run()
    stage.scheme = replace(stage.scheme, calibration=10)
    assert len(stage.run()) == 6, "the first sample is read to its end"
    stage.answer()
    stage.allocation.batches[0].kappa = 0.2
    assert len(stage.run()) == 10
    assert [one.kind for one in stage.allocation.batches] == [CALIBRATION, CALIBRATION]
    stage.answer()
    stage.allocation.batches[1].kappa = 0.9
    assert len(stage.run()) == 40


def test_two_of_three_are_balanced_and_every_pair_meets():
    stage = Stage(90)
    stage.split(per_record=2)
    rows = stage.run()
    assert Counter(who for people in rows.values() for who in people) == dict.fromkeys(TEAM, 60)
    pairs = Counter(rows.values())
    assert set(map(len, pairs)) == {2} and len(pairs) == 3
    assert max(pairs.values()) - min(pairs.values()) <= 1
    assert all(list(people) == [who for who in TEAM if who in people] for people in rows.values())


@given(st.integers(0, 60), st.integers(1, 6), st.integers(1, 6), st.integers(0, 5), st.integers(1, 25))
def test_shares_never_differ_by_more_than_one_over_all_batches(items, people, each, seed, batch):
    team = tuple("abcdef"[:people])
    split, load = Split(team, per_record=min(each, people), seed=seed), Load()
    names = [f"r{number}" for number in range(items)]
    shared: dict[str, tuple[str, ...]] = {}
    for start in range(0, items, batch):
        shared |= share_out(names[start : start + batch], split, load)
    counts = Counter(who for chosen in shared.values() for who in chosen)
    assert all(len(set(chosen)) == min(each, people) for chosen in shared.values())
    assert max((counts[who] for who in team), default=0) - min((counts[who] for who in team), default=0) <= 1


@given(st.integers(1, 80), st.floats(0.01, 0.99), st.integers(1, 30))
def test_the_sample_that_is_checked_has_its_share_at_every_moment(items, share, batch):
    split, load, checked = Split(TEAM, check=share, seed=3), Load(), 0
    names = [f"r{number}" for number in range(items)]
    for start in range(0, items, batch):
        made = share_out(names[start : start + batch], split, load)
        assert all(people[0] == "anna" for people in made.values())
        checked += sum(len(people) == 2 for people in made.values())
        so_far = min(start + batch, items)
        assert share * so_far - 1e-6 <= checked < share * so_far + 1


def test_rows_stay_with_their_reviewers_when_records_and_reviewers_come():
    stage = Stage(20)
    stage.split(per_record=2)
    first = stage.run()
    stage.queue += [f"a{number}" for number in range(20)]  # sorted before the others
    second = stage.run()
    assert {item: second[item] for item in first} == first
    stage.split(*TEAM, "dora", per_record=2)
    stage.queue += [f"b{number}" for number in range(20)]
    third = stage.run()
    assert {item: third[item] for item in second} == second
    new = Counter(who for item, people in third.items() if item not in second for who in people)
    assert new == dict.fromkeys((*TEAM, "dora"), 10)


def test_who_leaves_passes_on_what_is_unread_and_nothing_else():
    stage = Stage(30)
    stage.split(per_record=2)
    first = stage.run()
    carls = [item for item, people in first.items() if "carl" in people]
    stage.answer(*carls[:8], who=("carl",))
    stage.split("anna", "ben", "dora", per_record=2)
    second = stage.run()
    for item, people in first.items():
        if item in carls[8:]:
            assert set(people) - {"carl"} < set(second[item]) and "carl" not in second[item]
        else:
            assert second[item] == people
    assert all(len(people) == 2 for people in second.values())
    assert sum("dora" in people for people in second.values()) == len(carls) - 8, "who is new has the fewest rows"
    assert stage.run() == second


def test_a_reviewer_who_is_taken_out_by_mistake_finds_everything_as_it_was():
    stage = Stage(6)
    stage.split("anna", "ben")
    first = stage.run()
    stage.answer("r000", "r001", who=("anna",))
    stage.split("anna")
    stage.run()
    stage.split("anna", "ben")
    assert stage.run() == first


def test_who_joins_is_asked_about_what_nobody_has_judged():
    stage = Stage(6)
    stage.split("anna", "ben")
    stage.run()
    stage.answer("r000", who=("anna", "ben"))
    stage.answer("r001", who=("ben",))
    stage.split(*TEAM)
    rows = stage.run()
    assert rows["r000"] == rows["r001"] == ("anna", "ben")
    assert {rows[item] for item in stage.queue[2:]} == {TEAM}


def test_the_rows_of_a_study_stay_together():
    stage = Stage(0, by_study=True)
    stage.queue = [f"s{study}|nos|{item}" for study in range(6) for item in range(4)]
    stage.split(per_record=2)
    rows = stage.run()
    by_study = {study: {rows[item] for item in rows if item.startswith(f"s{study}|")} for study in range(6)}
    assert all(len(people) == 1 for people in by_study.values())
    assert Counter(who for people in by_study.values() for who in next(iter(people))) == dict.fromkeys(TEAM, 4)
    stage.queue += ["s3|nos|extra"]
    assert {stage.run()["s3|nos|extra"]} == by_study[3]


def test_stopping_leaves_unread_what_was_unread_then_and_nothing_that_comes_later():
    stage = Stage(12, batch=5)
    stage.run()
    stage.answer(*stage.queue[:3])
    stage.answer("r003", who=("anna",))
    stage.scheme = replace(stage.scheme, stop="2026-05-01, anna and ben")
    stage.run()
    assert stage.allocation.stopped == stage.queue[4:]
    stage.queue += ["new1", "new2"]
    stage.answer("r003")
    assert list(stage.run())[-2:] == ["new1", "new2"], "what a later search brings is read"
    assert stage.allocation.stopped == [f"r{number:03d}" for number in range(4, 12)]
    stage.scheme = replace(stage.scheme, stop="")
    stage.answer("new1", "new2", "r004")
    stage.run()
    assert stage.allocation.stopped == []


def test_a_record_that_joined_another_keeps_its_place_and_reviewers():
    stage = Stage(6)
    stage.split(per_record=2)
    first = stage.run()
    stage.queue = ["earlier" if item == "r003" else item for item in stage.queue]
    stage.former_ids = {"r003": "earlier"}
    second = stage.run()
    assert list(second) == [*stage.queue[:3], "earlier", *stage.queue[4:]]
    assert second["earlier"] == first["r003"]
    stage.queue.remove("r005")  # a vanished record takes nothing with it
    assert "r005" not in stage.run()
    stage.queue.append("r005")
    assert stage.run()["r005"] == first["r005"]


def test_records_that_arrive_are_marked_for_the_advice_on_stopping():
    stage = Stage(8, batch=4)
    stage.run()
    assert stage.allocation.arrived == 0
    stage.answer()
    stage.run()
    assert stage.allocation.arrived == 0
    stage.queue.append("new")
    stage.run()
    assert stage.allocation.arrived == 8


def test_a_review_without_this_record_is_taken_as_its_sheets_are():
    rows = {"anna": ["r2", "r1"], "ben": ["r1"]}
    everyone = allocation_in_sheets(rows, Scheme(Split(("anna", "ben"))), ("anna", "ben"))
    assert dict(everyone.items()) == {"r2": ("anna", "ben"), "r1": ("anna", "ben")}
    shared = allocation_in_sheets(rows, Scheme(Split(("anna", "ben"), per_record=1)), ("anna", "ben"))
    assert dict(shared.items()) == {"r2": ("anna",), "r1": ("anna", "ben")}
    assert allocation_in_sheets({}, Scheme(Split(("anna",))), ()) == Allocation()


@given(st.data())
def test_whatever_happens_no_row_is_lost_or_taken_back(data):
    """Random runs, answers, arrivals and changes of the protocol: rows only come, answered ones keep who answered."""
    stage = Stage(data.draw(st.integers(0, 12)), batch=data.draw(st.sampled_from([0, 1, 4])))
    seen: list[str] = []
    for step in range(data.draw(st.integers(1, 8))):
        rows = stage.run()
        assert list(rows)[: len(seen)] == seen, "rows keep their places"
        seen = list(rows)
        assert set(rows) | set(stage.allocation.waiting) == set(stage.queue)
        assert not set(rows) & set(stage.allocation.waiting)
        for item, who in stage.done.items():
            assert who <= set(rows[item]), "who has answered stays"
        assert all(len(set(people)) == len(people) > 0 for people in rows.values())
        answer = data.draw(st.lists(st.sampled_from(seen), unique=True)) if seen else []
        for item in answer:
            some = [who for who in rows[item] if who in stage.scheme.split.team]
            stage.answer(item, who=tuple(data.draw(st.lists(st.sampled_from(some), min_size=1)))) if some else None
        stage.queue += [f"n{step}-{number}" for number in range(data.draw(st.integers(0, 3)))]
        team = tuple(data.draw(st.lists(st.sampled_from("anna ben carl dora".split()), min_size=1, unique=True)))
        how = data.draw(st.sampled_from([{}, {"per_record": 1}, {"per_record": 2}, {"check": 0.3}]))
        stage.split(*team, **(how if len(team) > 1 else {}))


@pytest.mark.parametrize("batch", [0, 3])
def test_each_round_tells_its_order_and_batch(batch):
    stage = Stage(3, batch=batch, order="relevance")
    stage.run()
    assert [(one.kind, one.order, one.number) for one in stage.allocation.batches] == [(BATCH, "relevance", 1)]
