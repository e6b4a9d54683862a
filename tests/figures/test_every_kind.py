"""Every kind of figure for 1, 3, 30 and 200 studies; with plain, long and non-Latin names.

No word is cut off, covers another or is below 6 points when the figure is printed 180 mm wide.
"""

from __future__ import annotations

import copy
import math
import sys
from functools import cache
from pathlib import Path

import dose_samples
import network_samples
import pandas as pd
import pytest
import review_samples as samples
from legibility import problems, words
from prismake import figures
from prismake.figures.canvas import PAGE, PRINTED
from prismake.figures.forest_plot import forest_pages
from prismake.figures.forest_styles import STYLES
from prismake.protocol import diagnostic_outcomes, dose_outcomes, network_outcomes, unpooled_outcomes
from prismake.protocol.analyses import DRAWN

sys.path.insert(0, str(Path(__file__).parents[1] / "synthesis"))

import accuracy_samples
import unpooled_samples

NAMES = {
    "plain": ("Author{n} 2019",),
    "long": ("Author{n} on behalf of the International Collaborative Group for Randomised Trials of Everything 2019",),
    "other": ("李晓华{n} 2021", "박지훈{n} 2020", "ชวน {n} 2018", "خالد {n} 2022", "לוי {n} 2017"),
}
ARMS = {
    "plain": ("CAR-T", "Standard care"),
    "long": ("Anti-CD19 chimeric antigen receptor T-cells", "Investigator's choice of chemotherapy or palliation"),
    "other": ("嵌合抗原受体T细胞", "Стандартная терапия"),
}
ROBINS = ("Confounding", "Selection", "Classification", "Deviations", "Missing data", "Measurement", "Reporting")
RATINGS = ("good", "some", "bad", "worst", "unclear", "undecided")
FOREST = {"sensitivity": [*(name for name in DRAWN if name != "gosh"), "trim_and_fill"], "subgroups": ["region"]}


def name_of(names: str, n: int) -> str:
    return NAMES[names][n % len(NAMES[names])].format(n=f"{n:03d}")


@cache
def analysed(k: int, measure: str) -> dict:
    return samples.regressed(k, measure, **FOREST)


@cache
def result(k: int, names: str, measure: str = "RR") -> dict:
    """An outcome with ``k`` studies, each judged in the seven domains of ROBINS-I."""
    one = copy.deepcopy(analysed(k, measure))
    labels = {study["label"]: name_of(names, n) for n, study in enumerate(one["studies"])}
    tables = [one["studies"], *((row.get("studies") or []) for row in one["sensitivity"].values())]
    for row in (row for table in tables for row in table):
        row["label"] = labels[row["label"]]
    for n, study in enumerate(one["studies"]):
        ratings = [(f"D{i + 1}", label, RATINGS[(n + i) % len(RATINGS)]) for i, label in enumerate(ROBINS)]
        rows = [{"name": name, "label": label, "word": "", "rating": kind} for name, label, kind in ratings]
        study["appraisal"] = {"instrument": "robins_i", "title": "ROBINS-I", "overall": "", "ratings": rows}
    arms = ARMS[names]
    one["display"] |= {"arms": list(arms), "favours": [f"Favours {arm}" for arm in arms]}
    title = "Death from any cause within twelve months of the infusion, or of randomisation in trials with a comparator"
    return {**one, "title": title if names == "long" else "Death from any cause"}


