"""Does the bound of the advice on stopping hold at its rate?

    python tests/benchmarks/screening/stopping_rate.py [--seeds 3] [--shuffles 200] [--sets NAME ...]

Replays the finished reviews of score.py (see there for where they lie) and asks for advice after every sheet, in
sheets of 100 and in growing sheets (25, 50, 100, 200, ...):

* ranked: in the order of the question and the decisions;
* ranked, no question: sheets of 100 from a random first sheet, ``--seeds`` times a review;
* random: an order that is no better than chance, ``--shuffles`` times a review;
* random tail: ranked until half is read, then at random, the advice resting on the tail alone;
* ranked, then a random tail, at 95 and 80 %: ranked until the last tenth of all records (at least 50) held nothing
  relevant, then as many at random as ``tail_needed`` says. Where that does not reach the target, it goes on the same
  way, the k-th sample at 1/2^k of the error, so that all of them together keep to it.

A look fails when the bound is above the recall truly reached. A 95 % bound may fail in 5 % of looks. Looks into one
review are not independent; *reviews* counts those in which any look failed. The last columns are for those who would
stop as soon as the bound reaches 95 %: how often recall then really was below it, and how much they had read. The
uncorrected bound of the best of all samples (Callaghan & Mueller-Hansen 2020) stands beside ours.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from prismake import rank
from prismake.panel.stopping import most_relevant, stopping_advice, tail_needed
from screening_replay import load, questions, replay, sheet_sizes

_NAMES = {"sheets": "sheets of 100", "doubling": "growing sheets"}


def ranked(name: str, protocol: str, question: str, seed: int = 0) -> list[int]:
    """Labels of a review in reading order."""
    records = load(name)
    items = records[["title", "abstract"]]

    def best_next(decisions: dict[str, str]) -> list[str]:
        return [i for i in rank(items, decisions, question=question, seed=seed).index if i not in decisions]

    return replay(records, protocol, best_next)


def looks(labels: list[int], protocol: str) -> list[int]:
    """How many records are read at each look."""
    ends, read = [], 0
    for size in sheet_sizes(protocol):
        read += size
        if read >= len(labels):
            return ends
        ends.append(read)
    return ends


def best_of_all_samples(labels: list[int], total: int) -> float:
    """The bound without correction, over every sample that starts after a relevant record."""
    found, before, best = sum(labels), 0, 0.0
    for start in [0, *(i + 1 for i, label in enumerate(labels) if label)]:
        size, before = len(labels) - start, sum(labels[:start])
        if size and found:
            best = max(best, found / (before + most_relevant(total - start, size, found - before, 0.05)))
    return best


class Tally:
    """Looks and reviews of one way of reading, for one bound."""

    def __init__(self) -> None:
        self.looks = self.failed = self.reviews = self.any_failed = self.stopped = self.too_early = 0
        self.share_read = 0.0

    def add(self, labels: list[int], ends: list[int], bound) -> None:
        relevant, any_failed, stop = sum(labels), False, None
        for end in ends:
            value, truth = bound(labels[:end]), sum(labels[:end]) / relevant
            failed = value is not None and value > truth + 1e-12
            self.looks += 1
            self.failed += failed
            any_failed |= failed
            if stop is None and value is not None and value >= 0.95 - 1e-12:
                stop = (end, truth)
        self.reviews += 1
        self.any_failed += any_failed
        self.stopped += stop is not None
        self.too_early += stop is not None and stop[1] < 0.95
        self.share_read += stop[0] / len(labels) if stop else 1.0

    def line(self, name: str) -> str:
        return (
            f"{name:44s}{self.looks:7d}{self.failed:7d}{self.failed / self.looks:8.1%}"
            f"{self.any_failed:7d} of {self.reviews:5d}{self.too_early:8d} of {self.stopped:5d}"
            f"{self.share_read / self.reviews:9.1%}"
        )


def simulate(asked: dict[str, str], seeds: int, shuffles: int) -> dict[str, Tally]:
    tallies: dict[str, Tally] = defaultdict(Tally)

    def both(name: str, labels: list[int], protocol: str) -> None:
        total, ends = len(labels), looks(labels, protocol)
        tallies[name].add(labels, ends, lambda seen: stopping_advice(seen, total).recall_lb)
        tallies[f"{name}, best of all samples"].add(labels, ends, lambda seen: best_of_all_samples(seen, total))

    for name, question in sorted(asked.items()):
        for protocol in ("sheets", "doubling"):
            labels = ranked(name, protocol, question)
            both(f"ranked, {_NAMES[protocol]}", labels, protocol)
            if protocol == "sheets":
                random_tail(tallies["random tail"], labels, shuffles)
        for seed in range(seeds):
            both("ranked, no question", ranked(name, "sheets", "", seed), "sheets")
        draws = random.Random(name)
        for repeat in range(shuffles):
            labels = list(load(name)["label_included"]) if repeat == 0 else labels
            draws.shuffle(labels)
            for protocol in ("sheets", "doubling"):
                total, ends, said = len(labels), looks(labels, protocol), f"random, {_NAMES[protocol]}"
                tallies[said].add(labels, ends, lambda seen, n=total: stopping_advice(seen, n).recall_lb)
                if repeat < 10:  # slow, and clear enough
                    tallies[f"{said}, best of all samples"].add(
                        labels, ends, lambda seen, n=total: best_of_all_samples(seen, n)
                    )
    return tallies


def random_tail(tally: Tally, labels: list[int], shuffles: int) -> None:
    half, draws, total = len(labels) // 2, random.Random(1), len(labels)
    for _ in range(shuffles):
        rest = labels[half:]
        draws.shuffle(rest)
        order = labels[:half] + rest
        # One look, at three quarters: the tail is as long as it was planned to be.
        end = (half + total) // 2
        tally.add(order, [end], lambda seen: stopping_advice(seen, total, random_tail=len(seen) - half).recall_lb)


def then_random(labels: list[int], level: float, draws: random.Random) -> tuple[float, float]:
    """The share that is read until a random tail says that 95 % are found, and the recall then."""
    total, quiet = len(labels), max(50, len(labels) // 10)
    read: list[int] = []
    rest, attempt = list(labels), 1
    while rest:
        read, rest = read + rest[:25], rest[25:]
        if len(read) < quiet or any(read[-quiet:]):
            continue
        own = 100 - (100 - level) / 2**attempt
        size = tail_needed(len(rest), sum(read), 0.95, own)
        if size >= len(rest):
            continue  # reading on is as good
        tail = set(draws.sample(range(len(rest)), size))
        read += [rest[place] for place in sorted(tail)]
        rest = [label for place, label in enumerate(rest) if place not in tail]
        if stopping_advice(read, total, random_tail=size, target=0.95, level=own).reached:
            return len(read) / total, sum(read) / sum(labels)
        attempt += 1
    return 1.0, 1.0


def least_read(labels: list[int], level: float) -> float:
    """The share that would be read by somebody who knew the best moment to change to a random tail and its outcome.

    No test of a random tail can need less: every relevant item left is one that the tail could hold.
    """
    total, relevant = len(labels), sum(labels)
    found, best = 0, 1.0
    for read, label in enumerate(labels, start=1):
        found += label
        if found >= 0.95 * relevant:
            best = min(best, (read + tail_needed(total - read, found, 0.95, level)) / total)
    return best


def tails(ways: dict[str, list[int]], shuffles: int) -> None:
    """Print what a random tail after the ranked part costs and how often it stops too early."""
    print(f"\n{'':34s}{'reviews':>9s}{'stopped':>9s}{'too early':>16s}{'read':>8s}{'least possible':>16s}")
    for level in (95, 80):
        stopped = early = 0
        share = 0.0
        for name, labels in ways.items():
            draws = random.Random(name)
            for _ in range(shuffles):
                read, recall = then_random(labels, level, draws)
                share += read
                stopped += read < 1
                early += recall < 0.95
        runs = len(ways) * shuffles
        least = sum(least_read(labels, level) for labels in ways.values()) / len(ways)
        print(
            f"{f'ranked, then a random tail, {level} %':34s}{runs:9d}{stopped:9d}{early:8d}{early / runs:8.1%}"
            f"{share / runs:8.1%}{least:16.1%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--tails", action="store_true", help="the random tail after the ranked part alone")
    parser.add_argument("--sets", nargs="*", help="names of data sets; all by default")
    options = parser.parse_args()
    asked = {name: words for name, words in questions().items() if not options.sets or name in options.sets}
    tails({name: ranked(name, "doubling", question) for name, question in sorted(asked.items())}, options.shuffles)
    if options.tails:
        return
    print(f"{'':44s}{'looks':>7s}{'failed':>7s}{'':8s}{'reviews failed':>15s}{'too early':>17s}{'read':>9s}")
    for name, tally in sorted(simulate(asked, options.seeds, options.shuffles).items()):
        print(tally.line(name))


if __name__ == "__main__":
    main()
