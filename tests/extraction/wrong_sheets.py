"""Extraction sheets with one thing wrong each: what stands in which row and column of a sheet that is right."""

from __future__ import annotations

from typing import NamedTuple

from prismake.extraction.extracted import Column, Outcome


class Table(NamedTuple):
    """A sheet that is right: its outcomes, and its rows by study (texts as typed, in the order of the columns)."""

    columns: list[Column]
    outcomes: list[Outcome]
    rows: dict[str, list[str]]
    overlap: str = ""


class Wrong(NamedTuple):
    """What is typed instead, and the sentence that must follow."""

    table: str
    study: str
    typed: dict[str, str]
    grade: str  # stop, ask, or cell (it cannot be read)
    sentence: str


def columns(text: str) -> list[Column]:
    """``deaths:count people:count``."""
    return [
        Column(name, name.replace("_", " ").capitalize(), kind)
        for name, _, kind in (word.partition(":") for word in text.split())
    ]


def means_of(mean: str) -> dict[str, str]:
    """The columns of two means: ``hours``, ``sd`` and ``n``, and the same of the comparator."""
    parts = {"mean": mean, "sd": "sd", "n": "n"}
    return {
        f"{role}{arm}": f"{column}{end}" for arm, end in ((1, ""), (2, "_control")) for role, column in parts.items()
    }


