"""Errors planted into published tables that were typed as extraction sheets: how many the checks find, and how often
they ask about a study that is right.

    python tests/benchmarks/extraction/planted_errors.py [--tune] [--bound] [--folder FOLDER] [--seed N]

Tables: those of the R package metadat that have raw numbers (`tables.R`), or, with `--folder`, CSV files of one's own:
`events, total`, `events1, total1, events2, total2` or `mean1, sd1, n1, mean2, sd2, n2`, one row per study; columns of
several outcomes begin with `name.`, and what a study does not report is empty. Each table is typed three times: *bare*,
its numbers alone; *percentages*, with the percentage beside each count, as nearly every report prints it; and *as
printed*, with the effect (odds ratio or mean difference), its 95 % interval and whom the study favours as well. These
are computed from the clean numbers. The thresholds of the checks were chosen on the odd tables of the alphabet
(`--tune`); the even ones are reported. An error counts as found when its row has a finding that the clean row has not;
a false alarm is a study of a clean table with any finding.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from prismake.extraction.checks import findings
from prismake.extraction.checks.arithmetic import critical, effect
from prismake.extraction.checks.grades import Grade
from prismake.extraction.extracted import Column, Outcome, extraction_of

SEED, ROUNDS = 20_251_129, 12  # rounds: errors of each kind in each table that can have it
HERE = Path(__file__).parent
FAVOURS = ("Favours first", "Favours second")
Row = dict[str, float]  # the numbers of an outcome by part
Study = dict[str, Row]  # by outcome; one that a study does not report completely is absent
Texts = dict[str, str]
LEVELS = ("bare", "percentages", "as printed")


def kind_of(row: Mapping[str, float]) -> str:
    return "one arm" if "events" in row else "two arms" if "events1" in row else "means"


MEASURES = {"one arm": "PLO", "two arms": "OR", "means": "MD"}
PARTS = {
    "one arm": ("events", "total"),
    "two arms": ("events1", "total1", "events2", "total2"),
    "means": ("mean1", "sd1", "n1", "mean2", "sd2", "n2"),
}
PERCENTAGES = {"one arm": ("percent",), "two arms": ("percent1", "percent2"), "means": ()}
WHOLE = {
    "one arm": (),
    "two arms": ("effect", "lower", "upper", "favours"),
    "means": ("effect", "lower", "upper", "favours"),
}


def printed_parts(kind: str, level: str) -> tuple[str, ...]:
    if level == "bare":
        return ()
    return PERCENTAGES[kind] if level == "percentages" else (*PERCENTAGES[kind], *WHOLE[kind])


def outcome(name: str, kind: str, level: str) -> Outcome:
    columns = {part: f"{name}.{part}" for part in PARTS[kind]}
    checks = {part: f"{name}.{part}" for part in printed_parts(kind, level)}
    return Outcome(name, MEASURES[kind], columns, checks, favours=FAVOURS)


def three_figures(value: float) -> str:
    return f"{value:.2f}" if 0.1 <= abs(value) < 100 else f"{value:.3g}"


def typed(row: Row, level: str) -> Texts:
    """An outcome of a study as a person types it from a report, by part."""
    kind = kind_of(row)
    texts = {name: repr(row[name]) for name in PARTS[kind]}
    if level == "bare":
        return texts
    for arm in ("", "1", "2"):
        if f"events{arm}" in row:
            texts[f"percent{arm}"] = f"{100 * row[f'events{arm}'] / row[f'total{arm}']:.1f}"
    own = effect(Outcome("", MEASURES[kind], {}), row, 95)
    if level == "as printed" and own and kind != "one arm":
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


def asked_about(studies: list[dict[str, Texts]], kinds: Mapping[str, str], level: str) -> set[tuple[str, str]]:
    """(row, check) of everything that is found in a table."""
    names = [(name, part) for name, kind in kinds.items() for part in (*PARTS[kind], *printed_parts(kind, level))]
    columns = [Column(f"{name}.{part}", part, "text" if part == "favours" else "number") for name, part in names]
    answers = {
        f"s{place:03d}": {f"{name}.{part}": text for name, own in study.items() for part, text in own.items()}
        for place, study in enumerate(studies)
    }
    outcomes = [outcome(name, kind, level) for name, kind in kinds.items()]
    every = findings(extraction_of(columns, answers, {}, outcomes))
    return {(finding.item, finding.check) for finding in every if finding.grade != Grade.NOTE}


def tables(folder: Path) -> dict[str, list[Study]]:
    """The tables of a folder; an outcome without a name in its columns is called ``outcome``."""
    read = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            studies = [_study(row) for row in csv.DictReader(file)]
        read[path.stem] = [study for study in studies if study]
    return read


def _study(cells: Mapping[str, str]) -> Study:
    study: Study = {}
    for heading, text in cells.items():
        name, _, part = heading.rpartition(".")
        if heading != "study" and text:
            study.setdefault(name or "outcome", {})[part] = float(text)
    return {name: row for name, row in study.items() if _possible(row)}


def _possible(row: Row) -> bool:
    if set(row) != set(PARTS.get(kind_of(row), ())):
        return False
    return all(value > 0 for part, value in row.items() if part[:5] in ("total", "sd1", "sd2"))


def published() -> dict[str, list[Study]]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["Rscript", str(HERE / "tables.R"), folder], check=True)
        return tables(Path(folder))


def half_of(every: Mapping[str, list[Study]], *, tuning: bool) -> dict[str, list[Study]]:
    """Every second table of each kind, in the order of the alphabet."""
    seen: Counter[str] = Counter()
    half = {}
    for title, table in every.items():
        kind = kind_of(next(iter(table[0].values())))
        if (seen[kind] % 2 == 0) == tuning:
            half[title] = table
        seen[kind] += 1
    return half


class Measured:
    """Counts of what was planted and found, and of studies that are right and were asked about."""

    def __init__(self) -> None:
        self.planted: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.alarms: Counter[str] = Counter()
        self.alarmed = self.studies = 0

    def shown(self, title: str) -> str:
        lines = [title]
        for error, number_of in sorted(self.planted.items(), key=lambda entry: [*KINDS].index(entry[0])):
            lines.append(f"  {error:28} {self.found[error]:4} of {number_of:4}  {self.found[error] / number_of:6.1%}")
        total = self.planted.total()
        lines.append(f"  {'all':28} {self.found.total():4} of {total:4}  {self.found.total() / total:6.1%}")
        rate = f"1 in {self.studies / self.alarmed:.0f}" if self.alarmed else "none"
        lines.append(f"  false alarms: {self.alarmed} of {self.studies} clean studies ({rate}) {dict(self.alarms)}")
        return "\n".join(lines)


def measure(chosen: Mapping[str, list[Study]], seed: int, level: str) -> Measured:
    result = Measured()
    for title, table in chosen.items():
        kinds = {name: kind_of(row) for study in table for name, row in study.items()}
        clean = [{name: typed(row, level) for name, row in study.items()} for study in table]
        usual = asked_about(clean, kinds, level)
        result.alarmed += len({item for item, _ in usual})
        result.alarms.update(check for _, check in usual)
        result.studies += len(clean)
        for error, (plant, possible) in KINDS.items():
            for turn in range(ROUNDS if set(kinds.values()) & set(possible) else 0):
                rng = random.Random(f"{seed}/{title}/{error}/{turn}")
                place = rng.randrange(len(clean))
                names = [name for name in clean[place] if kinds[name] in possible]
                if not names:
                    continue
                name = rng.choice(names)
                row = dict(clean[place][name])
                plant(row, rng)
                if row == clean[place][name]:
                    continue
                study = {**clean[place], name: row}
                now = asked_about([*clean[:place], study, *clean[place + 1 :]], kinds, level)
                result.planted[error] += 1
                result.found[error] += any(item == f"s{place:03d}" for item, _ in now - usual)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--tune", action="store_true", help="the half on which thresholds were chosen")
    parser.add_argument("--folder", type=Path, help="tables of one's own; all of them are reported")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    every = tables(options.folder) if options.folder else published()
    chosen = every if options.folder else half_of(every, tuning=options.tune)
    print(f"{', '.join(chosen)}; seed {options.seed}")
    for level in reversed(LEVELS):
        print(measure(chosen, options.seed, level).shown(f"{level}: {len(chosen)} tables"))


if __name__ == "__main__":
    main()
