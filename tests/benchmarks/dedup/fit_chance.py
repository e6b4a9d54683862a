"""Fit the probability that a pair is one report on the shared labelled sets, and say how it does out of sample.

    python tests/benchmarks/dedup/fit_chance.py [--write] [--floor 0.07] [--sets ...]

The pairs are those that no rule has merged and that are no linked reports, of each set as it is and of each set after
what exports do to half of the records (`DAMAGE`: columns and values gone, initials, names run together, subtitles
missing). The model is logistic with a ridge penalty; pairs of the sets as they are weigh more, as the share of true
pairs among them is that of real searches.

First each set is left out in turn: the model is fitted on the others and makes the queue of the set that was left out.
Printed are, for the set as it is and after each damage, the pairs in the queue, how many of them are true, and the
duplicates that neither rules nor queue find; then a table of calibration over all sets that were left out. With
``--write`` the model is fitted on all sets and written to ``workflow/models/duplicates.json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from out_of_sample import initials, thinned, without
from prismake.dedup import chance
from prismake.dedup.block import candidates
from prismake.dedup.closer import closer
from prismake.dedup.decided import decided
from prismake.dedup.find import conclude
from prismake.dedup.portions import compared
from prismake.dedup.prepare import prepare
from scipy.special import expit
from shared_sets import SETS, groups, load

FILE = Path(__file__).parents[3] / "workflow/models/duplicates.json"
_RIDGE = 2.0  # in units of one pair; the intercept is not penalised
_AS_IT_IS = 3.0  # weight of a pair of a set as it is
_WHOLE = "as it is"
_SHARE = 0.015  # of the records: the longest queue


def _glued(authors: str) -> str:
    return initials(authors).replace(",", "").replace(" and ", "")


def _main_title(title: str) -> str:
    head = title.split(":", maxsplit=1)[0].split(". ", maxsplit=1)[0]
    return head if len(head) > 20 else title


def _in_half(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def changed(table: pd.DataFrame) -> pd.DataFrame:
        half = np.random.default_rng(2).random(len(table)) < 0.5
        return pd.concat([table[~half], change(table[half])]).sort_index()

    return changed


def _column(name: str, change: Callable[[str], str]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{name: table[name].map(change)})


DAMAGE: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    _WHOLE: lambda t: t,
    "no DOI, no abstract": lambda t: without(t, ("doi", "url", "abstract")),
    "no pages in half": _in_half(lambda t: without(t, ("pages",))),
    "no volume and issue in half": _in_half(lambda t: without(t, ("volume", "issue"))),
    "names run together in half": _in_half(_column("authors", _glued)),
    "no subtitle in half": _in_half(_column("title", _main_title)),
    "20 % of all values gone": lambda t: thinned(t, 0.2),
}
_OF_LARGE_SETS = (_WHOLE, "no subtitle in half", "20 % of all values gone")


@dataclass
class Sample:
    """The open pairs of one table, and what is needed to count what a queue of them finds."""

    name: str
    damage: str
    records: int
    x: np.ndarray  # features
    true: np.ndarray  # bool
    between: np.ndarray  # shape (pairs, 2): the clusters of either side
    always: np.ndarray  # bool: asked whatever the probability, as a rule would merge and a veto forbids
    parts: list[list[int]]  # the clusters of each true group

    @classmethod
    def of(cls, name: str, damage: str) -> Sample:
        table = DAMAGE[damage](load(name))
        paper = {record: members[0] for members in groups(name) for record in members}
        p = prepare(table)
        comparison = decided(p, compared(p, *candidates(p)))
        q, d = comparison.pairs, comparison.decisions
        found = conclude(comparison).clusters
        cluster = pd.Series(pd.factorize(found["report_id"])[0], index=found["record_id"])
        titled = table.loc[~table["title"].str.strip().isin(["", "#NAME?"]), "record_id"]
        ids = p.record_id[p.source_row]
        a, b = cluster[ids[q.a]].to_numpy(), cluster[ids[q.b]].to_numpy()
        kept = np.flatnonzero((a != b) & (d.link == "") & ~d.final & chance.open_to_question(q))
        truth = np.array([paper.get(i, i) for i in ids], dtype=object)
        of_group = {}
        for record in titled[titled.isin(paper)]:
            of_group.setdefault(paper[record], set()).add(int(cluster[record]))
        return cls(
            name, damage, len(table), chance.features(*closer(p, q))[kept], truth[q.a[kept]] == truth[q.b[kept]],
            np.column_stack([a[kept], b[kept]]), d.doubted[kept], [sorted(v) for v in of_group.values()],
        )  # fmt: skip


def fit(samples: list[Sample]) -> tuple[float, np.ndarray]:
    """Intercept and coefficients by Newton's method on the penalised likelihood."""
    x = np.column_stack([np.ones(sum(len(s.x) for s in samples)), np.concatenate([s.x for s in samples])])
    y = np.concatenate([s.true for s in samples]).astype(float)
    weight = np.concatenate([np.full(len(s.x), _AS_IT_IS if s.damage == _WHOLE else 1.0) for s in samples])
    penalty = np.diag([0.0] + [_RIDGE] * (x.shape[1] - 1))
    beta = np.zeros(x.shape[1])
    for _ in range(100):
        mu = expit(x @ beta)
        gradient = x.T @ (weight * (y - mu)) - penalty @ beta
        step = np.linalg.solve((x * (weight * mu * (1 - mu))[:, None]).T @ x + penalty, gradient)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[0]), beta[1:]


