"""How many of the planted errors bare numbers could show at all: each kind found by a test that knows the kind.

    python tests/benchmarks/extraction/bound.py [--folder FOLDER] [--seed N]

For each kind, the test compares a row as typed with the same row after the slip has been undone, on everything that one
row says beside the other studies (effect, sizes, spreads, levels), as a likelihood ratio under normal distributions
fitted to the other studies. It may ask about 5 % of the clean studies for this kind alone, with a limit that is chosen
on the tables that are reported. The checks have to share one limit of 5 % among all kinds and do not know the kind, so
that these shares are more than they can reach.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

import planted_errors as planted
from prismake.extraction.checks.arithmetic import effect
from prismake.extraction.extracted import Outcome

Row = Mapping[str, float]
Features = dict[str, tuple[float, float]]  # by name: a number that studies share, and its sampling variance
ALARMS = 0.05
UNITS = (10, 1000, 7, 12, 1 / 10, 1 / 7, 1 / 12)


def features(row: Row) -> Features:
    """What one row says that can be compared with the other studies."""
    made: Features = {}
    for name, make in _MAKERS[planted.kind_of(row)].items():
        try:
            point = make(row)
        except (ValueError, ZeroDivisionError):
            continue
        if point is not None and point[1] >= 0:
            made[name] = point
    return made


def _of(measure: str, arm: str = "") -> Callable[[Row], tuple[float, float] | None]:
    def make(row: Row) -> tuple[float, float] | None:
        values = {"events": row[f"events{arm}"], "total": row[f"total{arm}"]} if arm else row
        return effect(Outcome("", measure, {}), values, 95)

    return make


def _log(part: str, variance: Callable[[Row], float] = lambda row: 0.0) -> Callable[[Row], tuple[float, float]]:
    return lambda row: (math.log(abs(row[part])), variance(row))


def _log_ratio(first: str, second: str, variance: Callable[[Row], float]) -> Callable[[Row], tuple[float, float]]:
    return lambda row: (math.log(row[first] / row[second]), variance(row))


_MAKERS: dict[str, dict[str, Callable[[Row], tuple[float, float] | None]]] = {
    "one arm": {"rate": _of("PLO"), "size": _log("total")},
    "two arms": {
        "effect": _of("OR"),
        "rate1": _of("PLO", "1"),
        "rate2": _of("PLO", "2"),
        "sizes": _log_ratio("total1", "total2", lambda row: 1 / row["total1"] + 1 / row["total2"]),
    },
    "means": {
        "effect": _of("MD"),
        "standardised": _of("SMD"),
        "sizes": _log_ratio("n1", "n2", lambda row: 1 / row["n1"] + 1 / row["n2"]),
        "spreads": _log_ratio("sd1", "sd2", lambda row: 0.5 / (row["n1"] - 1) + 0.5 / (row["n2"] - 1)),
        "spread1": _log("sd1", lambda row: 0.5 / (row["n1"] - 1)),
        "spread2": _log("sd2", lambda row: 0.5 / (row["n2"] - 1)),
        "level1": _log("mean1"),
        "level2": _log("mean2"),
        "mean1": lambda row: (row["mean1"], row["sd1"] ** 2 / row["n1"]),
        "mean2": lambda row: (row["mean2"], row["sd2"] ** 2 / row["n2"]),
    },
}


def squares(own: Features, others: list[Features]) -> dict[str, float]:
    """By feature, the squared distance from the other studies, in variances of a prediction."""
    result = {}
    for name, (value, variance) in own.items():
        rest = [other[name] for other in others if name in other]
        if len(rest) >= 4:
            middle = median(x for x, _ in rest)
            spread = (1.4826 * median(abs(x - middle) for x, _ in rest)) ** 2
            between = max(0.0, spread - median(v for _, v in rest)) + variance + 1e-9
            result[name] = min((value - middle) ** 2 / between, 100.0)
    return result


def undone(row: Row, error: str) -> Iterator[Row]:
    """The rows from which this error could have made the row."""
    arms = [name[-1] if name[-1] in "12" else "" for name in row if name.startswith(("events", "sd"))]
    if error == "arms exchanged":
        yield {f"{name[:-1]}{3 - int(name[-1])}": value for name, value in row.items()}
    elif error == "sign":
        yield {name: -value if name.startswith("mean") else value for name, value in row.items()}
    elif error == "SE for SD":
        for chosen in ([arm] for arm in arms), [arms]:
            for some in chosen:
                yield {**row, **{f"sd{arm}": row[f"sd{arm}"] * math.sqrt(row[f"n{arm}"]) for arm in some}}
    elif error == "unit":
        for factor in UNITS:
            yield {name: value if name[0] == "n" else value / factor for name, value in row.items()}
    elif error == "percentage for count":
        for arm in arms:
            yield {**row, f"events{arm}": float(round(row[f"events{arm}"] * row[f"total{arm}"] / 100))}
    elif error == "digit doubled or dropped":
        for name in row:
            if name[:4] in ("even", "tota", "mean"):
                yield from ({**row, name: value} for value in _other_digits(row[name]))


def _other_digits(value: float) -> Iterator[float]:
    """The numbers from which a digit typed twice or left out could have made a value."""
    text = repr(value).removesuffix(".0")
    for place, sign in enumerate(text):
        if sign.isdigit() and text[place + 1 : place + 2] == sign:
            yield float(text[:place] + text[place + 1 :])
        yield from (float(text[:place] + digit + text[place:]) for digit in "0123456789" if sign.isdigit())
    yield from (float(text + digit) for digit in "0123456789")


def score(row: Row, rest: list[Features], others: list[Row], error: str) -> float:
    """How much more likely the row is with the slip undone; where nothing can be undone, how far it lies."""
    if any(row[f"events{arm}"] > row[f"total{arm}"] for arm in ("", "1", "2") if f"events{arm}" in row):
        return math.inf
    if error == "zero for not reported":
        return _none_expected(row, others)
    typed = squares(features(row), rest)
    furthest = max(typed.values(), default=0.0)
    best = furthest if error == "total of another set" else -math.inf
    for other in undone(row, error):
        if any(other[f"events{arm}"] > other[f"total{arm}"] for arm in ("", "1", "2") if f"events{arm}" in other):
            continue
        now = squares(features(other), rest)
        best = max(best, sum(typed[name] - now[name] for name in typed.keys() & now.keys()))
    return best


def _none_expected(row: Row, others: list[Row]) -> float:
    arms = [name[6:] for name in row if name.startswith("events")]
    if any(row[f"events{arm}"] for arm in arms):
        return -math.inf
    rates = [[(other[f"events{arm}"] + 0.5) / (other[f"total{arm}"] + 1) for arm in arms] for other in others]
    chances = [
        math.prod((1 - rate) ** row[f"total{arm}"] for rate, arm in zip(own, arms, strict=True)) for own in rates
    ]
    return -math.log(max(sum(chances) / len(chances), 1e-300))


def measure(chosen: Mapping[str, list[planted.Study]], seed: int) -> None:
    all_reached = all_wrong = 0
    for error, (plant, possible) in planted.KINDS.items():
        clean, wrong = [], []
        for title, table in chosen.items():
            for name in dict.fromkeys(name for study in table for name in study):
                rows: list[Row] = [study[name] for study in table if name in study]
                if planted.kind_of(rows[0]) not in possible or len(rows) < 5:
                    continue
                every = [features(row) for row in rows]
                rest = [every[:place] + every[place + 1 :] for place in range(len(rows))]
                others = [rows[:place] + rows[place + 1 :] for place in range(len(rows))]
                clean += [score(row, rest[place], others[place], error) for place, row in enumerate(rows)]
                for turn in range(planted.ROUNDS):
                    rng = random.Random(f"{seed}/{title}/{name}/{error}/{turn}")
                    place = rng.randrange(len(rows))
                    texts = {part: repr(value) for part, value in rows[place].items()}
                    before = dict(texts)
                    plant(texts, rng)
                    if texts != before:
                        now = {part: float(text) for part, text in texts.items()}
                        wrong.append(score(now, rest[place], others[place], error))
        limit = sorted(clean)[math.ceil((1 - ALARMS) * len(clean)) - 1]
        reached = sum(value > limit for value in wrong)
        all_reached, all_wrong = all_reached + reached, all_wrong + len(wrong)
        print(f"  {error:28} {reached:4} of {len(wrong):4}  {reached / len(wrong):6.1%}")
    print(f"  {'all':28} {all_reached:4} of {all_wrong:4}  {all_reached / all_wrong:6.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, help="tables of one's own; all of them are reported")
    parser.add_argument("--seed", type=int, default=planted.SEED)
    options = parser.parse_args()
    every = planted.tables(options.folder) if options.folder else planted.published()
    measure(every if options.folder else planted.half_of(every, tuning=False), options.seed)


if __name__ == "__main__":
    main()
