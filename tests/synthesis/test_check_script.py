"""The script in R: it runs, agrees for every measure, and stops where a number differs."""

from __future__ import annotations

import json
import math
import re
import subprocess

import pytest
import warm_r
from prismake import __version__
from prismake.core.files import write_json
from prismake.synthesis import analyse, records
from prismake.synthesis.check_script import pairwise_script
from test_analysis import relapse, run, spec, table
from warm_r import has_r

needs_r = pytest.mark.skipif(not has_r("metafor", "jsonlite"), reason="R with metafor is not installed")

ARMS = ("events1", "total1", "events2", "total2")
MEANS = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
# BCG trials of Colditz et al. 1994 (first five), and length of stay of Normand 1999 (first four)
TRIALS = [("4", "123", "11", "139"), ("6", "306", "29", "303"), ("3", "231", "11", "220"), ("62", "13598", "248", "12867"), ("33", "5069", "47", "5808")]  # fmt: skip
STAYS = [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32"), ("64", "17", "75", "119", "29", "71"), ("66", "20", "18", "137", "48", "18")]  # fmt: skip
EFFECTS = [("0.5", "0.3", "0.8"), ("0.7", "0.5", "0.98"), ("0.9", "0.6", "1.35")]


def scale(measure):
    return {"ratio_scale": True} if measure == "GEN" else {}


def rscript(found, settings, folder, name="x"):
    """The script of a result run beside it, with the documents of its analyses."""
    write_json(folder / f"{name}.json", found)
    for analysis, document in records(found, settings, f"{name}.check.R").items():
        write_json(folder / name / f"{analysis}.json", document, sort_keys=False)
    return again(found, folder, name)


def again(found, folder, name="x"):
    file = folder / f"{name}.check.R"
    file.write_text(pairwise_script(found, file.name), encoding="utf-8")
    return warm_r.rscript(file)


@needs_r
@pytest.mark.parametrize(
    ("measure", "columns", "rows", "method"),
    [("RR", ARMS, TRIALS, "DL"), ("MD", MEANS, STAYS, "PM")],
)
def test_comparisons_agree_with_r(measure, columns, rows, method, tmp_path):
    settings = spec(measure, columns, method=method, **scale(measure))
    named = [(f"Study {number}", *row) for number, row in enumerate(rows)]
    done = rscript(run(table(named, columns), settings), settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


RATE = [("7", "1344"), ("8", "1600"), ("3", "2000"), ("6", "1400"), ("12", "2600")]
RATES = [(*first, *second) for first, second in zip(RATE, [("11", "1988"), ("8", "1461"), ("14", "2000"), ("10", "1900"), ("20", "2500")], strict=True)]  # fmt: skip
CORRELATIONS = [("0.19", "109"), ("0.16", "749"), ("0.34", "55"), ("0.32", "107")]


@needs_r
@pytest.mark.parametrize(
    ("measure", "columns", "rows"),
    [
        ("PLN", ("events", "total"), [row[2:] for row in TRIALS]),
        ("IRS", ("events", "time"), RATE),
        ("IRFT", ("events", "time"), RATE),
        ("MN", ("mean", "sd", "n"), [row[:3] for row in STAYS]),
        ("MNLN", ("mean", "sd", "n"), [row[:3] for row in STAYS]),
        ("CVLN", ("mean", "sd", "n"), [row[:3] for row in STAYS]),
        ("SDLN", ("sd", "n"), [row[1:3] for row in STAYS]),
        ("AS", ARMS, TRIALS),
        ("IRSD", ("events1", "time1", "events2", "time2"), RATES),
        ("SMDH", MEANS, STAYS),
        ("UCOR", ("correlation", "n"), CORRELATIONS),
    ],
)
def test_rarer_measures_agree_with_r(measure, columns, rows, tmp_path):
    settings = spec(measure, columns, model="inverse_variance")
    named = [(f"Study {number}", *row) for number, row in enumerate(rows)]
    done = rscript(run(table(named, columns), settings), settings, tmp_path)
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr


@needs_r
@pytest.mark.parametrize("tau2", ["common", "separate"])
def test_subgroups_and_tests_of_small_studies_agree_with_r(tau2, tmp_path):
    rows = [(f"Study {number}", str(2 + number % 5), str(20 + 3 * number)) for number in range(12)]
    settings = spec(model="inverse_variance", subgroups=["region"])
    found = analyse(
        "x",
        table(rows, region=["north", "south", "west"] * 4),
        settings,
        labels={},
        level=90,
        subgroup_tau2=tau2,
        undecided={},
    )
    done = rscript(found, settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("region, Q between", "region north, estimate", "peters_mixed_model, pval"):
        assert f"\n{what}" in done.stdout


@needs_r
def test_a_wrong_number_is_found(tmp_path):
    settings = spec("PR", model="inverse_variance")
    found = run(relapse(), settings)
    found["analyses"]["main"]["estimate"] += 1e-4
    done = rscript(found, settings, tmp_path)
    assert done.returncode != 0
    assert "DIFFERS" in done.stdout


def test_results_and_script_say_which_version_made_them():
    found = run(relapse(), spec())
    assert found["made_by"] == f"prismake {__version__}"
    assert pairwise_script(found, "x.check.R").splitlines()[0].endswith(f" Made by prismake {__version__}.")


def test_titles_cannot_become_code():
    found = run(relapse(), spec())
    found["title"] = "x\nquit()"
    assert not any(line.startswith("quit()") for line in pairwise_script(found, "x.check.R").splitlines())


def test_the_script_carries_no_numbers_of_the_results():
    found, other = run(relapse(), spec()), run(relapse(), spec("PR"))
    assert pairwise_script(found, "x.check.R") == pairwise_script(other, "x.check.R")


@needs_r
def test_nothing_to_check(tmp_path):
    done = rscript(run(relapse(status="undecided"), spec()), spec(), tmp_path)
    assert done.returncode == 0 and "nothing to check" in done.stdout


# Six trials of the BCG vaccine (Colditz et al. 1994) with their latitude and the way of allocation.
LATITUDE = ["44", "55", "42", "NR", "13", "33"]
ALLOCATION = ["random", "random", "random", "alternate", "alternate", "systematic"]
SIX = [*TRIALS, ("180", "1541", "372", "1451")]
EVERY = ["leave_one_out", "cumulative", "influence", "baujat", "trim_and_fill", "fixed_effect"]


def moderated(measure, columns, rows, **changes):
    """The result of an outcome with a numeric and a worded moderator and every sensitivity analysis."""
    k = len(rows)
    named = [(f"Study {2020 - number % 3}{'abcdef'[number]}", *row) for number, row in enumerate(rows)]
    extra = ["freeman_tukey", "arcsine"] if measure in ("PLO", "PR", "PAS", "PFT") else ["failsafe_n"]
    chosen = {"moderators": ["latitude", "allocation"], "sensitivity": EVERY + extra, "model": "inverse_variance"}
    settings = spec(measure, columns, **{**scale(measure), **chosen, **changes})
    frame = table(named, columns, latitude=LATITUDE[:k], allocation=ALLOCATION[:k])
    return run(frame, settings), settings


@needs_r
@pytest.mark.parametrize(
    ("measure", "columns", "rows"),
    [(name, ("events", "total"), [row[2:] for row in SIX]) for name in ("PLO", "PR", "PAS", "PFT")]
    + [(name, ARMS, SIX) for name in ("RR", "OR", "RD")]
    + [(name, MEANS, [*STAYS, ("14", "8", "8", "18", "11", "13"), ("19", "7", "57", "18", "4", "52")]) for name in ("MD", "SMD", "ROM")]
    + [("GEN", ("effect", "lower", "upper"), [*EFFECTS, ("0.6", "0.2", "1.8"), ("1.1", "0.8", "1.5"), ("0.4", "0.2", "0.8")])],
)  # fmt: skip
def test_moderators_and_sensitivity_agree_with_r(measure, columns, rows, tmp_path):
    found, settings = moderated(measure, columns, rows)
    done = rscript(found, settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for what in (
        "latitude, coefficient 2 and interval",
        "allocation, QM",
        "influence, rstudent",
        "baujat, x",
        "leave_one_out, se",
        "cumulative, tau2",
        "main, vcov",
        "main, interval of tau2 ub",
        "trim and fill, beta",
        "fixed_effect, beta",
        "main.json, values",
    ):
        assert f"\n{what}" in done.stdout


@needs_r
@pytest.mark.parametrize(("method", "test"), [("DL", "z"), ("ML", "knha"), ("PM", "z"), ("EE", "z")])
def test_moderators_agree_with_r_by_every_method(method, test, tmp_path):
    found, settings = moderated("RR", ARMS, SIX, method=method, test=test)
    done = rscript(found, settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_r
def test_a_changed_number_in_the_document_of_one_analysis_is_found(tmp_path):
    settings = spec("RR", ARMS)
    found = run(table([(f"Study {number}", *row) for number, row in enumerate(TRIALS)], ARMS), settings)
    assert rscript(found, settings, tmp_path).returncode == 0
    document = tmp_path / "x" / "main.json"
    changed = json.loads(document.read_text(encoding="utf-8"))
    changed["values"]["tau2"] += 1e-4
    write_json(document, changed, sort_keys=False)
    done = again(found, tmp_path)
    assert done.returncode != 0
    assert re.search(r"\nmain\.json, values .*DIFFERS", done.stdout)


@needs_r
@pytest.mark.parametrize("where", [("moderators", "latitude"), ("sensitivity", "trim_and_fill")])
def test_a_wrong_number_of_a_moderator_or_sensitivity_analysis_is_found(where, tmp_path):
    found, settings = moderated("RR", ARMS, SIX)
    row = found[where[0]][where[1]]
    (row["coefficients"][1] if where[0] == "moderators" else row)["beta"] += 1e-4
    done = rscript(found, settings, tmp_path)
    assert done.returncode != 0
    assert "DIFFERS" in done.stdout


# Eight trials of the BCG vaccine, the first two and two others taken for arms of one study.
EIGHT = [*SIX, ("29", "7499", "45", "7277"), ("17", "1716", "65", "1665")]
FURTHER = ["bayesian", "selection_model", "permutation", "three_level"]


def several_arms(**changes):
    named = [(f"Study {number}", *row) for number, row in enumerate(EIGHT)]
    more = {"latitude": ["44", "55", "42", "52", "13", "33", "27", "42"]}
    more["allocation"] = ["random", "random", "alternate", "random", "alternate", "systematic", "random", "random"]
    frame = table(named, ARMS, **more).assign(study_id=list("aabcddef"), arm=list("12111211"))
    asked = {"moderators": list(more), "moderators_together": True, "sensitivity": FURTHER, **changes}
    settings = spec("RR", ARMS, **asked)
    return run(frame, settings), settings


def test_analyses_under_other_assumptions_are_sentences_with_their_numbers():
    found, _ = several_arms()
    told = {name: row["sentence"] for name, row in found["sensitivity"].items()}
    assert list(told) == FURTHER
    assert "credible interval" in told["bayesian"] and "of a new study" in told["bayesian"]
    assert "as often as the others" in told["selection_model"]
    assert "no overall effect, p = 0.008" in told["permutation"]  # 2 of 2^8 flips of signs
    assert "8 effects in 6 studies" in told["three_level"] and "CR2" in told["three_level"]
    together = found["moderators"]["together"]
    assert [row["name"] for row in together["coefficients"]] == [
        *("intercept", "latitude", "allocation random", "allocation systematic")
    ]
    assert "Test of all moderators: F = " in together["sentence"]


@needs_r
def test_analyses_under_other_assumptions_agree_with_r(tmp_path):
    found, settings = several_arms()
    done = rscript(found, settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("bayesian, of a new study", "three_level, se", "selection_model, delta", "together, QM"):
        assert f"\n{what}" in done.stdout


RARE = [("0", "100", "2", "101"), ("1", "120", "4", "118"), ("0", "90", "0", "92"), ("2", "150", "5", "149"), ("1", "80", "1", "82")]  # fmt: skip
RATES = [("3", "120.5", "9", "118.2"), ("5", "210", "12", "205.7"), ("0", "80", "4", "82"), ("7", "330", "9", "325")]


@needs_r
@pytest.mark.parametrize(
    ("measure", "model", "columns", "rows"),
    [
        ("OR", "mantel_haenszel", ARMS, RARE),
        ("OR", "peto", ARMS, RARE),
        ("OR", "conditional", ARMS, RARE),
        ("RR", "beta_binomial", ARMS, RARE),
        ("IRR", "mantel_haenszel", ("events1", "time1", "events2", "time2"), RATES),
        ("IRLN", "glmm", ("events", "time"), [row[:2] for row in RATES]),
        (
            "ZCOR",
            "inverse_variance",
            ("correlation", "n"),
            [("0.3", "40"), ("0.5", "62"), ("0.1", "55"), ("0.6", "30")],
        ),
    ],
)
def test_models_of_rare_events_rates_and_correlations_agree_with_r(measure, model, columns, rows, tmp_path):
    settings = spec(measure, columns, model=model)
    done = rscript(run(table([(f"S{i}", *row) for i, row in enumerate(rows)], columns), settings), settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nmain, ci_ub" in done.stdout


SEVERAL = """
files <- commandArgs(TRUE)
commandArgs <- function(trailingOnly = FALSE) paste0("--file=", current)
for (current in files) {
  found <- tryCatch({ capture.output(source(current, local = new.env())); "agrees" }, error = function(e) "differs")
  cat(basename(dirname(current)), found, "\\n")
}
"""
# What R does not see: names, texts, and what decides nothing that is printed as a number.
UNSEEN = {"seed", "iterations", "gradient", "maxima", "year", "undecided", "studies_included", "without_events"}
NOT_PRINTED = {
    "se_tau2",
    "Q_wald",
    "Q_wald_p",
}  # of a mixed model: R has none of the first, nor the others by every road
DIFFERENCE = re.compile(r"prismake (\S+)  R .*DIFFERS")


def leaves(value, path=()):
    """Every number of a result with its path; of a list only the last entry."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from leaves(value[-1], (*path, len(value) - 1))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def corrupted(found, paths):
    """A copy with these numbers changed, each by a factor of its own; and what they have become."""
    copy = json.loads(json.dumps(found))
    changed = {}
    for number, path in enumerate(paths):
        inner = copy
        for key in path[:-1]:
            inner = inner[key]
        old = inner[path[-1]]
        changed[path] = old + 1 + number % 7 if isinstance(old, int) else old * (1.05 + 1e-4 * number) + 1e-3
        inner[path[-1]] = changed[path]
    return copy, changed


def unnoticed(found, folder):
    """The numbers of a result that the script does not miss when they are changed.

    All numbers that R works out are changed at once, and those are noticed whose new value stands in a line that
    differs; again with the others, until no more are. What is left, and what R works with, is changed one by one.
    """
    paths = [path for path in leaves(found) if not UNSEEN & set(path)]
    alone = [path for path in paths if path[0] == "level" or "options" in path]
    alone += [path for path in paths if path[0] == "studies" and path[-1] in PARTS]
    rest = [path for path in paths if path not in alone]
    while rest:
        copy, changed = corrupted(found, rest)
        write_json(folder / "x.json", copy)
        printed = [float(text) for text in DIFFERENCE.findall(again(copy, folder).stdout) if text != "not"]
        noticed = {
            path for path, value in changed.items() if any(math.isclose(value, p, rel_tol=2e-9) for p in printed)
        }
        if not noticed:
            break
        rest = [path for path in rest if path not in noticed]
    files = []
    for number, path in enumerate([None, *alone, *rest]):
        copy = found if path is None else corrupted(found, [path])[0]
        write_json(folder / str(number) / "x.json", copy)
        files.append(folder / str(number) / "x.check.R")
        files[-1].write_text(pairwise_script(found, "x.check.R"), encoding="utf-8")
    (folder / "several.R").write_text(SEVERAL, encoding="utf-8")
    command = ["Rscript", str(folder / "several.R"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    seen = dict(line.split() for line in done.stdout.splitlines())
    assert seen.pop("0") == "agrees"
    missed = [path for number, path in enumerate([*alone, *rest], 1) if seen[str(number)] != "differs"]
    return [".".join(map(str, path)) for path in missed if path[-1] not in NOT_PRINTED]


PARTS = {*ARMS, *MEANS, "events", "total", "time", "effect", "lower", "upper", "correlation", "n"}
# Ten trials of two arms, of which seven report the region; as proportions the second arm alone.
TEN = [("4", "45", "8", "47"), ("9", "38", "12", "36"), ("2", "51", "9", "52"), ("11", "60", "13", "58"), ("5", "33", "9", "35"),
       ("7", "29", "8", "31"), ("3", "40", "12", "41"), ("10", "55", "16", "57"), ("6", "48", "7", "44"), ("1", "36", "6", "38")]  # fmt: skip
REGION = [*("north", "south") * 4, "north", "NR"]


def ten(measure, columns, keep, count=10, **changes):
    rows = [(f"Study {2000 + number}", *row[keep]) for number, row in enumerate(TEN[:count])]
    months = [str(3 + 5 * number % 17) for number in range(count)]
    return run(table(rows, columns, region=REGION[:count], months=months), spec(measure, columns, **changes))


EXAMPLES = {
    "mixed model, subgroups, small-study test": lambda: ten(
        "PLO", ("events", "total"), slice(2, 4), subgroups=["region"], sensitivity=["leave_one_out", "arcsine"]
    ),
    "series, regression, figures": lambda: ten(
        "OR",
        ARMS,
        slice(0, 4),
        moderators=["months"],
        sensitivity=["cumulative", "influence", "trim_and_fill", "bayesian"],
    ),
    "exact conditional model": lambda: ten(
        "OR", ARMS, slice(0, 4), 5, model="exact_conditional", subgroups=["region"], sensitivity=[]
    ),
    "beta-binomial model": lambda: ten("RR", ARMS, slice(0, 4), 5, model="beta_binomial", sensitivity=[]),
    "several arms": lambda: several_arms(moderators=[], moderators_together=False, sensitivity=["three_level"])[0],
}


# The others take minutes: tests/benchmarks/pooling/changed_numbers.py prints what R misses in each.
QUICK = ("beta-binomial model", "several arms")


@needs_r
@pytest.mark.parametrize("example", QUICK)
def test_every_number_that_is_changed_in_the_results_is_missed_by_r(example, tmp_path):
    found = EXAMPLES[example]()
    assert len(list(leaves(found))) > 90
    assert unnoticed(found, tmp_path) == []


PRIORS = [
    ("OR", {"kind": "turner", "outcome": "all-cause mortality", "comparison": "pharmacological v placebo or control"}),
    ("OR", {"kind": "half_cauchy", "scale": 0.3}),
    ("OR", {"kind": "uniform"}),
    ("SMD", {"kind": "rhodes"}),
    ("MD", {"scale": 20.0}),
]


@needs_r
@pytest.mark.parametrize(("measure", "prior"), PRIORS)
def test_posteriors_under_every_prior_agree_with_r(measure, prior, tmp_path):
    columns, rows = (ARMS, EIGHT) if measure == "OR" else (MEANS, STAYS)
    settings = spec(measure, columns, prior=prior, sensitivity=["bayesian"], model="inverse_variance")
    found = run(table([(f"Study {number}", *row) for number, row in enumerate(rows)], columns), settings)
    assert found["sensitivity"]["bayesian"]["estimate"] is not None
    done = rscript(found, settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nbayesian, tau median" in done.stdout


@needs_r
def test_lines_of_bubble_plots_agree_with_r(tmp_path):
    columns = ("events", "total")
    rows = [(f"Study {number}", *row[2:]) for number, row in enumerate(EIGHT)]
    more = {"latitude": ["44", "55", "42", "52", "13", "33", "27", "42"], "months": [*"13524687"]}
    more["allocation"] = ["random", "random", "alternate", "random", "alternate", "systematic", "random", "random"]
    settings = spec("PFT", columns, moderators=list(more), moderators_together=True, sensitivity=[])
    done = rscript(run(table(rows, columns, **more), settings), settings, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("latitude, bubbles over latitude, ci_lb", "together, bubbles over months, held"):
        assert f"\n{what}" in done.stdout