ONE_ARM = Table(
    columns("people:count deaths:count percent:number assessed:text relapses:count remissions:count same:text"),
    [
        Outcome(
            "death", "PLO", {"events": "deaths", "total": "people"}, {"percent": "percent", "assessed": "assessed"}
        ),
        Outcome("relapse", "PLO", {"events": "relapses", "total": "remissions"}, {"assigned": "people"}),
    ],
    {
        "Abel 2015": ["40", "4", "10.0", "yes", "9", "31", ""],
        "Boyd 2016": ["52", "7", "13.5", "yes", "12", "40", ""],
        "Cruz 2017": ["18", "1", "5.6", "yes", "5", "14", ""],
        "Dahl 2018": ["75", "9", "12.0", "yes", "20", "61", ""],
        "Egan 2019": ["33", "3", "9.1", "yes", "8", "25", ""],
        "Font 2020": ["61", "8", "13.1", "yes", "15", "49", "Abel 2015"],
    },
    "same",
)
TWO_ARMS = Table(
    columns(
        "ill:count treated:count ill_control:count control:count share:number share_control:number "
        "ratio:number low:number high:number p:number favours:text dead:count dead_control:count"
    ),
    [
        Outcome(
            "illness",
            "OR",
            {"events1": "ill", "total1": "treated", "events2": "ill_control", "total2": "control"},
            {
                "percent1": "share",
                "percent2": "share_control",
                "effect": "ratio",
                "lower": "low",
                "upper": "high",
                "favours": "favours",
                "p": "p",
            },
            favours=("Favours treatment", "Favours control"),
            analysis_set="all",
        ),
        Outcome(
            "death", "RD", {"events1": "dead", "total1": "treated", "events2": "dead_control", "total2": "control"}
        ),
    ],
    {
        "Abel 2015": ["10", "100", "20", "100", "10.0", "20.0", "0.44", "0.20", "1.00", "0.051", "treatment", "2", "3"],
        "Boyd 2016": ["12", "120", "22", "118", "10.0", "18.6", "0.48", "0.23", "1.03", "0.060", "treatment", "1", "2"],
        "Cruz 2017": ["8", "90", "19", "92", "8.9", "20.7", "0.37", "0.15", "0.91", "0.030", "treatment", "3", "4"],
        "Dahl 2018": ["30", "300", "56", "310", "10.0", "18.1", "0.50", "0.31", "0.81", "0.005", "treatment", "8", "9"],
        "Egan 2019": ["9", "85", "18", "84", "10.6", "21.4", "0.43", "0.18", "1.03", "0.058", "treatment", "2", "2"],
    },
)
MEANS = Table(
    columns(
        "mean:number sd:number n:count mean_control:number sd_control:number n_control:count "
        "difference:number low:number high:number favours:text median:number q1:number q3:number start:count end:count"
    ),
    [
        Outcome(
            "pain",
            "MD",
            means_of("mean"),
            {
                "effect": "difference",
                "lower": "low",
                "upper": "high",
                "favours": "favours",
                "median": "median",
                "q1": "q1",
                "q3": "q3",
                "start": "start",
                "end": "end",
            },
            {"minimum": 0, "maximum": 100},
            ("Favours treatment", "Favours control"),
        )
    ],
    {
        "Abel 2015": ["41.2", "18", "50", "52", "19", "49", "-10.8", "-18.1", "-3.5", "treatment", "41", "29", "53", "2010", "2013"],
        "Boyd 2016": ["39.5", "17", "60", "48.9", "18", "61", "-9.4", "-15.6", "-3.2", "treatment", "39", "27", "51", "2011", "2014"],
        "Cruz 2017": ["44", "20", "36", "53.1", "19.5", "35", "-9.1", "-18.3", "0.1", "treatment", "45", "31", "57", "2012", "2015"],
        "Dahl 2018": ["40.7", "18.4", "80", "51.5", "18.8", "82", "-10.8", "-16.5", "-5.1", "treatment", "40", "28", "52", "2013", "2016"],
        "Egan 2019": ["42.3", "19.1", "45", "50.6", "18.2", "44", "-8.3", "-16.1", "-0.5", "treatment", "43", "30", "54", "2014", "2017"],
    },
)  # fmt: skip
LOSSES = Table(
    columns("loss:number sd:number n:count loss_control:number sd_control:number n_control:count"),
    [
        Outcome(
            "weight",
            "MD",
            means_of("loss"),
        )
    ],
    {
        "Abel 2015": ["-4.2", "5.1", "50", "-1.1", "4.9", "49"],
        "Boyd 2016": ["-3.8", "4.7", "60", "-0.9", "5.2", "61"],
        "Cruz 2017": ["-5.0", "5.5", "36", "-1.6", "5.0", "35"],
        "Dahl 2018": ["-4.4", "5.0", "80", "-1.3", "4.8", "82"],
        "Egan 2019": ["-3.5", "4.8", "45", "-0.7", "5.1", "44"],
    },
)
PUBLISHED = Table(
    columns("hr:number low:number high:number p:number"),
    [Outcome("death", "GEN", {"effect": "hr", "lower": "low", "upper": "high"}, {"p": "p"})],
    {
        "Abel 2015": ["0.72", "0.51", "1.02", "0.064"],
        "Boyd 2016": ["0.81", "0.62", "1.06", "0.124"],
        "Cruz 2017": ["0.65", "0.45", "0.94", "0.022"],
        "Dahl 2018": ["0.77", "0.60", "0.99", "<0.05"],
        "Egan 2019": ["0.70", "0.49", "1.00", "0.050"],
    },
)
DIFFERENCES = Table(
    columns("change:number low:number high:number"),
    [Outcome("change", "GEN", {"effect": "change", "lower": "low", "upper": "high"}, ratio=False)],
    {
        "Abel 2015": ["-1.2", "-2.4", "0"],
        "Boyd 2016": ["-0.8", "-1.9", "0.3"],
        "Cruz 2017": ["-1.5", "-2.8", "-0.2"],
        "Dahl 2018": ["-1.0", "-1.8", "-0.2"],
    },
)
RATES = Table(
    columns("infections:count days:number infections_control:count days_control:number"),
    [
        Outcome(
            "infection",
            "IRR",
            {"events1": "infections", "time1": "days", "events2": "infections_control", "time2": "days_control"},
        )
    ],
    {
        "Abel 2015": ["7", "1344", "11", "1988"],
        "Boyd 2016": ["8", "1600", "8", "1461"],
        "Cruz 2017": ["3", "2000", "14", "2000"],
        "Dahl 2018": ["6", "1400", "10", "1900"],
    },
)
CORRELATIONS = Table(
    columns("r:number n:count"),
    [Outcome("adherence", "ZCOR", {"correlation": "r", "n": "n"})],
    {
        "Abel 2015": ["0.19", "109"],
        "Boyd 2016": ["0.16", "749"],
        "Cruz 2017": ["0.34", "55"],
        "Dahl 2018": ["0.32", "107"],
    },
)
SCORES = Table(
    columns("mean:number sd:number n:count mean_control:number sd_control:number n_control:count"),
    [
        Outcome(
            "response",
            "MD",
            means_of("mean"),
            scale={"minimum": 0, "maximum": 1, "items": 1},
        )
    ],
    {
        "Abel 2015": ["0.43", "0.50", "28", "0.30", "0.47", "27"],
        "Boyd 2016": ["0.40", "0.50", "30", "0.33", "0.48", "30"],
        "Cruz 2017": ["0.44", "0.51", "25", "0.36", "0.49", "25"],
        "Dahl 2018": ["0.45", "0.51", "20", "0.35", "0.49", "20"],
    },
)
DOSES = Table(
    columns("hours:number sd:number n:count hours_control:number sd_control:number n_control:count"),
    [
        Outcome(
            "stay",
            "MD",
            means_of("hours"),
        )
    ],
    {
        "Abel 2015": ["50", "12", "40", "55", "13", "41"],
        "Boyd 2016": ["48", "11", "35", "54", "12", "36"],
        "Cruz 2017": ["53", "13", "50", "57", "13", "50"],
        "Dahl 2018": ["49", "12", "60", "56", "14", "61"],
        "Egan 2019": ["51", "12", "45", "55", "12", "44"],
        "Font 2020": ["52", "13", "38", "58", "14", "37"],
    },
)
SETS = Table(
    columns("treated:count fever:count evaluable:count rash:count"),
    [
        Outcome("fever", "PLO", {"events": "fever", "total": "treated"}, analysis_set="safety"),
        Outcome("rash", "PLO", {"events": "rash", "total": "evaluable"}, analysis_set="safety"),
    ],
    {
        "Abel 2015": ["40", "10", "40", "6"],
        "Boyd 2016": ["52", "14", "52", "7"],
        "Cruz 2017": ["18", "4", "18", "3"],
        "Dahl 2018": ["75", "21", "75", "11"],
    },
)
EVENTS = Table(
    columns("people:count fever:count rash:count pain:count nausea:count"),
    [Outcome(name, "PLO", {"events": name, "total": "people"}) for name in ("fever", "rash", "pain", "nausea")],
    {
        "Abel 2015": ["60", "40", "12", "31", "9"],
        "Boyd 2016": ["55", "36", "10", "25", "7"],
        "Cruz 2017": ["70", "49", "15", "36", "12"],
    },
)
COMMON = Table(
    columns("people:count fever:count"),
    [Outcome("fever", "PLO", {"events": "fever", "total": "people"})],
    {
        "Abel 2015": ["60", "40"],
        "Boyd 2016": ["55", "36"],
        "Cruz 2017": ["70", "49"],
        "Dahl 2018": ["48", "33"],
        "Egan 2019": ["65", "44"],
    },
)
EMPTY = Table(ONE_ARM.columns, ONE_ARM.outcomes, {"Abel 2015": ["NR"] * 6 + [""], "Boyd 2016": [""] * 7}, "same")

