"""Every rule by which extracted numbers are checked, each with a sheet that breaks it: the check, and its grade."""

from __future__ import annotations

import re
from pathlib import Path

import prismake.extraction
import pytest
from prismake.extraction.checks import accuracy_tables, directions, dose_groups, findings
from prismake.extraction.extracted import Outcome, extraction_of
from prismake.protocol.unpooled_outcomes import DIRECTION, P_VALUE
from wrong_sheets import TABLES, Table, columns, means_of

PARTS = ("se", "ci_lower", "ci_upper", "median", "q1", "q3", "minimum", "maximum")
CONVERTED = Table(
    columns(
        "mean:number sd:number n:count mean_control:number sd_control:number n_control:count assigned:count p:number "
        "low:number high:number " + " ".join(f"{part}:number" for part in PARTS)
    ),
    [
        Outcome(
            "pain",
            "MD",
            means_of("mean"),
            {"assigned1": "assigned"},
            converted_from={
                **{f"{part}1": part for part in PARTS},
                **{"p": "p", "difference_lower": "low", "difference_upper": "high"},
            },
        )
    ],
    {
        "Abel 2015": ["12", "4", "25", "15", "4", "25", "27", "0.01", "-5.3", "-0.7", *"0.8 10.4 13.6 12 9 15 4 21".split()],
        "Boyd 2016": ["11", "5", "36", "14", "5", "36", "36", "0.01", "-5.4", "-0.6", *"0.83 9.3 12.7 11 8 14 2 22".split()],
    },
)  # fmt: skip
SUMS = Table(
    columns("all:count people:count children:count young:count adults:count old:count"),
    [
        Outcome("fever", "PLO", {"events": "all", "total": "people"}, sum_of=("in_children", "in_adults")),
        Outcome("in_children", "PLO", {"events": "children", "total": "young"}),
        Outcome("in_adults", "PLO", {"events": "adults", "total": "old"}),
    ],
    {"Abel 2015": ["12", "50", "5", "20", "7", "30"]},
)
ARMS = Table(
    columns("ill:count treated:count ill_control:count control:count assigned:count"),
    [
        Outcome(
            "illness",
            "RD",
            {"events1": "ill", "total1": "treated", "events2": "ill_control", "total2": "control"},
            {"assigned": "assigned"},
        )
    ],
    {f"Study {year}": [str(year - 2000), "60", str(year - 1998), "61", "125"] for year in range(2010, 2016)},
)
TRIALS = Table(
    ARMS.columns,
    ARMS.outcomes,
    {f"Study {year}": [str(year - 2000), "60", str(year - 1970), "61", "125"] for year in range(2010, 2016)},
)
RATES = Table(
    TABLES["rates"].columns,
    TABLES["rates"].outcomes,
    {**TABLES["rates"].rows, "Egan 2019": ["9", "1750", "12", "1810"], "Font 2020": ["5", "1290", "9", "1400"]},
)
ACCURACY = Table(
    columns("tp:count fp:count fn:count tn:count diseased:count sens:number"),
    [
        Outcome(
            "test",
            accuracy_tables.MEASURE,
            {part: part for part in ("tp", "fp", "fn", "tn")},
            {"diseased": "diseased", "sensitivity": "sens"},
        )
    ],
    {"Abel 2015": ["45", "6", "5", "60", "50", "90.0"]},
)
PERIODS = Table(
    columns(
        "events:count people:count started:text ended:text followed:number same:text mean:number sd:number n:count"
    ),
    [
        Outcome("death", "PLO", {"events": "events", "total": "people"}),
        Outcome("age", "MN", {"mean": "mean", "sd": "sd", "n": "n"}),
    ],
    {
        "Abel 2015": ["10", "50", "January 2010", "2013", "24", "", "48.2", "11.5", "50"],
        "Boyd 2017": ["10", "50", "2010", "2014-03", "36", "Abel 2015", "48.2", "11.5", "50"],
    },
    "same",
)
UNPOOLED = Table(
    columns("direction:text p:text effect:number low:number high:number"),
    [
        Outcome(
            "recovery",
            directions.MEASURE,
            {DIRECTION: "direction", P_VALUE: "p", "effect": "effect", "lower": "low", "upper": "high"},
            favours=("Favours drug", "Favours placebo"),
            ratio=False,
            effect_measure="GEN",
        )
    ],
    {"Abel 2015": ["Favours drug", "0.03", "-2.1", "-4.0", "-0.2"]},
)
COLUMNS_OF_DOSES = {
    "dose": "dose",
    "events": "cases",
    "total": "people",
    "effect": "rr",
    "lower": "low",
    "upper": "high",
}
DOSES = Table(
    columns("dose:text cases:count people:count rr:number low:number high:number"),
    [Outcome("gout", dose_groups.MEASURE, COLUMNS_OF_DOSES)],
    {
        "Abel 2015|none": ["0", "40", "1000", "1", "", ""],
        "Abel 2015|some": ["10", "50", "1000", "1.25", "0.83", "1.88"],
        "Abel 2015|much": ["30", "65", "1000", "1.6", "1.1", "2.4"],
    },
)
OWN = {
    "dose groups": DOSES,
    "unpooled": UNPOOLED,
    "converted": CONVERTED,
    "sums": SUMS,
    "arms": ARMS,
    "trials": TRIALS,
    "more rates": RATES,
    "accuracy": ACCURACY,
    "periods": PERIODS,
    **TABLES,
}
SCALE = {"mean": "0.43", "sd": "0.50", "n": "28"}