def judged(k: int, names: str, instrument: str) -> pd.DataFrame:
    """Answers to the items of an instrument: Newcastle–Ottawa, or a list of twenty questions."""
    items = [("S1", "selection"), ("S3", "selection"), ("O1", "outcome"), ("O2", "outcome"), ("O3", "outcome")]
    if instrument == "axis":
        items = [(f"{n}", ("introduction", "methods", "results", "discussion")[n // 6]) for n in range(1, 21)]
    rows = []
    for n in range(k):
        for i, (item, domain) in enumerate(items):
            earned = (n + i) % 3 > 0
            answer = "abc"[not earned] if instrument != "axis" else ("yes", "no", "unclear", "")[(n + i) % 4]
            stars = int(earned) if instrument != "axis" else None
            rows.append((f"s{n:03d}", name_of(names, n), instrument, item, domain, answer, stars))
    return pd.DataFrame(rows, columns=["study_id", "label", "instrument", "item", "domain", "answer", "stars"])


def scores(k: int, names: str) -> pd.DataFrame:
    rows = [(f"s{n:03d}", name_of(names, n), "nos_single_arm", n % 6, 6, "moderate quality") for n in range(k)]
    return pd.DataFrame(rows, columns=["study_id", "label", "instrument", "total", "maximum", "overall"])


def sources(k: int, names: str):
    """The UpSet plot of at most twelve sources."""
    labels = {f"s{n}": name_of(names, n) for n in range(min(k, 12))}
    reports = [
        [name for place, name in enumerate(labels) if number >> place & 1] for number in range(1, 2 ** len(labels))
    ]
    return figures.source_overlap(reports[:200], labels)


def flow(k: int, names: str, form: str):
    """A flow with a database and a reason of exclusion for each of the names, at most eight."""
    data = samples.flow(form)
    listed = [name_of(names, n) for n in range(min(k, 8))]
    data["boxes"]["identified"]["databases"] = {name: 10 ** (n % 7) for n, name in enumerate(listed)}
    data["boxes"]["excluded_full_text"] = dict.fromkeys(listed, 1)
    return figures.flow_diagram(data)


@cache
def network(k: int, names: str) -> dict:
    """A network of k treatments, at least 2; for 200, of twelve in 200 trials."""
    treatments, trials = {1: (2, 1), 3: (3, 6), 30: (30, 50), 200: (12, 200)}[k]
    settings = network_samples.spec(network={"small_values": "bad"})
    drawn = network_samples.drawn([name_of(names, n) for n in range(treatments)], trials)
    return network_samples.analysed(drawn, settings)


@cache
def accuracy(k: int, names: str) -> dict:
    """Studies of a test, each judged with QUADAS-2 unless they are very many."""
    one = accuracy_samples.result(accuracy_samples.simulated(k), quadas=k < 200, sensitivity=[])
    for n, study in enumerate(one["studies"]):
        study["label"] = name_of(names, n)
    return one


@cache
def doses(k: int, names: str) -> dict:
    """Studies with three doses beside the reference."""
    settings = dose_samples.spec(own={"sensitivity": [], "model": "linear"})
    one = dose_samples.analysed(dose_samples.drawn(k, 3), settings)
    for n, study in enumerate(one["studies"]):
        study["label"] = name_of(names, n)
    return one


@cache
def unpooled(k: int, names: str) -> dict:
    """Studies that are not pooled, with a risk of bias on the whole."""
    studies = [{**study, "label": name_of(names, n)} for n, study in enumerate(unpooled_samples.drawn(k))]
    one = unpooled_samples.result(studies, high_risk=("s0",))
    for study in one["studies"]:
        study["appraisal"]["overall"] = "some concerns"
    one["without_pooling"] |= dict(zip(("towards", "away"), ARMS[names], strict=True))
    return one


def forest(one: dict, subgroup: str | None = None, style: str = "default"):
    """The pages of a forest plot; up to 30 studies stand on one however tall."""
    return forest_pages(one, subgroup, style, *([] if len(one["studies"]) > 30 else [math.inf]))


KINDS = {
    **{f"forest {style}": lambda k, names, style=style: forest(result(k, names), style=style) for style in STYLES},
    "forest of means": lambda k, names: forest(result(k, names, "MD")),
    "forest of means jama": lambda k, names: forest(result(k, names, "MD"), style="jama"),
    "forest in groups": lambda k, names: forest(result(k, names), "region"),
    "forest of proportions": lambda k, names: forest(result(k, names, "PLO")),
    "funnel": lambda k, names: figures.funnel(result(k, names)),
    "funnel of proportions": lambda k, names: figures.funnel(result(k, names, "PLO")),
    "funnel without contours": lambda k, names: figures.funnel(result(k, names), contours=False),
    "labbe": lambda k, names: figures.labbe(result(k, names)),
    "bubble": lambda k, names: figures.bubble_plot(result(k, names), "latitude"),
    **{
        name: lambda k, names, name=name: figures.sensitivity_figure(result(k, names), name)
        for name in ("leave_one_out", "cumulative", "influence", "baujat")
    },
    "influence in pages": lambda k, names: figures.outcome_pages(result(k, names), "influence"),
    "leave_one_out jama": lambda k, names: figures.outcome_pages(result(k, names), "leave_one_out", {"style": "jama"}),
    "risk of bias": lambda k, names: figures.summary(result(k, names)),
    "stars": lambda k, names: figures.star_pages(scores(k, names), judged(k, names, "nos_single_arm")),
    "lights": lambda k, names: figures.light_pages(judged(k, names, "axis")),
    "sources": sources,
    **{
        f"{kind} {name}": lambda k, names, name=name, made=made: figures.outcome_pages(made(k, names), name)
        for kind, own, made in (
            ("network", network_outcomes, network),
            ("accuracy", diagnostic_outcomes, accuracy),
            ("doses", dose_outcomes, doses),
            ("unpooled", unpooled_outcomes, unpooled),
        )
        for name in own.FIGURES
    },
    **{
        f"flow {form}": lambda k, names, form=form: flow(k, names, form)
        for form in ("databases", "both", "updated", "open")
    },
}


# Long and other names change the width of a figure, the number of studies its height and what stands below.
SIZES = [(1, "plain"), (1, "long"), *((3, names) for names in NAMES), (30, "other"), (200, "plain")]


# The styles of forest plots of 200 studies are read where their pages are counted, below.
CASES = [
    (kind, k, names) for kind in KINDS for k, names in SIZES if k < 200 or kind.removeprefix("forest ") not in STYLES
]


@pytest.mark.parametrize(("kind", "k", "names"), CASES)
def test_every_word_can_be_read(kind, k, names):
    drawn = KINDS[kind](k, names)
    for figure in drawn if isinstance(drawn, list) else [drawn]:
        assert words(figure)
        assert not problems(figure)


@pytest.mark.parametrize("style", STYLES)
def test_pages_show_every_study_once_and_fit_in_print(style):
    one = result(200, "plain")
    pages = forest_pages(one, "region", style)
    assert len(pages) > 3
    drawn = [word for page in pages for word in words(page)]
    for study in one["studies"]:
        assert drawn.count(study["label"]) == 1
    for page in pages:
        assert not problems(page)
        width, height = page.get_size_inches()
        assert height * min(1.0, PRINTED / width) <= PAGE
        assert "Risk ratio (logarithmic axis)" in words(page)
    assert "(page 2 of" in " ".join(words(pages[1]))


def test_pages_of_judgements_show_every_study_once():
    pages = figures.light_pages(judged(60, "plain", "axis"), None)
    stars = figures.star_pages(scores(60, "plain"), judged(60, "plain", "nos_single_arm"), None)
    assert len(pages) > 1 and len(stars) > 1
    for each in (pages, stars):
        drawn = [word for page in each for word in words(page)]
        assert all(drawn.count(name_of("plain", n)) == 1 for n in range(60))
    counted = [page for page in pages if "Best rating on this item" in words(page)]
    assert counted == pages[-1:]
