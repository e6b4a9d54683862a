"""Sheets that ask about pairs of records, in which people may type a pair of their own."""

from __future__ import annotations

from hands import Hand
from played import ANSWERS, named, right

PAIRS, MERGES, HALF = "read duplicates", "read merges", "half duplicates"
SAME = "Same report?"


@right(start=PAIRS)
def pairs_sorted_as_a_whole(hand: Hand) -> None:
    hand.sort(hand.table(), 1, down=True)


@named("sorted or moved", start=PAIRS)
def answers_to_pairs_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span(SAME))


@named("sorted or moved", start=MERGES)
def answers_to_merges_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span(SAME))


@named("carries the", start=PAIRS)
def pairs_sorted_alone(hand: Hand) -> None:
    hand.sort(hand.span("Item"), down=True)


@named("carries the", start=PAIRS)
def pairs_filled_down(hand: Hand) -> None:
    """A handle drawn down counts on: no such record was found by a search."""
    hand.put_all("Item", [f"pubmed:000|embase:{n:03d}" for n in range(20, 25)], 4)


@named("B4", start=PAIRS)
def half_of_a_pair_overwritten(hand: Hand) -> None:
    hand.put(hand.cell("Item", 4), "pubmed:002")
    hand.meant[4] = {}


@named("carries the", start=PAIRS)
def one_record_of_a_pair_exchanged(hand: Hand) -> None:
    hand.put(hand.cell("Item", 4), "pubmed:002|embase:077")
    hand.meant[4] = {}


@named("carries the", start=PAIRS)
def a_pair_the_other_way_round(hand: Hand) -> None:
    hand.put(hand.cell("Item", 4), "embase:002|pubmed:002")


@named("pubmed:003", start=PAIRS)
def a_pair_deleted(hand: Hand) -> None:
    hand.delete_rows(5)
    hand.meant[5] = {}


@named("filled down", start=HALF)
def one_answer_for_all_pairs(hand: Hand) -> None:
    hand.put_all(SAME, ["same"] * 12)


@named("not an answer", start=PAIRS)
def a_doubt_about_a_pair(hand: Hand) -> None:
    hand.put(hand.cell(SAME, 3), "same?")
    hand.meant[3]["same"] = "?"


@named("is there twice", start=PAIRS)
def a_pair_typed_that_was_offered(hand: Hand) -> None:
    hand.put("B14", "pubmed:000|embase:000")
    hand.put(hand.cell(SAME, 14), "different")
    hand.meant[2]["same"] = "?"


@right(start=HALF)
def pairs_answered(hand: Hand) -> None:
    for row in range(8, 14):
        word = "different" if ANSWERS[row - 2] == "exclude" else "same"
        hand.put(hand.cell(SAME, row), word)
        hand.meant[row]["same"] = word