RULES = [  # the rule; grade and check; a sheet, a study, and what is typed there instead
    ("events are no more than people", "stop", "counts", "one arm", "Abel 2015", {"deaths": "41", "percent": "", "assessed": "yes"}),
    ("people analysed are no more than those assigned", "stop", "counts", "one arm", "Abel 2015", {"remissions": "41"}),
    ("the same for means", "stop", "counts", "converted", "Abel 2015", {"assigned": "24"}),
    ("a group has people", "stop", "counts", "one arm", "Boyd 2016", {"people": "0", "deaths": "0", "remissions": "0", "relapses": "0"}),
    ("a P value lies between 0 and 1", "stop", "counts", "converted", "Abel 2015", {"p": "1.2"}),
    ("a percentage lies between 0 and 100", "stop", "counts", "one arm", "Abel 2015", {"percent": "110"}),
    ("a standard error is above 0", "stop", "counts", "converted", "Abel 2015", {"se": "0"}),
    ("a correlation lies between -1 and 1", "stop", "counts", "correlations", "Abel 2015", {"r": "1.9"}),
    ("totals of one analysis set agree", "ask", "denominators", "sets", "Boyd 2016", {"evaluable": "50"}),
    ("subgroups are no more than everybody", "stop", "sum of subgroups", "sums", "Abel 2015", {"adults": "9"}),
    ("subgroups are everybody", "ask", "sum of subgroups", "sums", "Abel 2015", {"old": "29"}),
    ("both arms are no more than those assigned", "stop", "sum of arms", "arms", "Study 2010", {"treated": "66"}),
    ("a total is like those of the other studies", "ask", "outlying total", "common", "Boyd 2016", {"people": "5500"}),
    ("two cells are not typed as one number", "ask", "typed together", "one arm", "Dahl 2018", {"people": "2061", "percent": ""}),
    ("a percentage is that of its count", "ask", "printed percentage", "one arm", "Egan 2019", {"percent": "19.1"}),
    ("a percentage without its count gives one", "stop", "percentage of no count", "one arm", "Boyd 2016", {"deaths": "NR", "people": "27", "percent": "48.2", "remissions": "25", "relapses": "7"}),
    ("and is worth typing", "note", "percentage without count", "one arm", "Boyd 2016", {"deaths": "NR"}),
    ("whole numbers can have the mean (GRIM)", "ask", "GRIM", "scores", "Abel 2015", {"mean": "0.41", "n": "20"}),
    ("0/1 data can have the SD (DEBIT)", "ask", "DEBIT", "scores", "Abel 2015", {"sd": "0.41"}),
    ("an SD is no standard error", "ask", "SD or SE", "doses", "Abel 2015", {"sd": "1.9"}),
    ("an SD and its standard error belong together", "ask", "SD and SE", "converted", "Abel 2015", {"se": "0.4"}),
    ("a scale allows the mean", "stop", "scale", "means", "Abel 2015", {"mean": "412"}),
    ("a scale allows the SD", "stop", "SD of a scale", "means", "Abel 2015", {"sd": "60"}),
    ("the extremes allow the SD", "stop", "SD of a range", "converted", "Abel 2015", {"sd": "6", "minimum": "9", "maximum": "15.5", "q1": "10", "se": ""}),
    ("an estimate lies within its interval", "stop", "interval", "published", "Abel 2015", {"hr": "1.7"}),
    ("a ratio is above 0", "stop", "interval", "published", "Abel 2015", {"low": "-0.51"}),
    ("a ratio without an interval is above 0", "stop", "counts", "published", "Abel 2015", {"hr": "-0.2", "low": "NR", "high": "NR"}),
    ("an estimate lies in the middle of its interval", "ask", "asymmetry", "published", "Abel 2015", {"high": "1.52"}),
    ("an interval and its P value agree", "ask", "interval and p", "published", "Abel 2015", {"p": "0.006"}),
    ("the printed effect is that of the numbers", "ask", "printed effect", "means", "Abel 2015", {"difference": "10.8", "low": "3.5", "high": "18.1"}),
    ("the printed interval is that of the numbers", "ask", "printed interval", "means", "Abel 2015", {"sd": "1.8"}),
    ("the printed P value is that of the numbers", "ask", "printed p-value", "two arms", "Cruz 2017", {"ratio": "", "p": "0.0001"}),
    ("an effect lies on the side that the study favours", "ask", "sign", "two arms", "Cruz 2017", {"favours": "control"}),
    ("a mean has the sign of the others", "ask", "sign of a mean", "losses", "Abel 2015", {"loss": "4.2"}),
    ("arms are not exchanged", "ask", "arms exchanged", "trials", "Study 2012", {"ill": "42", "ill_control": "12"}),
    ("zero is not typed for not reported", "ask", "zero or not reported", "one arm", "Egan 2019", {"deaths": "0", "percent": "", "assessed": ""}),
    ("quartiles surround the median", "stop", "order of quantiles", "converted", "Abel 2015", {"q1": "13"}),
    ("a mean lies between the extremes", "stop", "order of quantiles", "converted", "Abel 2015", {"mean": "22", "maximum": "21", "ci_lower": "", "ci_upper": ""}),
    ("a mean lies within its interval", "stop", "order of quantiles", "converted", "Abel 2015", {"ci_lower": "12.4"}),
    ("a difference lies within its interval", "ask", "interval of a difference", "converted", "Abel 2015", {"low": "0.7", "high": "5.3"}),
    ("enrolment begins before it ends", "ask", "time", "periods", "Abel 2015", {"started": "2014"}),
    ("enrolment is over when it is published", "ask", "time", "periods", "Abel 2015", {"ended": "2016"}),
    ("follow-up is no longer than the time there was", "ask", "time", "periods", "Abel 2015", {"followed": "240"}),
    ("means are in the unit of the others", "ask", "unit", "doses", "Abel 2015", {"hours": "2.1", "sd": "0.5", "hours_control": "2.3", "sd_control": "0.54"}),
    ("rates are in the unit of the others", "ask", "unit", "more rates", "Boyd 2016", {"days": "53.3", "days_control": "48.7"}),
    ("two studies do not share counts and people", "ask", "same numbers", "events", "Boyd 2016", {"people": "60", "fever": "40", "rash": "12", "pain": "31", "nausea": "9"}),
    ("two studies do not share means and people", "ask", "same numbers", "doses", "Boyd 2016", {"hours": "50", "sd": "12", "n": "40", "hours_control": "55", "sd_control": "13", "n_control": "41"}),
    ("reports on the same people give the same counts", "ask", "changed report", "periods", "Boyd 2017", {"events": "12"}),
    ("and the same means", "ask", "changed report", "periods", "Boyd 2017", {"mean": "51"}),
    ("events do not become fewer among more people", "note", "changed report", "periods", "Boyd 2017", {"events": "9", "people": "60"}),
    ("the study with the same participants is one of the review", "stop", "same participants", "one arm", "Abel 2015", {"same": "Dumas 2010"}),
    ("cells of a 2 x 2 table add up", "stop", "sum of a table", "accuracy", "Abel 2015", {"fn": "6"}),
    ("a sensitivity is that of its table", "ask", "printed accuracy", "accuracy", "Abel 2015", {"sens": "94.0"}),
    ("a test is no worse than chance", "ask", "worse than chance", "accuracy", "Abel 2015", {"tp": "5", "fn": "45", "fp": "60", "tn": "6", "sens": ""}),
    ("an effect lies near those of the other studies", "ask", "far from the others", "common", "Cruz 2017", {"fever": "6"}),
    ("two arms are of sizes like those of the other studies", "ask", "sizes of the arms", "arms", "Study 2012", {"control": "840", "assigned": ""}),
    ("SDs of two arms are like those of the other studies", "ask", "SDs of the arms", "losses", "Dahl 2018", {"sd": "15"}),
    ("a standardised difference is like those of the other studies", "ask", "standardised difference", "losses", "Dahl 2018", {"sd": "1.0", "sd_control": "0.9", "n": "900", "n_control": "910"}),
    ("a digit is not typed twice", "ask", "doubled digit", "common", "Abel 2015", {"people": "660"}),
    ("a percentage is not typed as a count", "ask", "percentage typed as a count", "arms", "Study 2015", {"treated": "600", "control": "601", "ill": "25", "ill_control": "170", "assigned": ""}),
    ("a P value that is not pooled can be read", "stop", "p-value", "unpooled", "Abel 2015", {"p": "0"}),
    ("a direction is that of the effect", "ask", "direction", "unpooled", "Abel 2015", {"direction": "Favours placebo"}),
    ("an effect has a direction", "note", "direction", "unpooled", "Abel 2015", {"direction": "NR"}),
    ("cases of a dose group are no more than its people", "stop", "dose group", "dose groups", "Abel 2015|some", {"cases": "1001"}),
    ("a dose can be read", "stop", "dose", "dose groups", "Abel 2015|some", {"dose": "a lot"}),
    ("dose groups of a study have different doses", "stop", "doses of a study", "dose groups", "Abel 2015|much", {"dose": "10"}),
    ("one dose group is the reference", "stop", "reference group", "dose groups", "Abel 2015|some", {"low": "", "high": ""}),
    ("a ratio of doses is not turned round", "ask", "ratio and counts", "dose groups", "Abel 2015|much", {"cases": "400", "rr": "0.6", "low": "0.4", "high": "0.9"}),
]  # fmt: skip


