"""Words of titles counted as numbers are those counted one by one."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from prismake.dedup import vocabulary
from prismake.dedup.vocabulary import Vocabulary

WORDS = ["a", "bc", "abc", "äöü", "日本", "the", "der", "x1", "zebra", "𝒳𝒳𝒳", "tumor"]
TITLES = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=12)


@settings(max_examples=60)
@given(TITLES)
def test_words_are_counted_once_a_title(titles: list[str]):
    counted = Counter(word for title in titles for word in set(title.split()))
    words = Vocabulary.of(pa.array(titles, pa.large_string()))
    assert words.words.to_pylist() == sorted(counted)
    assert words.in_several(1) == counted
    assert words.in_several(3) == {word: number for word, number in counted.items() if number > 2}


@settings(max_examples=60)
@given(TITLES)
def test_the_rarest_words_are_those_of_the_fewest_titles(titles: list[str]):
    counted = Counter(word for title in titles for word in set(title.split()))
    number = {word: place for place, word in enumerate(sorted(counted))}
    for title, rarest in zip(
        titles, Vocabulary.of(pa.array(titles, pa.large_string())).rarest(3).tolist(), strict=True
    ):
        useful = sorted((counted[word], word) for word in set(title.split()) if counted[word] > 1 and len(word) > 2)
        expected = sorted(number[word] for _, word in useful[:3])
        assert rarest == [-1] * (3 - len(expected)) + expected


@settings(max_examples=30)
@given(TITLES)
def test_stretches_of_titles_are_counted_together(titles: list[str]):
    column = pa.array(titles, pa.large_string())
    whole, size = Vocabulary.of(column), vocabulary._STRETCH
    vocabulary._STRETCH = 3
    try:
        stretched = Vocabulary.of(pa.chunked_array([column.slice(0, 2), column.slice(2)], pa.large_string()))
        assert stretched.in_several(1) == whole.in_several(1)
        assert stretched.rarest(2).tolist() == whole.rarest(2).tolist()
    finally:
        vocabulary._STRETCH = size