TABLES = {
    "one arm": ONE_ARM,
    "two arms": TWO_ARMS,
    "means": MEANS,
    "losses": LOSSES,
    "published": PUBLISHED,
    "differences": DIFFERENCES,
    "rates": RATES,
    "correlations": CORRELATIONS,
    "scores": SCORES,
    "doses": DOSES,
    "sets": SETS,
    "common": COMMON,
    "events": EVENTS,
    "empty": EMPTY,
}

WRONG = [
    Wrong(
        "losses",
        "Cruz 2017",
        {"loss": "5.0", "loss_control": "1.6"},
        "ask",
        "“Loss” is 5 and “Loss control” is 1.6, and all the other studies lie below 0: is the sign right?",
    ),
    Wrong(
        "losses",
        "Dahl 2018",
        {"loss_control": "1.3"},
        "ask",
        "“Loss control” is 1.3, and all the other studies lie below 0: is the sign right?",
    ),
    Wrong(
        "events",
        "Cruz 2017",
        {"people": "55", "fever": "36", "rash": "10", "pain": "25", "nausea": "7"},
        "ask",
        "the numbers are those of Boyd 2016 (People 55, Fever 36, Rash 10, Pain 25, Nausea 7), as if the participants were the same",
    ),
    Wrong("one arm", "Boyd 2016", {"deaths": "70"}, "stop", "“Deaths” is 70 of 52 “People”"),
    Wrong("one arm", "Abel 2015", {"people": "3", "percent": ""}, "stop", "“Deaths” is 4 of 3 “People”"),
    Wrong("one arm", "Cruz 2017", {"relapses": "50"}, "stop", "“Relapses” is 50 of 14 “Remissions”"),
    Wrong("one arm", "Cruz 2017", {"remissions": "140"}, "stop", "“Remissions” is 140 of 18 “People”"),
    Wrong(
        "one arm",
        "Dahl 2018",
        {"people": "0", "deaths": "0", "percent": "", "remissions": "NR", "relapses": "NR"},
        "stop",
        "“People” is 0 and must be above 0",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"people": "155365", "percent": ""},
        "ask",
        "“People” is 155,365, and half of the other studies have at most 40",
    ),
    Wrong(
        "one arm",
        "Dahl 2018",
        {"people": "7561", "percent": ""},
        "ask",
        "“People” is 7,561, and half of the other studies have at most 40",
    ),
    Wrong("one arm", "Dahl 2018", {"deaths": "75"}, "ask", "“Deaths” 75 of 75 is 100.0 %, and the report prints 12 %"),
    Wrong("one arm", "Dahl 2018", {"deaths": "19"}, "ask", "“Deaths” 19 of 75 is 25.3 %, and the report prints 12 %"),
    Wrong(
        "one arm", "Egan 2019", {"percent": "19.1"}, "ask", "“Deaths” 3 of 33 is 9.1 %, and the report prints 19.1 %"
    ),
    Wrong(
        "one arm",
        "Egan 2019",
        {"deaths": "0", "percent": "", "assessed": ""},
        "ask",
        "“Deaths” is 0, and “Assessed” does not say that it was looked for",
    ),
    Wrong(
        "one arm",
        "Abel 2015",
        {"same": "Dumas 2010"},
        "stop",
        "“Same” names “Dumas 2010”, which is no study of this review",
    ),
    Wrong("one arm", "Abel 2015", {"same": "abel 2015"}, "stop", "“Same” names the study itself"),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "48.2 %", "people": "27", "percent": "", "remissions": "25"},
        "cell",
        "no number of 27 gives 48.2 %; 13 gives 48.1 %, 14 gives 51.9 %. Correct the percentage or the total.",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "33 %", "people": "200", "percent": ""},
        "cell",
        "“33 %” of 200 can be 65, 66 or 67: which? Type the count.",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "7/53"},
        "cell",
        "“7/53” has two numbers, and the cells of “People” say different numbers. Type each in its cell.",
    ),
    Wrong(
        "one arm", "Boyd 2016", {"deaths": "7 (15 %)"}, "cell", "“7 (15 %)”: 7 of 52 is 13.5 %. Which number is wrong?"
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "13.5 %", "people": ""},
        "cell",
        "“13.5 %” of how many? Type the total into “People”, or the count here.",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "<5"},
        "cell",
        "“<5” says only that the number is below 5. Type the number, or NR.",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "7.5"},
        "cell",
        "“7.5” is no count. If it is a share, write 7.5 %; otherwise type the count.",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "0.135"},
        "cell",
        "“0.135” is no count. If it is a share, write 13.5 %; otherwise type the count.",
    ),
    Wrong("one arm", "Boyd 2016", {"deaths": "113.5"}, "cell", "“113.5” is no count. Type the count, or NR."),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "7 (15.0)"},
        "cell",
        "“7 (15.0)” has two numbers. If the second is a percentage, write 7 (15.0 %).",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "15 % (7)"},
        "cell",
        "“15 % (7)”: 7 of 52 is 13.5 %. Which number is wrong?",
    ),
    Wrong(
        "one arm",
        "Boyd 2016",
        {"deaths": "13.6 per cent", "percent": ""},
        "cell",
        "no number of 52 gives 13.6 %; 7 gives 13.5 %, 8 gives 15.4 %. Correct the percentage or the total.",
    ),
    Wrong("one arm", "Boyd 2016", {"deaths": "-7"}, "cell", "“-7” is no count"),
    Wrong("one arm", "Boyd 2016", {"people": "1,55,365"}, "cell", "“1,55,365” is no count"),
    Wrong("one arm", "Boyd 2016", {"deaths": "seven"}, "cell", "“seven” is no count"),
    Wrong("two arms", "Abel 2015", {"ill": "110", "share": ""}, "stop", "“Ill” is 110 of 100 “Treated”"),
    Wrong(
        "two arms",
        "Dahl 2018",
        {
            "ill": "56",
            "ill_control": "30",
            "treated": "310",
            "control": "300",
            "share": "18.1",
            "share_control": "10.0",
        },
        "ask",
        "the numbers of the row give 1.98, and “Ratio” is 0.5",
    ),
    Wrong("two arms", "Boyd 2016", {"ill": "22"}, "ask", "“Ill” 22 of 120 is 18.3 %, and the report prints 10 %"),
    Wrong("two arms", "Boyd 2016", {"treated": "210"}, "ask", "“Ill” 12 of 210 is 5.7 %, and the report prints 10 %"),
    Wrong(
        "two arms",
        "Cruz 2017",
        {"ratio": "0.73"},
        "ask",
        "0.73 (0.15 to 0.91) does not lie in the middle of its interval on the logarithmic scale",
    ),
    Wrong("two arms", "Cruz 2017", {"ratio": "2.73"}, "stop", "“Ratio” is 2.73, outside its interval 0.15 to 0.91"),
    Wrong("two arms", "Cruz 2017", {"low": "0.51"}, "stop", "“Ratio” is 0.37, outside its interval 0.51 to 0.91"),
    Wrong(
        "two arms",
        "Cruz 2017",
        {"high": "9.1"},
        "ask",
        "0.37 (0.15 to 9.1) does not lie in the middle of its interval on the logarithmic scale",
    ),
    Wrong(
        "two arms",
        "Cruz 2017",
        {"p": "0.3"},
        "ask",
        "0.37 (0.15 to 0.91) and “P” 0.3 do not fit: the interval has z = 2.16, the p-value z = 1.04",
    ),
    Wrong(
        "two arms",
        "Cruz 2017",
        {"favours": "control"},
        "ask",
        "the study favours control, and its numbers lie on the side “Favours treatment”",
    ),
    Wrong(
        "two arms",
        "Cruz 2017",
        {"ratio": "", "p": "0.0001"},
        "ask",
        "the numbers of the row give p = 0.03 (z = 2.18), and “P” is 0.0001",
    ),
    Wrong("two arms", "Cruz 2017", {"low": "-0.15"}, "stop", "0.37 (-0.15 to 0.91) is a ratio, which must be above 0"),
    Wrong(
        "two arms",
        "Egan 2019",
        {"control": "842"},
        "ask",
        "“Ill control” 18 of 842 is 2.1 %, and the report prints 21.4 %",
    ),
    Wrong("two arms", "Egan 2019", {"dead": "90"}, "stop", "“Dead” is 90 of 85 “Treated”"),
    Wrong("two arms", "Egan 2019", {"share": "10.6 % (9)"}, "cell", "“10.6 % (9)” is no number"),
    Wrong(
        "means",
        "Abel 2015",
        {"sd": "2.5"},
        "ask",
        "the numbers of the row give an interval that is 1.4 times narrower than -18.1 to -3.5, as printed",
    ),
    Wrong(
        "means",
        "Abel 2015",
        {"sd": "1.8"},
        "ask",
        "the numbers of the row give an interval that is 1.4 times narrower than -18.1 to -3.5, as printed",
    ),
    Wrong("means", "Abel 2015", {"sd": "0"}, "stop", "“Sd” is 0 and must be above 0"),
    Wrong(
        "means", "Abel 2015", {"n": "1"}, "stop", "“N” is 1 and must be at least 2 for a standard deviation to exist"
    ),
    Wrong("means", "Abel 2015", {"mean": "412"}, "stop", "“Mean” is 412, outside the scale of 0 to 100"),
    Wrong("means", "Abel 2015", {"sd": "60"}, "stop", "“Sd” is 60; on a scale of 0 to 100 it is at most 50.5"),
    Wrong(
        "means",
        "Abel 2015",
        {"mean": "52", "mean_control": "41.2"},
        "ask",
        "the numbers of the row give 10.8, and “Difference” is -10.8",
    ),
    Wrong(
        "means",
        "Abel 2015",
        {"difference": "10.8", "low": "3.5", "high": "18.1"},
        "ask",
        "the numbers of the row give -10.8, and “Difference” is 10.8",
    ),
    Wrong("means", "Boyd 2016", {"q1": "51", "q3": "27"}, "stop", "the first quartile 51 is above the median 39"),
    Wrong("means", "Boyd 2016", {"median": "24"}, "stop", "the first quartile 27 is above the median 24"),
    Wrong("means", "Boyd 2016", {"start": "2018"}, "ask", "it begins in 2018 and ends in 2014"),
    Wrong(
        "means",
        "Boyd 2016",
        {"start": "2019", "end": "2020"},
        "ask",
        "it begins in 2019, after its publication in 2016",
    ),
    Wrong(
        "means",
        "Boyd 2016",
        {"n": "600"},
        "ask",
        "the numbers of the row give an interval that is 1.3 times narrower than -15.6 to -3.2, as printed",
    ),
    Wrong(
        "means",
        "Boyd 2016",
        {"mean": "39.5 ± 1.7"},
        "cell",
        "“39.5 ± 1.7” and “Sd” 17 differ. Type each number in its cell.",
    ),
    Wrong(
        "means",
        "Boyd 2016",
        {"favours": "control"},
        "ask",
        "the study favours control, and its numbers lie on the side “Favours treatment”",
    ),
    Wrong(
        "means",
        "Cruz 2017",
        {"low": "-18.3", "high": "-20"},
        "stop",
        "“Difference” is -9.1, outside its interval -18.3 to -20",
    ),
    Wrong("means", "Cruz 2017", {"mean": "1,234.5.6"}, "cell", "“1,234.5.6” is no number"),
    Wrong("published", "Abel 2015", {"hr": "1.7"}, "stop", "“Hr” is 1.7, outside its interval 0.51 to 1.02"),
    Wrong(
        "published",
        "Abel 2015",
        {"low": "0.72", "high": "0.72"},
        "stop",
        "the interval of “Hr” begins and ends at 0.72",
    ),
    Wrong("published", "Abel 2015", {"low": "-0.51"}, "stop", "0.72 (-0.51 to 1.02) is a ratio, which must be above 0"),
    Wrong(
        "published",
        "Abel 2015",
        {"high": "1.52"},
        "ask",
        "0.72 (0.51 to 1.52) does not lie in the middle of its interval on the logarithmic scale",
    ),
    Wrong(
        "published",
        "Abel 2015",
        {"p": "0.006"},
        "ask",
        "0.72 (0.51 to 1.02) and “P” 0.006 do not fit: the interval has z = 1.86, the p-value z = 2.75",
    ),
    Wrong(
        "published",
        "Abel 2015",
        {"p": "<0.001"},
        "ask",
        "0.72 (0.51 to 1.02) and “P” 0.001 do not fit: the interval has z = 1.86, the p-value z = 3.29",
    ),
    Wrong(
        "published",
        "Abel 2015",
        {"hr": "0.72 (0.51–1.20)"},
        "cell",
        "“0.72 (0.51–1.20)” and “High” 1.02 differ. Type each number in its cell.",
    ),
    Wrong(
        "published",
        "Abel 2015",
        {"hr": "7.2", "low": "5.1", "high": "10.2", "p": "<0.001"},
        "ask",
        "the effect lies 11.8 standard errors above what the other studies foretell",
    ),
    Wrong("differences", "Boyd 2016", {"change": "0.8"}, "stop", "“Change” is 0.8, outside its interval -1.9 to 0.3"),
    Wrong(
        "differences",
        "Boyd 2016",
        {"change": "-0.2"},
        "ask",
        "-0.2 (-1.9 to 0.3) does not lie in the middle of its interval on its own scale",
    ),
    Wrong(
        "differences",
        "Boyd 2016",
        {"low": "0.3", "high": "-1.9"},
        "stop",
        "“Change” is -0.8, outside its interval 0.3 to -1.9",
    ),
    Wrong(
        "differences",
        "Boyd 2016",
        {"change": "8", "low": "6.9", "high": "9.1"},
        "ask",
        "the effect lies 14.4 standard errors above what the other studies foretell",
    ),
    Wrong("rates", "Cruz 2017", {"days": "0"}, "stop", "“Days” is 0 and must be above 0"),
    Wrong("rates", "Cruz 2017", {"infections": "-3"}, "cell", "“-3” is no count"),
    Wrong(
        "rates",
        "Cruz 2017",
        {"days": "2"},
        "ask",
        "the effect lies 7.8 standard errors above what the other studies foretell",
    ),
    Wrong("correlations", "Cruz 2017", {"r": "1.2"}, "stop", "“R” is 1.2 and must lie between -1 and 1"),
    Wrong("correlations", "Cruz 2017", {"r": "-1"}, "stop", "“R” is -1 and must lie between -1 and 1"),
    Wrong(
        "correlations",
        "Cruz 2017",
        {"n": "3"},
        "stop",
        "“N” is 3 and must be at least 4 for the variance of a correlation to exist",
    ),
    Wrong(
        "correlations", "Cruz 2017", {"r": "34 %"}, "cell", "“34 %” can be 34 or 0.34. Type the number that is meant."
    ),
    Wrong(
        "correlations",
        "Boyd 2016",
        {"r": "-0.91"},
        "ask",
        "the effect lies 25.2 standard errors below what the other studies foretell",
    ),
    Wrong("scores", "Abel 2015", {"mean": "0.45"}, "ask", "no 28 whole numbers have the mean 0.45 (“Mean”)"),
    Wrong(
        "scores", "Abel 2015", {"sd": "0.35"}, "ask", "0/1 data of 28 people with the mean 0.43 do not have the SD 0.35"
    ),
    Wrong("scores", "Abel 2015", {"sd": "0.58"}, "stop", "“Sd” is 0.58; on a scale of 0 to 1 it is at most 0.509"),
    Wrong("scores", "Abel 2015", {"mean": "1.2"}, "stop", "“Mean” is 1.2, outside the scale of 0 to 1"),
    Wrong(
        "doses",
        "Abel 2015",
        {"hours": "2.1", "sd": "0.5", "hours_control": "2.3", "sd_control": "0.54"},
        "ask",
        "“Hours” is 2.1 and 51 in the middle of the other studies, a factor near 24 (hours and days): another unit?",
    ),
    Wrong(
        "doses",
        "Abel 2015",
        {"sd": "1.9"},
        "ask",
        "“Sd” is 1.9, 6.6 times less than usual here; times √40 it is 12: a standard error?",
    ),
    Wrong(
        "doses",
        "Abel 2015",
        {"hours": "350"},
        "ask",
        "“Hours” is 350 and 51 in the middle of the other studies, a factor near 7 (days and weeks): another unit?",
    ),
    Wrong("doses", "Abel 2015", {"n": "40000"}, "ask", "“N” is 40,000, and half of the other studies have at most 45"),
    Wrong(
        "sets",
        "Boyd 2016",
        {"evaluable": "47"},
        "ask",
        "“Treated” is 52 and “Evaluable” 47, although both count the analysis set “safety”",
    ),
    Wrong(
        "sets",
        "Dahl 2018",
        {"treated": "7521"},
        "ask",
        "“Treated” is 7,521, which is 75 and 21 of the cells beside it written as one number",
    ),
    Wrong(
        "common",
        "Cruz 2017",
        {"fever": "0"},
        "ask",
        "“Fever” is 0 of 70, which has a chance of 0.0001 by the other studies: none, or not reported (NR)?",
    ),
    Wrong(
        "common",
        "Egan 2019",
        {"people": "650"},
        "ask",
        "the effect lies 16.0 standard errors below what the other studies foretell",
    ),
    Wrong(
        "common",
        "Egan 2019",
        {"fever": "4"},
        "ask",
        "the effect lies 6.5 standard errors below what the other studies foretell",
    ),
]
_BLANK = dict.fromkeys(("share", "share_control", "ratio", "low", "high", "p", "favours"), "")
WRONG += [
    Wrong(
        "two arms",
        "Dahl 2018",
        {**_BLANK, "treated": "30", "ill": "3"},
        "ask",
        "“Treated” 30 and “Control” 310 are 1 : 10.3, which is 1 : 1 in the other studies",
    ),
    Wrong(
        "two arms",
        "Egan 2019",
        {**_BLANK, "treated": "850", "ill": "99"},
        "ask",
        "“Treated” 850 and “Control” 84 are 10.1 : 1, which is 1 : 1 in the other studies",
    ),
    Wrong(
        "two arms",
        "Dahl 2018",
        {**_BLANK, "ill": "56", "ill_control": "30"},
        "ask",
        "the effect lies far from those of the other studies and would not with the arms exchanged",
    ),
    Wrong(
        "two arms",
        "Egan 2019",
        {**_BLANK, "ill": "0", "ill_control": "0"},
        "ask",
        "“Ill” is 0 of 85 and “Ill control” is 0 of 84, which has a chance of 0.0001 by the other studies: none, or not "
        "reported (NR)?",
    ),
    Wrong(
        "two arms",
        "Dahl 2018",
        {**_BLANK, "ill_control": "18"},
        "ask",
        "“Ill control” is 18 of 310, far from the other studies; as a percentage (56 of 310) it would not be: is it a "
        "count?",
    ),
    Wrong(
        "doses",
        "Abel 2015",
        {"n": "400"},
        "ask",
        "“N” 400 and “N control” 41 are 9.8 : 1, which is 1 : 1 in the other studies",
    ),
    Wrong(
        "doses",
        "Abel 2015",
        {"sd": "38", "hours": "50"},
        "ask",
        "“Sd” 38 and “Sd control” 13 are 2.9 : 1, which is 1 : 1.1 in the other studies: a standard error, or a digit?",
    ),
    Wrong(
        "losses",
        "Abel 2015",
        {"loss": "-44.2"},
        "ask",
        "“Loss” is -44.2, with which the effect lies far from the other studies; with -4.2 it would not: a digit typed "
        "twice?",
    ),
    Wrong(
        "losses",
        "Abel 2015",
        {"loss": "-42", "loss_control": "-11", "sd": "51", "sd_control": "49"},
        "ask",
        "“Loss” and “Sd” of both arms are 10 times larger than in the middle of the other studies, a factor near 10 "
        "(mm and cm): another unit?",
    ),
]