def found(table, study="", typed=()):
    """(study, grade, check) of every finding, with some cells of a study typed otherwise."""
    names = [column.name for column in table.columns]
    answers = {
        row: {**dict(zip(names, cells, strict=True)), **(dict(typed) if row == study else {})}
        for row, cells in table.rows.items()
    }
    timing = {"start": "started", "end": "ended", "follow_up": "followed"} if table is PERIODS else {}
    labels = [
        column._replace(label="Follow-up, months") if column.name == "followed" else column for column in table.columns
    ]
    extraction = extraction_of(labels, answers, {}, table.outcomes, list(answers), table.overlap, timing)
    return {(finding.item, finding.grade.value, finding.check) for finding in findings(extraction)}


@pytest.mark.parametrize("name", [name for name in OWN if name not in TABLES])
def test_sheets_without_a_mistake_break_no_rule(name):
    assert found(OWN[name]) == set()


@pytest.mark.parametrize(
    ("grade", "check", "table", "study", "typed"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES]
)
def test_each_rule_asks_or_stops_where_it_is_broken(grade, check, table, study, typed):
    assert (study, grade, check) in found(OWN[table], study, typed)


def test_no_check_is_without_a_rule():
    folder = Path(prismake.extraction.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for path in (folder / "checks").glob("*.py"))
    named = set(re.findall(r'Grade\.(?:STOP|ASK|NOTE),\s+"([^"]+)"', source))
    assert named - {"GRIMMER"} <= {rule[2] for rule in RULES}  # GRIMMER is compared with its definition elsewhere
    assert len({rule[0] for rule in RULES}) == len(RULES)