def probabilities(sample: Sample, intercept: float, beta: np.ndarray) -> np.ndarray:
    return expit(intercept + sample.x @ beta)


def queue(sample: Sample, probability: np.ndarray, floor: float) -> tuple[int, int, int]:
    """Pairs asked, true ones among them, and the duplicates that stay apart although rules and queue are through."""
    asked: dict[tuple, bool] = {}
    longest = max(20, int(_SHARE * sample.records))
    for k in np.lexsort((np.arange(len(probability)), -probability)):
        if (probability[k] >= floor or sample.always[k]) and len(asked) < longest:
            asked.setdefault(tuple(sorted(sample.between[k])), bool(sample.true[k]))
    left = 0
    for parts in sample.parts:
        root = {part: part for part in parts}

        def find(part: int, root: dict[int, int] = root) -> int:
            while root[part] != part:
                part = root[part]
            return part

        for i, one in enumerate(parts):
            for other in parts[i + 1 :]:
                if (one, other) in asked:
                    root[find(one)] = find(other)
        left += len({find(part) for part in parts}) - 1
    return len(asked), sum(asked.values()), left


def leave_one_out(samples: list[Sample], sets: list[str], floors: list[float]) -> None:
    """Print what each set gets from a model that has not seen it."""
    pooled = []
    for name in sets:
        intercept, beta = fit([s for s in samples if s.name != name])
        for sample in (s for s in samples if s.name == name):
            chances = probabilities(sample, intercept, beta)
            missed = sum(len(parts) - 1 for parts in sample.parts)
            told = []
            for floor in floors:
                asked, true, left = queue(sample, chances, floor)
                told.append(
                    f"from {floor:.2f}: {asked:5,} ({asked / sample.records:.2%}) true {true:5,} left {left:4,}"
                )
            print(f"{name:18} {sample.damage:28} missed by rule {missed:5,} | {' | '.join(told)}", flush=True)
            if sample.damage == _WHOLE:
                pooled.append((chances, sample.true))
    chances, true = (np.concatenate(column) for column in zip(*pooled, strict=True))
    print("\nCalibration, sets as they are, each by a model of the others: probability, pairs, mean, share true")
    edges = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0001]
    for low, high in itertools.pairwise(edges):
        inside = (chances >= low) & (chances < high)
        if inside.any():
            print(
                f"  {low:.2f} to {min(high, 1):.2f}  {inside.sum():7,}  {chances[inside].mean():.3f}  {true[inside].mean():.3f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--floor", type=float, default=0.07)
    parser.add_argument("--write", action="store_true", help="fit on all sets and write the coefficients")
    options = parser.parse_args()
    chance.model()["coefficients"] = dict.fromkeys(chance.NAMES, 0.0)  # what was fitted before is not looked at
    samples = [
        Sample.of(name, damage)
        for name in options.sets
        for damage in (_OF_LARGE_SETS if name == "depression" else DAMAGE)
    ]
    leave_one_out(samples, options.sets, sorted({options.floor, 0.05, 0.1}))
    intercept, beta = fit(samples)
    print("\nFitted on all sets")
    for name, value in zip(("intercept", *chance.NAMES), (intercept, *beta), strict=True):
        print(f"  {name:32} {value:7.3f}")
    if options.write:
        fitted = {
            "fitted_by": "python tests/benchmarks/dedup/fit_chance.py --write",
            "fitted_on": {name: [s.damage for s in samples if s.name == name] for name in options.sets},
            "pairs": int(sum(len(s.x) for s in samples)),
            "true_pairs": int(sum(s.true.sum() for s in samples)),
            "method": f"logistic regression, ridge penalty {_RIDGE}, pairs of sets as they are count {_AS_IT_IS:.0f} times",
            "floor": options.floor,
            "intercept": round(intercept, 4),
            "coefficients": dict(zip(chance.NAMES, np.round(beta, 4).tolist(), strict=True)),
        }
        FILE.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
