"""A small CAR-T review for the figures and the page.

Study names and counts are those of Table 1 of Front Immunol 2021;11:569117 (doi 10.3389/fimmu.2020.569117).
Pooled figures of relapse are what R's metafor 3.8-1 makes of them; everything else (decisions, appraisal, searches)
is invented to show the layout.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from prismake.panel.stopping import stopping_advice
from prismake.protocol.analyses import DRAWN
from prismake.protocol.schema import with_defaults
from prismake.synthesis import analyse
from prismake.synthesis.data import Data
from prismake.synthesis.sensitivity import sensitivity
from scipy.special import betaincinv

# label, study_id, antigen, costimulatory domain, remissions, relapses, infused, CRS, neurotoxicity
TABLE = [
    ("Frey 2020", "frey2020", "CD19", "4-1BB", 24, None, 35, 33, 14),
    ("Gardner 2017", "gardner2017", "CD19", "4-1BB", 40, 18, 43, 40, 21),
    ("Hay 2019", "hay2019", "CD19", "CD28/4-1BB", 45, 22, 53, 40, 12),
    ("Lee 2015", "lee2015", "CD19", "CD28", 14, 2, 20, 16, 6),
    ("Maude 2014", "maude2014", "CD19", "4-1BB", 27, 7, 30, 30, 13),
    ("Maude 2018 (ELIANA)", "maude2018_eliana", "CD19", "4-1BB", 61, 22, 75, 58, 30),
    ("Pan 2019", "pan2019_cd22", "CD22", "4-1BB", 24, 5, 34, 31, 6),
    ("Park 2018", "park2018", "CD19", "CD28", 44, 25, 53, 45, 23),
    ("Shah 2020", "shahnn2020_cd22", "CD22", "4-1BB", 40, 30, 58, None, None),
]


def exact(events: float, total: float) -> tuple[float, float]:
    """Clopper–Pearson 95 % interval."""
    low = 0.0 if events == 0 else float(betaincinv(events, total - events + 1, 0.025))
    high = 1.0 if events == total else float(betaincinv(events + 1, total - events, 0.975))
    return low, high


def study(label: str, events: int, total: int, **groups: str) -> dict[str, Any]:
    add = 0.5 if events in (0, total) else 0.0
    low, high = exact(events, total)
    return {
        "study_id": label.lower().replace(" ", ""),
        "label": label,
        "events": events,
        "total": total,
        "yi": math.log((events + add) / (total - events + add)),
        "vi": 1 / (events + add) + 1 / (total - events + add),
        "estimate": events / total,
        "ci_lb": low,
        "ci_ub": high,
        "weight_pct": None,
        "subgroups": groups,
        "source": "extraction.consensus.xlsx",
    }


def expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def pooled(studies: list[dict[str, Any]], tau2: float, **more: Any) -> dict[str, Any]:
    """A plain inverse-variance estimate on the logit scale with a given tau²: enough to draw a diamond."""
    weights = [1 / (one["vi"] + tau2) for one in studies]
    beta = sum(w * one["yi"] for w, one in zip(weights, studies, strict=True)) / sum(weights)
    se = sum(weights) ** -0.5
    return {
        "k": len(studies),
        "events": sum(one["events"] for one in studies),
        "total": sum(one["total"] for one in studies),
        "beta": beta,
        "se": se,
        "estimate": expit(beta),
        "ci_lb": expit(beta - 1.96 * se),
        "ci_ub": expit(beta + 1.96 * se),
        "pi_lb": expit(beta - 2.2 * (se**2 + tau2) ** 0.5),
        "pi_ub": expit(beta + 2.2 * (se**2 + tau2) ** 0.5),
        "tau2": tau2,
        "tau2_lb": tau2 / 4,
        "tau2_ub": tau2 * 6,
        "I2": 70.4,
        "H2": 3.4,
        "Q": 31.2,
        "Q_df": len(studies) - 1,
        "Q_p": 0.0001,
        "warnings": [],
        "sentence": "",
    } | more


def outcome(
    title: str, heading: str, of: str, studies: list[dict[str, Any]], left_out: list[dict[str, Any]], **main: Any
) -> dict[str, Any]:
    tau2 = main.pop("tau2", 0.5)
    weights = [1 / (one["vi"] + tau2) for one in studies]
    for one, weight in zip(studies, weights, strict=True):
        one["weight_pct"] = 100 * weight / sum(weights)
    k = len(studies)
    analyses, subgroups = {}, {}
    if k > 1:
        analyses = {
            "main": pooled(studies, tau2, name="Random effects (binomial–normal GLMM)", **main),
            "reml_knha": pooled(studies, tau2, name="Random effects (logit, REML, Hartung–Knapp)"),
        }
        for name, words in (("antigen", "Antigen target"), ("costimulatory_domain", "Costimulatory domain")):
            levels = sorted({one["subgroups"].get(name, "") for one in studies} - {""})
            by_level = {level: [one for one in studies if one["subgroups"].get(name) == level] for level in levels}
            subgroups[name] = {
                "title": words,
                "levels": [{"level": level} | pooled(members, tau2) for level, members in by_level.items()],
                "Q": 0.342 if len(levels) > 1 else None,
                "df": len(levels) - 1,
                "p": 0.559 if len(levels) > 1 else None,
                "method": "common τ², REML, z",
                "sentence": "No difference between the groups was seen.",
            }
    return {
        "outcome": heading.lower(),
        "title": title,
        "measure": "PLO",
        "level": 95,
        "columns": {"events": heading, "total": of},
        "studies": studies,
        "left_out": left_out,
        "analyses": analyses,
        "subgroups": {name: group for name, group in subgroups.items() if group["levels"]},
        "sensitivity": {},
        "bias": {
            "k": k,
            "tests": {},
            "sentence": f"Tests for small-study effects were not run: k = {k} < 10."
            if k < 10
            else "Egger's test: p = 0.31.",
        },
        "published": None,
        "counts": {
            "studies_included": k + len(left_out),
            "studies_pooled": k,
            "undecided": {"title_abstract": 0, "full_text": 0},
            "current": True,
            "statement": f"Based on {k} of {k + len(left_out)} included studies; every record is decided.",
        },
    }


def deleted(result: dict[str, Any]) -> dict[str, Any]:
    """The result with every sensitivity analysis that has a figure; the years of studies count up."""
    studies = [one | {"year": 2000 + index // 2} for index, one in enumerate(result["studies"])]
    columns = {name: np.array([float(one[name]) for one in studies]) for name in ("events", "total")}
    yi, vi = (np.array([one[name] for one in studies]) for name in ("yi", "vi"))
    asked = {"method": "REML", "test": "knha", "sensitivity": list(DRAWN)}
    found = sensitivity(Data("PLO", columns, yi, vi), studies, asked, 95, result["title"])
    return {**result, "studies": studies, "sensitivity": found}


def regressed(k: int, measure: str = "RR", **changes: Any) -> dict[str, Any]:
    """An outcome of ``k`` invented studies whose effects fall with the latitude, through the whole analysis."""
    generator = np.random.default_rng(k)
    latitude, year = generator.integers(5, 60, k), generator.integers(1995, 2024, k)
    total = generator.integers(15, 400, k)
    drawn = generator.binomial(total, 0.3 * np.exp(-0.02 * latitude))
    if measure == "MD":
        means = (0.01 * latitude + generator.normal(0, 1, k) / np.sqrt(total)).round(3)
        parts = {"mean1": means, "sd1": [1.2] * k, "n1": total, "mean2": [0.1] * k, "sd2": [1.1] * k, "n2": total}
    else:
        one_arm = {"events": drawn, "total": total}
        two_arms = {"events1": drawn, "total1": total, "events2": generator.binomial(total, 0.25), "total2": total}
        parts = one_arm if measure in ("PLO", "PFT") else two_arms
    columns = {**parts, "latitude": latitude, "start": year, "region": [("North", "South")[i % 2] for i in range(k)]}
    frame = pd.DataFrame({name: [str(value) for value in values] for name, values in columns.items()})
    frame = frame.assign(label=[f"Author{i:03d} {year[i]}" for i in range(k)], outcome="x", status="used", arm="")
    frame = frame.assign(study_id=frame["label"], year=frame["start"], remark="", settled_by="", source="")
    asked = {"measure": measure, "columns": {name: name for name in parts}, "moderators": ["latitude", "start"]}
    asked |= {"moderators_together": True, "sensitivity": [], **changes}
    filled = with_defaults({"title": "t", "question": "q", "outcomes": {"x": asked}})["outcomes"]["x"]
    labels = {"latitude": "Absolute latitude (degrees)", "start": "Year in which the study began"}
    kinds = dict.fromkeys(labels, "number")
    more = {"level": 95, "subgroup_tau2": "common", "undecided": {}}
    return analyse("x", frame, filled, labels=labels, kinds=kinds, **more)


def relapse() -> dict[str, Any]:
    studies = [
        study(label, relapses, remissions, antigen=antigen, costimulatory_domain=domain)
        for label, _, antigen, domain, remissions, relapses, *_ in TABLE
        if relapses is not None
    ]
    left = [
        {"study_id": "frey2020", "label": "Frey 2020", "reason": "relapse not reported"},
        {"study_id": "fry2018", "label": "Fry 2018", "reason": "same patients as Shah 2020"},
        {"study_id": "grupp2013", "label": "Grupp 2013", "reason": "same patients as Maude 2014"},
        {"study_id": "turtle2016", "label": "Turtle 2016", "reason": "same patients as Hay 2019"},
    ]
    figures = {"estimate": 0.4079, "ci_lb": 0.2800, "ci_ub": 0.5496, "tau2": 0.5198}
    result = outcome("Relapse among complete remissions", "Relapses", "Remissions", studies, left, **figures)
    result["outcome"] = "relapse"
    result["analyses"]["reml_knha"] |= {"estimate": 0.4132, "ci_lb": 0.2518, "ci_ub": 0.5957}
    result["published"] = {
        "estimate": 0.39,
        "ci_lb": 0.29,
        "ci_ub": 0.49,
        "studies": 32,
        "source": "medRxiv 2025.08.31.25334789",
        "sentence": "The published review pooled 32 studies, of which this demonstration holds twelve.",
    }
    return result


def crs() -> dict[str, Any]:
    studies = [
        study(label, events, infused, antigen=antigen, costimulatory_domain=domain)
        for label, _, antigen, domain, _, _, infused, events, _ in TABLE
        if events is not None
    ]
    left = [{"study_id": "shahnn2020_cd22", "label": "Shah 2020", "reason": "CRS not reported"}]
    result = outcome("Cytokine release syndrome, any grade", "CRS", "Infused", studies, left, tau2=0.3901)
    result["outcome"] = "crs"
    return result


def hard_cases() -> dict[str, dict[str, Any]]:
    """Results that break careless layouts."""
    none = outcome("Relapse among complete remissions", "Relapses", "Remissions", [], [])
    none["counts"] |= {
        "undecided": {"title_abstract": 212},
        "current": False,
        "statement": "No studies yet: 212 of 1,043 records are undecided at title and abstract.",
    }
    long_name = (
        "A multicentre international collaborative consortium on $CD19$ & <CD22> CAR-T, cohort of older adults 2021"
    )
    long = [study(f"{long_name}, part {part}", 3 + part, 20 + part, antigen="CD19") for part in range(3)]
    long.append(study("Supercalifragilisticexpialidociousnesslaboratoriumforschungsgruppe 2020", 4, 9, antigen="CD22"))
    many = [
        study(f"Author{index:02d} {1990 + index % 30}", index % 13, 14 + index, antigen="CD19") for index in range(60)
    ]
    ends = [
        study(f"Study {n}", *counts, antigen="CD19")
        for n, counts in enumerate([(0, 5), (0, 40), (12, 12), (60, 60), (3, 6), (1, 1)])
    ]
    small = [study(f"Study {n}", n % 3, 150 + 20 * n, antigen="CD19") for n in range(7)]
    title = "Relapse among complete remissions"
    stale = relapse()
    stale["counts"] |= {
        "current": False,
        "undecided": {"title_abstract": 3},
        "statement": "No longer current: screening was reopened and 3 records are undecided at title and abstract.",
    }
    return {
        "none": none,
        "one": outcome(title, "Relapses", "Remissions", [study("Maude 2014", 7, 27, antigen="CD19")], []),
        "long": outcome(title, "Relapses of any kind after infusion", "Complete remissions", long, []),
        "many": outcome(title, "Relapses", "Remissions", many, []),
        "ends": outcome(title, "Relapses", "Remissions", ends, []),
        "small": outcome(title, "Deaths", "Infused", small, []),
        "stale": stale,
    }


def ratios() -> dict[str, Any]:
    """Two arms, a ratio, one interval that leaves the axis."""
    rows = [
        ("Alpha 2011", 0.2, 0.1, 12, 40, 20, 41),
        ("Beta 2015", -0.5, 0.05, 30, 100, 45, 98),
        ("Gamma 2019", 0.9, 6.0, 1, 9, 0, 8),
    ]
    studies = []
    for label, yi, vi, e1, n1, e2, n2 in rows:
        studies.append(
            {
                "study_id": label,
                "label": label,
                "events1": e1,
                "total1": n1,
                "events2": e2,
                "total2": n2,
                "yi": yi,
                "vi": vi,
                "estimate": math.exp(yi),
                "ci_lb": math.exp(yi - 1.96 * vi**0.5),
                "ci_ub": math.exp(yi + 1.96 * vi**0.5),
                "weight_pct": 100 / vi / (10 + 20 + 1 / 6),
                "subgroups": {},
                "source": "",
            }
        )
    main = {
        "name": "Random effects (REML, Hartung–Knapp)",
        "estimate": 0.78,
        "ci_lb": 0.3,
        "ci_ub": 2.0,
        "pi_lb": 0.1,
        "pi_ub": 6.0,
        "tau2": 0.12,
        "tau2_lb": 0.0,
        "tau2_ub": 4.2,
        "I2": 41.0,
        "Q": 3.4,
        "Q_df": 2,
        "Q_p": 0.18,
        "k": 3,
    }
    base = outcome("Death from any cause", "x", "y", [study("x", 1, 2)], [])
    return base | {
        "measure": "RR",
        "studies": studies,
        "analyses": {"main": main},
        "subgroups": {},
        "columns": {"events1": "Deaths, CAR-T", "events2": "Deaths, control", "total1": "CAR-T", "total2": "Control"},
        "counts": {
            "statement": "Based on 3 of 3 included studies; every record is decided.",
            "undecided": {},
            "current": True,
        },
    }


def appraisal() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and answers of single-arm cohorts, one comparative cohort, and one study half appraised."""
    items = {"S1": "selection", "S3": "selection", "S4": "selection", "O1": "outcome", "O2": "outcome", "O3": "outcome"}
    full = {**items, "S2": "selection", "C1": "comparability"}
    answers, scores = [], []
    for number, (label, name, *_) in enumerate(TABLE):
        instrument = "nos_cohort" if name == "hay2019" else "nos_single_arm"
        got = {"selection": 0, "comparability": 0, "outcome": 0}
        for index, (item, domain) in enumerate((full if instrument == "nos_cohort" else items).items()):
            earned = 0 if (number * 3 + index * 5) % 7 == 0 else 1
            earned = 2 if item == "C1" else earned
            answer = {0: "c", 1: "a", 2: "a; b"}[earned]
            if name == "shahnn2020_cd22" and item.startswith("O"):
                answer, earned = "", None
            got[domain] += earned or 0
            answers.append((name, label, instrument, item, domain, answer, earned, "Methods, page 3"))
        maximum = 9 if instrument == "nos_cohort" else 6
        total = sum(got.values())
        scores.append(
            (
                name,
                label,
                instrument,
                got["selection"],
                got["comparability"] if maximum == 9 else None,
                got["outcome"],
                total,
                maximum,
                "high" if total >= maximum - 1 else "moderate",
            )
        )
    columns = ["study_id", "label", "instrument", "item", "domain", "answer", "stars", "support"]
    names = ["study_id", "label", "instrument", "selection", "comparability", "outcome", "total", "maximum", "overall"]
    return pd.DataFrame(scores, columns=names), pd.DataFrame(answers, columns=columns)


