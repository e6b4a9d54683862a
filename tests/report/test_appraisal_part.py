"""What the page says of the appraisal in words and in its table of agreement."""

from __future__ import annotations

import pandas as pd
from prismake.protocol.schema import with_defaults
from prismake.report.appraisal_methods import appraisal_methods, designs_present, instrument_details
from prismake.report.appraisal_part import appraisal_part

SCORES = pd.DataFrame(
    [
        ("Abel 2020", "rob2", "high risk of bias", "relapse", "D3: high instead of low (losses differ)", "3", ""),
        ("Bell 2021", "nos_cohort", "high quality", "", "", "0", "9"),
        ("Cole 2022", "none", "not appraised", "", "", "", ""),
    ],
    columns=["label", "instrument", "overall", "result", "why", "unsupported", "maximum"],
)
BLANK = dict.fromkeys(("kappa", "kappa_lb", "kappa_ub", "weighted", "weighted_lb", "weighted_ub", "remark"), "")
PAIR = {"instrument": "rob2", "first": "anna", "second": "ben", "n": "9", "observed": "0.888889"}
AGREEMENT = pd.DataFrame(
    [
        {**BLANK, **PAIR, "level": "item", "name": "1.1", "label": "Random?"},
        {**BLANK, **PAIR, "level": "domain", "label": "Missing data", "kappa": "-0.05", "kappa_lb": "-0.2", "kappa_ub": "0.1"},
        {**BLANK, **PAIR, "level": "overall", "label": "Overall", "remark": "all the same"},
    ]
)  # fmt: skip


def test_what_was_left_out_lacks_support_or_differs_is_said():
    notes = appraisal_part(SCORES, AGREEMENT, {"relapse": "Relapse"}, {})["notes"]
    assert notes == [
        "Not appraised, because the protocol names no instrument for the design: Cole 2022.",
        "3 answers are not supported by a quotation or page number: Abel 2020, Relapse (3).",
        "Abel 2020, Relapse: D3: high instead of low (losses differ).",
    ]


def test_stars_are_shown_where_an_instrument_gives_them():
    shown = [appraisal_part(scores, AGREEMENT, {}, {})["stars"] for scores in (SCORES, SCORES[:1], SCORES[:0])]
    assert shown == [True, False, True]


def test_agreement_on_domains_and_the_whole_as_it_is_printed():
    rows = appraisal_part(SCORES, AGREEMENT, {}, {"rob2": "RoB 2"})["agreement"]
    assert [(row["instrument"], row["what"], row["observed"], row["kappa"], row["weighted"]) for row in rows] == [
        ("RoB 2", "Missing data", "89 %", "−0.05 [−0.20, 0.10]", "–"),
        ("RoB 2", "Overall", "89 %", "–", "–"),
    ]


def paragraph(**appraisal) -> str:
    config = with_defaults({"title": "t", "question": "q", "appraisal": appraisal})
    return appraisal_methods(config, instrument_details(config["appraisal"]["instruments"]), "by two reviewers")


def test_the_methods_name_instruments_insistence_and_what_was_not_appraised():
    text = paragraph(instruments={"rct": "nos_cohort", "registry": "none"}, insist=["rct"])
    assert "in randomised trials with Newcastle–Ottawa Scale, cohort studies" in text
    assert "As required by the protocol, studies of the design rct were judged with" in text
    assert "which is intended for studies without randomisation" in text
    assert "Not appraised, because the protocol names no instrument: registry." in text
    assert "proposal" not in text


def test_the_methods_say_when_results_are_judged_and_which_version():
    text = paragraph(instruments={"rct": "rob2", "nrsi": "robins_i_v2"})
    assert (
        "RoB 2, randomised trials with parallel groups, effect of assignment to intervention (22 August 2019)" in text
    )
    assert "(draft of 20 November 2025)" in text
    assert "each outcome of a study was judged separately" in text
    assert "gave a reason wherever they departed from it" in text
    assert "stars" not in text


def test_the_page_names_the_designs_that_there_are():
    instruments = {"rct": "rob2", "cohort": "nos_cohort"}
    assert designs_present(instruments, pd.DataFrame({"design": ["cohort", "cohort"]})) == {"cohort": "nos_cohort"}
    assert designs_present(instruments, pd.DataFrame({"design": []})) == instruments
