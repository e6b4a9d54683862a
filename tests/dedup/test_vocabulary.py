"""Words of titles counted as numbers are those counted one by one."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from prismake.dedup.vocabulary import Vocabulary

WORDS = ["a", "bc", "abc", "äöü", "日本", "the", "der", "x1", "zebra", "𝒳𝒳𝒳", "tumor"]
TITLES = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=12)


@settings(max_examples=60)
@given(TITLES)
def test_words_are_counted_once_a_title(titles: list[str]):
    counted = Counter(word for title in titles for word in set(title.split()))
    words = Vocabulary.of(np.array(titles, dtype=object))
    assert words.words.tolist() == sorted(counted)
    assert words.in_several(1) == counted
    assert words.in_several(3) == {word: number for word, number in counted.items() if number > 2}
    assert words.count({"the", "der"}).tolist() == [
        sum(word in ("the", "der") for word in title.split()) for title in titles
    ]


@settings(max_examples=60)
@given(TITLES)
def test_the_rarest_words_are_those_of_the_fewest_titles(titles: list[str]):
    counted = Counter(word for title in titles for word in set(title.split()))
    number = {word: place for place, word in enumerate(sorted(counted))}
    for title, rarest in zip(titles, Vocabulary.of(np.array(titles, dtype=object)).rarest(3).tolist(), strict=True):
        useful = sorted((counted[word], word) for word in set(title.split()) if counted[word] > 1 and len(word) > 2)
        expected = sorted(number[word] for _, word in useful[:3])
        assert rarest == [-1] * (3 - len(expected)) + expected
