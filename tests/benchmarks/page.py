"""The page of ``docs/scale.md``: what large reviews cost and how that grows, from the runs that are kept.

    python tests/benchmarks/page.py [RUN.json ...]

takes the newest figures of each row and each step (all runs in ``runs/`` unless some are named) and writes the page and
its figure. ``tests/benchmarks/run --reach --all`` measures everything that stands there and writes it as well.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "graph"))

from growth import LEAST, Growth, growth
from reach import ROWS, RUNS, last_measured, read

ROOT = Path(__file__).parents[2]
PAGE, FIGURE = ROOT / "docs/scale.md", ROOT / "docs/images/scale.svg"
PUBMED = 38_000_000
FINDING = "find_duplicates"
IDLE = 1.5  # load of a machine before the run, up to which nothing else was at work
SHOWN = 0.95  # of the cost at the largest size: steps beyond are in one line
RUNS_OF_LOAD = ("first run", "nothing to do", "one decision")  # of ``graph/load.py``
_OTHERS = ("graph", "all", "wall", "command, wall", "floor, wall")


class Load(NamedTuple):
    """One call of ``graph/load.py``: the date, rows handed out at a time, and by size what each run took."""

    run: str
    batch: int
    sizes: dict[int, dict[str, Any]]

    def seconds(self, step: str, run: str = RUNS_OF_LOAD[0]) -> dict[int, float]:
        """CPU seconds by size."""
        return {size: column[run]["seconds"].get(step, 0.0) for size, column in self.sizes.items()}

    def steps(self) -> list[str]:
        """The steps by their cost at the largest size."""
        cost = self.sizes[max(self.sizes)][RUNS_OF_LOAD[0]]["seconds"]
        return sorted((step for step in cost if step not in _OTHERS), key=lambda step: -cost[step])


def loads(runs: Mapping[str, Mapping[str, Any]]) -> list[Load]:
    """The newest call with everything handed out at once, and the newest with batches."""
    newest: dict[bool, Load] = {}
    for name, run in runs.items():
        for result in run["results"].values():
            if (data := result.get("data")) and "sizes" in data and not result["failed"]:
                sizes = {int(size): column for size, column in data["sizes"].items()}
                newest[bool(data["batch"])] = Load(name, data["batch"], dict(sorted(sizes.items())))
    return [newest[key] for key in sorted(newest)]


def table(load: Load) -> Iterable[str]:
    """Lines of a table: each step with its cost at each size, its memory, and how it grows."""
    sizes = sorted(load.sizes)
    yield f"| CPU s of | {' | '.join(f'{size:,}' for size in sizes)} | MiB at {sizes[-1]:,} | exponent |"
    yield "| --- " * (len(sizes) + 3) + "|"
    peaks = load.sizes[sizes[-1]][RUNS_OF_LOAD[0]]["peaks"]
    for step in [*load.steps(), "graph", "all"]:
        seconds, peak = load.seconds(step), peaks.get(step)
        name = {"graph": "Snakemake itself", "all": "all"}.get(step, f"`{step}`")
        cells = " | ".join(f"{seconds[size]:,.1f}" for size in sizes)
        found = growth(seconds)
        yield f"| {name} | {cells} | {f'{peak:,.0f}' if peak else ''} | {found.words if found else ''} |"
    for run in RUNS_OF_LOAD[1:]:
        seconds = load.seconds("all", run)
        found = growth(seconds)
        cells = " | ".join(f"{seconds[size]:,.1f}" for size in sizes)
        yield f"| {run}, all | {cells} |  | {found.words if found else ''} |"


def exponents(load: Load) -> dict[str, Growth]:
    """How each step grows that can be told."""
    found = {step: growth(load.seconds(step)) for step in load.steps()}
    return {step: each for step, each in found.items() if each}


def steepest(load: Load) -> str:
    """A sentence on the steps that grow fastest."""
    steps = exponents(load)
    above = [f"`{step}` ({each.exponent:.2f})" for step, each in steps.items() if round(each.exponent, 2) > 1.1]
    if above:
        return f"Above 1.1: {', '.join(above)}."
    highest = max(steps, key=lambda step: steps[step].exponent, default="")
    return f"None is above 1.1; the highest is {steps[highest].exponent:.2f}, of `{highest}`." if highest else ""


def pubmed(load: Load) -> str:
    """What the whole of PubMed would take, on paper: CPU hours of the steps, by their exponents."""
    largest = max(load.sizes)
    hours = {
        step: each.extrapolated(load.seconds(step)[largest], PUBMED) / 3600
        for step, each in exponents(load).items()
        if step != "read_sheets"
    }
    listed = ", ".join(f"`{step}` {value:.1f}" for step, value in sorted(hours.items(), key=lambda each: -each[1]))
    peaks = load.sizes[largest][RUNS_OF_LOAD[0]]["peaks"]
    whole, merging = (peaks.get(step, 0.0) * PUBMED / largest / 1024 for step in (FINDING, "merge_duplicates"))
    return _wrapped(
        f"All of PubMed, {PUBMED // 10**6} million records, by the exponents of the last table and without sheets, which are "
        f"handed out in batches: {sum(hours.values()):.0f} CPU hours ({listed}). In proportion to its peak, `{FINDING}` by "
        f"itself would need {whole:,.0f} GiB. Records and their pairs are shared out (`divide.parts`): of a million, listing "
        "the pairs took 0.9 GiB, a quarter of the comparisons 1.5 and putting them together 1.3, so that of all PubMed "
        "in 200 shares these would need about 33, 1.2 and 48 GiB. What forbids it is the step behind them, which reads all records to "
        f"merge them: `merge_duplicates`, {merging:,.0f} GiB. A review of that size has to be narrowed by its search."
    )


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _figures(measured: tuple[str, str] | None) -> str:
    """What was measured of a row, without what it should be."""
    return re.sub(r" of [\d,]*\d", "", measured[0]).replace(" wall", "") if measured else "not measured"


def page(runs: Mapping[str, Mapping[str, Any]], found: Sequence[Load]) -> str:
    """The text of the page."""
    measured = last_measured(runs)
    used = sorted({*(load.run for load in found), *(date for _, date in measured.values())})
    about = runs[used[-1]]["about"]
    busy = f"other programs at work (load {about['load']:.0f})" if about["load"] > IDLE else "nothing else at work"
    lines = [
        "# What large reviews cost",
        "",
        _wrapped(
            f"Measured on {about['cores']} cores ({about['machine']}, Python {about['python']}), with {busy}, by `python "
            "tests/benchmarks/run --reach --all`, which also writes this page. Invented records with titles of 14 words and "
            "abstracts of 210 are spread over six RIS exports, one in four in two of them, and made into sheets, status and "
            "flow of title and abstract. CPU times vary by a tenth, wall times with whatever else the computer does. *Floor* is "
            "Snakemake with nothing to do in a graph with as many rules. `python tests/benchmarks/reach.py` names the command "
            "that prints each row."
        ),
        "",
        "| review | at most | measured |",
        "| --- | --- | --- |",
        *(f"| {row.words} | {row.limits} | {_figures(measured.get(row.words))} |" for row in ROWS),
        "",
        "## Cost against size",
        "",
        "![CPU seconds of each step against the number of records, both logarithmic](images/scale.svg)",
        "",
        _wrapped(
            "The exponent is the slope of log CPU on log records: 1 is proportional. What a step takes for the fewest records "
            f"(starting, imports) is subtracted first, and only sizes count for which {LEAST:g} s and more remain; steps without "
            "an exponent do not come to that at two sizes."
        ),
    ]
    for load in found:
        how = f"Handed out in batches of {load.batch}" if load.batch else "Everything handed out at once"
        lines += ["", f"### {how}", "", *table(load), "", steepest(load)]
    if found:
        lines += ["", "## PubMed on paper", "", pubmed(found[-1])]
    return "\n".join([*lines, "", f"<!-- made from {' '.join(used)} -->", ""])


def draw(found: Sequence[Load]) -> None:
    """The figure of the page: a panel for each way of handing out, a line for each step."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams |= {"svg.hashsalt": "scale", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, len(found), figsize=(6.2 * len(found), 4.0), layout="constrained", squeeze=False)
    for axis, load in zip(panels[0], found, strict=True):
        sizes, shown = sorted(load.sizes), 0.0
        total = sum(load.seconds(step)[sizes[-1]] for step in load.steps())
        for place, step in enumerate(load.steps()):
            if shown > SHOWN * total:
                break
            seconds = load.seconds(step)
            shown += seconds[sizes[-1]]
            each = growth(seconds)
            label = f"{step} ({each.exponent:.2f})" if each else step
            axis.plot(
                sizes, [seconds[size] for size in sizes], marker="osD^v<>ph"[place % 9], ms=4, lw=1.2, label=label
            )
        everything = load.seconds("all")
        axis.plot(sizes, [everything[size] for size in sizes], color="black", lw=1.8, label="all")
        axis.plot(
            sizes[-2:], [everything[sizes[-1]] * size / sizes[-1] * 1.8 for size in sizes[-2:]], ls=":", color="0.4"
        )
        axis.text(
            sizes[-1], everything[sizes[-1]] * 2, "proportional", ha="right", va="bottom", color="0.3", fontsize=8
        )
        axis.set(xscale="log", yscale="log", xlabel="records", ylabel="CPU seconds")
        axis.set_ylim(top=everything[sizes[-1]] * 4)
        axis.set_title(f"batches of {load.batch}" if load.batch else "everything handed out at once", fontsize=10)
        axis.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=30, ha="right", fontsize=8)
        axis.set_xticks([], minor=True)
        axis.grid(which="major", color="0.9")
        axis.legend(fontsize=7.5, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    figure.savefig(FIGURE, metadata={"Date": None})


def write(paths: Iterable[Path]) -> None:
    """Write the page and its figure from these runs."""
    runs = {path.name: read(path) for path in sorted(paths)}
    found = loads(runs)
    PAGE.write_text(page(runs, found), encoding="utf-8")
    draw(found)


if __name__ == "__main__":
    write([Path(name) for name in sys.argv[1:]] or [path for path in RUNS.glob("*.json") if ".short." not in path.name])
