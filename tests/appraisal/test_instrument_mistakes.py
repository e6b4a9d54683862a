"""Instruments that contradict themselves are refused when they are loaded, each mistake with its line."""

from __future__ import annotations

import re

import pytest
from prismake.core.errors import FormError
from prismake.protocol.instruments import load_instrument, score

STARS = """\
instrument: mine
title: Our scale
source: our protocol
domains:
  - { name: d, label: Design, maximum: 3 }
items:
  - id: Q1
    domain: d
    question: Good?
    answers:
      - { value: a, text: good, stars: 2 }
      - { value: b, text: fair, stars: 1 }
      - { value: c, text: bad, stars: 0 }
  - id: Q2
    domain: d
    question: Blind?
    answers: [{ value: yes, text: blind, stars: 1 }, { value: no, text: open, stars: 0 }]
overall:
  total:
    words: { high: 2, low: 0 }
"""

JUDGED = """\
instrument: mine
title: Our tool
source: our protocol
judgements: [low, unclear, high]
answers: [yes, no, unclear]
domains:
  - name: A
    label: Allocation
    rules:
      - { if: { 1: yes }, then: low }
      - { if: { 1: no, 2: yes }, then: unclear }
      - { if: { 1: no, 2: [no, unclear] }, then: high }
      - { if: { 1: unclear }, then: unclear }
  - { name: B, label: Blinding }
items:
  - { id: 1, domain: A, question: Concealed? }
  - { id: 2, domain: A, question: Tampered with?, if: { 1: no } }
  - { id: 3, domain: B, question: Blind? }
overall: { worst: { note: The worst domain counts. } }
"""

# what is changed into what, the line that is named, and words of the sentence
MISTAKES = {
    "no YAML": (STARS, "{ name: d, label: Design, maximum: 3 }", "{ name: d, label: Design", 6, "not YAML"),
    "an unknown key": (STARS, "title: Our scale", "title: Our scale\nmaximum: 9", 3, "“maximum” is not known here"),
    "no source": (STARS, "source: our protocol\n", "", 1, "“source” is missing"),
    "stars in words": (STARS, "stars: 2", "stars: two", 11, "whole number"),
    "a key twice": (STARS, "    question: Good?", "    question: Good?\n    question: Fine?", 10, "“question” is there twice"),
    "another name than its file": (STARS, "instrument: mine", "instrument: yours", 1, "called “yours”"),
    "an id twice": (STARS, "id: Q2", "id: Q1", 14, "there twice"),
    "an answer twice": (STARS, "value: b,", "value: a,", 10, "answer “a” twice"),
    "an unknown domain": (STARS, "  - id: Q2\n    domain: d", "  - id: Q2\n    domain: e", 15, "is in the domain “e”"),
    "a domain without items": (STARS, "maximum: 3 }", "maximum: 3 }\n  - { name: e, label: Empty, maximum: 0 }", 6, "domain e has no items"),
    "a maximum that is none": (STARS, "maximum: 3", "maximum: 4", 5, "at most 4 stars, its items give 3"),
    "a hole between bands": (STARS, "{ high: 2, low: 0 }", "{ high: 3, low: 0-1 }", 20, "a total of 2 gets no word"),
    "bands that overlap": (STARS, "{ high: 2, low: 0 }", "{ high: 2-3, low: 0-2 }", 20, "a total of 2 gets two words, high and low"),
    "a band out of reach": (STARS, "{ high: 2, low: 0 }", "{ top: 5, high: 2, low: 0 }", 20, "no total leads to “top”"),
    "no answers": (JUDGED, "answers: [yes, no, unclear]\n", "", 15, "item 1 has no answers"),
    "a forward condition": (JUDGED, "question: Concealed? }", "question: Concealed?, if: { 3: yes } }", 16, "comes later"),
    "a condition on itself": (JUDGED, "if: { 1: no } }", "if: { 2: no } }", 17, "asked after itself"),
    "a condition on nothing": (JUDGED, "if: { 1: no } }", "if: { 9: no } }", 17, "item 9, which does not exist"),
    "a condition on an answer that there is not": (JUDGED, "if: { 1: no } }", "if: { 1: never } }", 17, "answer “never” of item 1"),
    "an item out of reach": (JUDGED, "question: Blind? }", "question: Blind?, if: { 1: yes, 2: yes } }", 18, "no path of answers leads to item 3"),
    "a hole in the rules": (JUDGED, "      - { if: { 1: unclear }, then: unclear }\n", "", 9, "no rule covers 1 unclear"),
    "rules that overlap": (JUDGED, "{ if: { 1: unclear }, then: unclear }", "{ if: { 1: [unclear, yes] }, then: unclear }", 9, "overlap for 1 yes"),
    "a rule that fits no path": (JUDGED, "{ if: { 1: unclear }, then: unclear }", "{ if: { 1: unclear }, then: unclear }\n      - { if: { 1: yes, 2: yes }, then: low }", 14, "rule 5 of domain A fits no path"),
    "a judgement that there is not": (JUDGED, "then: high", "then: awful", 12, "leads to “awful”"),
    "a rule on an item that there is not": (JUDGED, "{ if: { 1: yes }, then: low }", "{ if: { 7: yes }, then: low }", 10, "names item 7"),
    "a rule on an answer that there is not": (JUDGED, "{ if: { 1: yes }, then: low }", "{ if: { 1: Y }, then: low }", 10, "answer “Y” of item 1"),
    "stars and judgements": (JUDGED, "{ id: 3, domain: B, question: Blind? }", "{ id: 3, domain: B, question: Blind?, answers: [{ value: a, text: b, stars: 1 }, { value: c, text: d }] }", 4, "gives stars and has judgements"),
    "a reserved name": (JUDGED, "{ name: B, label: Blinding }", "{ name: B, label: Blinding }\n  - { name: total, label: Sum }", 15, "cannot be called “total”"),
    "a judgement without a word for robvis": (JUDGED, "overall:", "robvis: { tool: Generic, words: { low: Low, high: High } }\noverall:", 19, "no word for the judgement “unclear”"),
    "a domain of no other instrument": (JUDGED, "{ name: B, label: Blinding }", "{ from: nos_cohort, domain: D9 }", 14, "has no domain “D9”"),
}  # fmt: skip
THRESHOLDS = (
    "  ahrq:\n    poor: {{ any: {{ d: {} }} }}\n    good: {{ all: {{ d: 3 }} }}\n    fair: {{ all: {{ {}: {} }} }}\n"
)