def flow(form: str = "both") -> dict[str, Any]:
    """Invented counts of the flow: databases only ("databases"), "both" columns, "updated", "open", "long"."""
    boxes: dict[str, Any] = {
        "identified": {
            "databases": {"PubMed": 181, "Embase": 214, "Cochrane Library": 97},
            "registers": {"ClinicalTrials.gov": 61},
            "total": 553,
        },
        "removed": {"duplicates": 231, "automation": 0, "other": 2, "total": 233},
        "screened": 320,
        "excluded_title_abstract": 281,
        "undecided_title_abstract": 0,
        "sought": 39,
        "not_retrieved": 3,
        "undecided_full_text": 0,
        "assessed": 36,
        "excluded_full_text": {"Companion report, no new outcome data": 14, "Wrong population": 9, "Wrong outcome": 3},
        "included": {"studies": 10, "reports": 10},
        "possible_duplicates": 0,
    }
    if form == "databases":
        return {"boxes": boxes, "notes": [], "undecided": 0}
    boxes["other"] = {
        "identified": {"sources": {"Citation searching": 6, "Websites of registries": 1}, "total": 7},
        "removed": {"duplicates": 3, "automation": 0, "other": 0, "total": 3},
        "sought": 4,
        "not_retrieved": 1,
        "undecided_full_text": 0,
        "assessed": 3,
        "excluded_full_text": {"Wrong outcome": 1},
    }
    boxes["included"] = {"studies": 12, "reports": 12}
    if form == "updated":
        boxes["previous"] = {"studies": 21, "reports": 30}
        boxes["no_longer"] = {"studies": 0, "reports": 1}
        boxes["total"] = {"studies": 33, "reports": 41}
    undecided = 0
    if form == "open":
        boxes |= {"screened": 108, "excluded_title_abstract": 90, "undecided_title_abstract": 212, "sought": 18}
        boxes |= {"undecided_full_text": 7, "assessed": 8, "excluded_full_text": {"Wrong outcome": 8}}
        boxes["other"] |= {"undecided_full_text": 2, "assessed": 1, "excluded_full_text": {}}
        boxes |= {"included": {"studies": 1, "reports": 1}, "possible_duplicates": 4}
        undecided = 225
    if form == "long":
        long = "A reason for exclusion that nobody has shortened since the protocol was registered, number"
        boxes["excluded_full_text"] = {f"{long} {number}": 20 - number for number in range(9)}
        names = {f"Database of the International Federation of Something {n}": 10**n for n in range(8)}
        boxes["identified"] = {"databases": names, "registers": {}, "total": sum(names.values())}
    notes = ["Decided at full text but no longer part of that stage, not counted: 3."]
    return {"boxes": boxes, "notes": notes if form == "open" else [], "undecided": undecided}


def read_so_far(total: int, read: int, included: int, stopped: str = "") -> dict:
    """The rounds of a stage whose included records come first, with the advice that follows from them."""
    places = sorted({1 + place * read // (3 * included) for place in range(included)}) if included else []
    decisions = [int(place in places) for place in range(1, read + 1)]
    advice = stopping_advice(decisions, total).to_dict() if read < total else None
    curve = {"read": read, "included_at": places, "total": total}
    return {"curve": curve, "advice": advice, "stopped": stopped}
