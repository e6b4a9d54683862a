"""Errors planted into published tables that were typed as extraction sheets: how many the checks find, and how often
they ask about a study that is right.

    python tests/benchmarks/extraction/planted_errors.py [--tune] [--folder FOLDER] [--seed N]

Tables: those of the R package metadat that have raw numbers (`tables.R`), or, with `--folder`, CSV files of one's own:
`events, total`, `events1, total1, events2, total2` or `mean1, sd1, n1, mean2, sd2, n2`, one row per study. Each is typed
twice: *bare*, its numbers alone, and *as printed*, with what reports print beside them: percentages to one decimal,
the effect (odds ratio or mean difference) with its 95 % interval to two decimals or three figures, and whom the study
favours; these are computed from the clean numbers. The thresholds of the checks were chosen on the odd tables of the
alphabet (`--tune`); the even ones are reported. An error counts as found when its row has a finding that the clean row
has not; a false alarm is a study of a clean table with any finding.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from prismake.extraction.checks import findings
from prismake.extraction.checks.arithmetic import critical, effect
from prismake.extraction.extracted import Column, Outcome, extraction_of

SEED, ROUNDS = 20_251_129, 12  # rounds: errors of each kind in each table that can have it
HERE = Path(__file__).parent
FAVOURS = ("Favours first", "Favours second")
Row = dict[str, float]
Texts = dict[str, str]


def kind_of(row: Row) -> str:
    return "one arm" if "events" in row else "two arms" if "events1" in row else "means"


MEASURES = {"one arm": "PLO", "two arms": "OR", "means": "MD"}
PARTS = {
    "one arm": ("events", "total"),
    "two arms": ("events1", "total1", "events2", "total2"),
    "means": ("mean1", "sd1", "n1", "mean2", "sd2", "n2"),
}
PRINTED = {
    "one arm": ("percent",),
    "two arms": ("percent1", "percent2", "effect", "lower", "upper", "favours"),
    "means": ("effect", "lower", "upper", "favours"),
}


def outcome(kind: str, *, printed: bool) -> Outcome:
    checks = {name: name for name in PRINTED[kind]} if printed else {}
    return Outcome("outcome", MEASURES[kind], {name: name for name in PARTS[kind]}, checks, favours=FAVOURS)


def three_figures(value: float) -> str:
    return f"{value:.2f}" if 0.1 <= abs(value) < 100 else f"{value:.3g}"


def typed(row: Row, kind: str, *, printed: bool) -> Texts:
    """A study as a person types it from a report."""
    texts = {name: repr(row[name]) for name in PARTS[kind]}
    if not printed:
        return texts
    for arm in ("", "1", "2"):
        if f"events{arm}" in row:
            texts[f"percent{arm}"] = f"{100 * row[f'events{arm}'] / row[f'total{arm}']:.1f}"
    own = effect(outcome(kind, printed=False), row, 95)
    if own and kind != "one arm":
        yi, half = own[0], critical(95) * math.sqrt(own[1])
        ends = [math.exp(x) if kind == "two arms" else x for x in (yi, yi - half, yi + half)]
        texts |= dict(zip(("effect", "lower", "upper"), map(three_figures, ends), strict=True))
        texts["favours"] = FAVOURS[0 if yi < 0 else 1] if yi else "NR"
    return {name: repr(float(text)) if name != "favours" else text for name, text in texts.items()}


def number(row: Texts, name: str) -> float:
    return float(row[name])


def se_for_sd(row: Texts, rng: random.Random) -> None:
    for arm in rng.choice((("1",), ("2",), ("1", "2"))):
        row[f"sd{arm}"] = repr(round(number(row, f"sd{arm}") / math.sqrt(number(row, f"n{arm}")), 2) or 0.01)


def digit(row: Texts, rng: random.Random) -> None:
    """A digit of a number typed twice, or left out."""
    names = [name for name in row if name[:4] in ("even", "tota", "mean") and number(row, name)]
    name = rng.choice(names)
    text = repr(number(row, name)).removesuffix(".0")
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    place = rng.choice(places)
    twice = len(places) == 1 or rng.random() < 0.5
    text = text[:place] + text[place] * 2 + text[place + 1 :] if twice else text[:place] + text[place + 1 :]
    row[name] = repr(float(text))


def exchanged(row: Texts, rng: random.Random) -> None:
    """All that belongs to one arm typed for the other one; the effect and its words stay."""
    for name in [name for name in row if name.endswith("1")]:
        other = f"{name[:-1]}2"
        row[name], row[other] = row[other], row[name]


def sign(row: Texts, rng: random.Random) -> None:
    for arm in "12":
        row[f"mean{arm}"] = repr(-number(row, f"mean{arm}"))


def unit(row: Texts, rng: random.Random) -> None:
    factor = rng.choice((10, 1000, 7, 12, 1 / 10, 1 / 7, 1 / 12))
    for name in ("mean1", "sd1", "mean2", "sd2"):
        row[name] = repr(float(f"{number(row, name) * factor:.4g}"))


def percentage_for_count(row: Texts, rng: random.Random) -> None:
    arm = rng.choice([name[6:] for name in row if name.startswith("events")])
    row[f"events{arm}"] = repr(float(round(100 * number(row, f"events{arm}") / number(row, f"total{arm}"))))


def other_total(row: Texts, rng: random.Random) -> None:
    """The people assigned for those analysed, or the other way round: 3 to 25 % more or fewer."""
    names = [name for name in row if name.startswith("total")]
    factor = 1 + rng.choice((1, -1)) * rng.uniform(0.03, 0.25)
    for name in names:
        value = number(row, name)
        new = round(value * factor)
        row[name] = repr(float(new if new != value else value + 1))


def zero_for_not_reported(row: Texts, rng: random.Random) -> None:
    """The report has no number, and therefore no percentage either; the effect of two arms is not printed."""
    arms = [name[6:] for name in row if name.startswith("events")]
    for arm in arms:
        row[f"events{arm}"] = "0.0"
        row.pop(f"percent{arm}", None)
    for name in ("effect", "lower", "upper", "favours"):
        row.pop(name, None)


KINDS: dict[str, tuple[Callable[[Texts, random.Random], None], tuple[str, ...]]] = {
    "SE for SD": (se_for_sd, ("means",)),
    "digit doubled or dropped": (digit, ("one arm", "two arms", "means")),
    "arms exchanged": (exchanged, ("two arms", "means")),
    "sign": (sign, ("means",)),
    "unit": (unit, ("means",)),
    "percentage for count": (percentage_for_count, ("one arm", "two arms")),
    "total of another set": (other_total, ("one arm", "two arms")),
    "zero for not reported": (zero_for_not_reported, ("one arm", "two arms")),
}


def found(rows: list[Texts], kind: str, *, printed: bool) -> set[tuple[str, str]]:
    """(row, check) of everything that is found in a table."""
    names = [*PARTS[kind], *(PRINTED[kind] if printed else ())]
    columns = [Column(name, name, "text" if name == "favours" else "number") for name in names]
    answers = {f"s{place:03d}": row for place, row in enumerate(rows)}
    extraction = extraction_of(columns, answers, {}, [outcome(kind, printed=printed)])
    return {(finding.item, finding.check) for finding in findings(extraction)}


def tables(folder: Path) -> dict[str, list[Row]]:
    read = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            rows = [{key: float(value) for key, value in row.items() if key != "study"} for row in csv.DictReader(file)]
        read[path.stem] = [
            row for row in rows if all(value > 0 for key, value in row.items() if key[:3] in ("tot", "sd1"))
        ]
    return read


def published() -> dict[str, list[Row]]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["Rscript", str(HERE / "tables.R"), folder], check=True)
        return tables(Path(folder))


def measure(chosen: dict[str, list[Row]], seed: int, *, printed: bool) -> None:
    planted: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    alarmed = studies = 0
    for name, table in chosen.items():
        kind = kind_of(table[0])
        clean = [typed(row, kind, printed=printed) for row in table]
        usual = found(clean, kind, printed=printed)
        alarmed += len({item for item, _ in usual})
        alarms.update(check for _, check in usual)
        studies += len(clean)
        for error, (plant, kinds) in KINDS.items():
            for turn in range(ROUNDS if kind in kinds else 0):
                rng = random.Random(f"{seed}/{name}/{error}/{turn}")
                place = rng.randrange(len(clean))
                row = dict(clean[place])
                plant(row, rng)
                if row == clean[place]:
                    continue
                now = found([*clean[:place], row, *clean[place + 1 :]], kind, printed=printed)
                planted[error] += 1
                seen[error] += any(item == f"s{place:03d}" for item, _ in now - usual)
    print(f"{'as printed' if printed else 'bare'}: {len(chosen)} tables, {studies} studies")
    for error, number_of in planted.items():
        print(f"  {error:28} {seen[error]:4} of {number_of:4}  {seen[error] / number_of:6.1%}")
    total = planted.total()
    print(f"  {'all':28} {seen.total():4} of {total:4}  {seen.total() / total:6.1%}")
    rate = f"1 in {studies / alarmed:.0f}" if alarmed else "none"
    print(f"  false alarms: {alarmed} of {studies} clean studies ({rate}) {dict(alarms)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--tune", action="store_true", help="the half on which thresholds were chosen")
    parser.add_argument("--folder", type=Path, help="tables of one's own; all of them are reported")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    every = tables(options.folder) if options.folder else published()
    half = {name: table for place, (name, table) in enumerate(every.items()) if (place % 2 == 0) == options.tune}
    chosen = every if options.folder else half
    print(f"{', '.join(chosen)}; seed {options.seed}")
    for printed in (True, False):
        measure(chosen, options.seed, printed=printed)


if __name__ == "__main__":
    main()