@pytest.fixture
def own(tmp_path):
    """Writes an instrument into the review's own folder and loads it."""

    def load(text: str, name: str = "mine"):
        path = tmp_path / "config" / "instruments" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return load_instrument(name, tmp_path)

    return load


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_its_line(own, mistake):
    text, old, new, line, words = MISTAKES[mistake]
    assert old in text
    with pytest.raises(FormError) as error:
        own(text.replace(old, new, 1))
    said = str(error.value)
    assert "config/instruments/mine.yaml" in said
    sentences = re.findall(r"line (\d+): (.*)", said)
    assert any(int(number) == line and words in sentence for number, sentence in sentences), said


def test_without_mistakes_they_load_and_count(own):
    assert score(own(STARS), {"Q1": "b", "Q2": "no"}).overall == "low quality"
    assert score(own(STARS), {"Q1": "a", "Q2": "no"}).overall == "high quality"
    judged = score(own(JUDGED), {"1": "no", "2": "unclear", "3": "yes"})
    assert judged.proposals == {"A": "high"}  # the whole waits for the judgement of the other domain


def test_all_mistakes_of_a_file_are_named_at_once(own):
    hole = JUDGED.replace("      - { if: { 1: unclear }, then: unclear }\n", "")
    with pytest.raises(FormError, match=r"(?s)2 problems.*line 9: .*incomplete.*line 17: no path"):
        own(hole.replace("question: Blind? }", "question: Blind?, if: { 1: yes, 2: yes } }"))


@pytest.mark.parametrize(
    ("poor", "domain", "fair", "words"),
    [
        (0, "d", 2, "1 combinations of domain stars get no word, for instance d 1"),
        (1, "d", 1, "1 combinations of domain stars get two words, for instance d 1: poor and fair"),
        (0, "e", 1, "the thresholds name the domain e"),
    ],
)
def test_thresholds_give_every_combination_one_word(own, poor, domain, fair, words):
    assert score(own(STARS + THRESHOLDS.format(0, "d", 1)), {"Q1": "b", "Q2": "no"}, overall="ahrq").overall == "fair"
    with pytest.raises(FormError, match=words):
        own(STARS + THRESHOLDS.format(poor, domain, fair))


def test_a_name_that_the_package_uses_is_refused(own):
    with pytest.raises(FormError, match="prismake already has an instrument “nos_cohort”"):
        own(STARS.replace("mine", "nos_cohort"), "nos_cohort")


def test_a_file_that_is_changed_is_read_again(own):
    assert own(STARS).title == "Our scale"
    assert own(STARS.replace("Our scale", "Our new scale")).title == "Our new scale"


def test_an_instrument_that_there_is_not_says_where_it_would_lie(tmp_path):
    with pytest.raises(FormError, match=r"config/instruments/theirs\.yaml"):
        load_instrument("theirs", tmp_path)
