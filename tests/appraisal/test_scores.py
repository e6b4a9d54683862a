"""From the panel's answers to stars, judgements, agreement and the tables for robvis."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import prismake
import pytest
from prismake.appraisal.agreement import agreement_table
from prismake.appraisal.appraisal_rows import appraisal_rows
from prismake.appraisal.proposals import proposals
from prismake.appraisal.ratings import ratings_for
from prismake.appraisal.robvis import robvis_table, weighted_tables
from prismake.appraisal.scores import appraise, lights
from prismake.protocol.instrument_checks import threshold_words
from prismake.protocol.instruments import in_words, instrument_paths, load_instrument

STUDIES = pd.DataFrame(
    [
        {"study_id": "a:1", "label": "Abel 2020", "design": "rct", "report": "A trial", "report_ids": "a:1; a:2"},
        {"study_id": "b:1", "label": "Bell 2021", "design": "cohort", "report": "A cohort", "report_ids": "b:1"},
        {"study_id": "c:1", "label": "Cole 2022", "design": "registry", "report": "A registry", "report_ids": "c:1"},
    ],
    dtype=str,
)
INSTRUMENTS = {"rct": "rob2", "cohort": "nos_cohort", "registry": "none"}
OUTCOMES = {"relapse": "Relapse", "crs": "Cytokine release"}
ONCE = {"1.1": "Y", "1.2": "Y", "1.3": "N", "D1": "low"}
RELAPSE = {
    **{"result": "yes", "2.1": "N", "2.2": "PN", "2.6": "PY", "D2": "low", "3.1": "Y", "D3": "high"},
    **{"4.1": "N", "4.2": "N", "4.3": "N", "D4": "low", "5.1": "Y", "5.2": "N", "5.3": "NI", "D5": "some concerns"},
    "overall": "high",
}
STARS = {"S1": "a", "S2": "a", "S3": "d", "S4": "a", "C1": "a+b", "O1": "b", "O2": "b", "O3": "d"}


def rows() -> pd.DataFrame:
    return appraisal_rows(STUDIES, INSTRUMENTS, OUTCOMES)


def answered(**others: str) -> pd.DataFrame:
    """Decisions: the trial's relapse judged, cytokine release not reported, the cohort judged."""
    given = {f"a:1|rob2|{item}": answer for item, answer in ONCE.items()}
    given |= {f"a:1|rob2|relapse|{item}": answer for item, answer in RELAPSE.items()}
    given |= {"a:1|rob2|crs|result": "no"}
    given |= {f"b:1|nos_cohort|{item}": answer for item, answer in STARS.items()}
    table = rows()[["item_id"]].assign(answer=lambda t: t["item_id"].map(given | others).fillna(""))
    return table


NOTES = pd.DataFrame(
    [
        ("a:1|rob2|relapse|D3", "consensus", "p. 4", "Reasons for dropping out differ."),
        ("a:1|rob2|1.1", "anna", "“by computer”, p. 2", ""),
        ("b:1|nos_cohort|S1", "anna", "p. 3", ""),
    ],
    columns=["item_id", "who", "note", "why"],
)


def scores(**others: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return appraise(STUDIES, answered(**others), NOTES, INSTRUMENTS, "total", OUTCOMES)


def test_a_result_is_asked_for_each_outcome_and_the_randomisation_once():
    asked = rows()["item_id"].tolist()
    assert asked[:4] == ["a:1|rob2|1.1", "a:1|rob2|1.2", "a:1|rob2|1.3", "a:1|rob2|D1"]
    assert sum(item.startswith("a:1|rob2|relapse|") for item in asked) == 25
    assert [item.replace("relapse", "crs") for item in asked if "|relapse|" in item] == [
        item for item in asked if "|crs|" in item
    ]
    assert sum(item.startswith("b:1|nos_cohort|") for item in asked) == 8
    assert not any(item.startswith("c:1") for item in asked)


def test_rows_of_scales_that_were_there_before_keep_their_ids_and_titles():
    row = rows().set_index("item_id").loc["b:1|nos_cohort|C1"]
    assert (row["title"], row["choices"], row["asked_if"]) == ("Bell 2021", "a|b|a+b|none", "")
    assert row["question"] == "C1. Comparability of the cohorts by design or analysis"
    assert rows().set_index("item_id").loc["a:1|rob2|relapse|D2", "members"] == "\n".join(
        ["a:1|rob2|relapse|D2", "a:2|rob2|relapse|D2"]
    )


def test_a_condition_is_printed_with_its_question():
    row = rows().set_index("item_id").loc["a:1|rob2|relapse|2.4"]
    assert row["question"].endswith("(asked if 2.3 is PY/Y)")
    assert row["choices"].split("|") == ["Y", "PY", "PN", "N", "NI", "NA"]


def test_one_row_a_study_or_result_and_nobody_is_left_out():
    _, table = scores()
    assert table[["label", "result", "overall"]].to_numpy().tolist() == [
        ["Abel 2020", "relapse", "high risk of bias"],
        ["Abel 2020", "crs", "not reported"],
        ["Bell 2021", "", "moderate quality"],
        ["Cole 2022", "", "not appraised"],
    ]
    assert table["unanswered"].tolist() == ["0", "0", "0", "0"]
    first = ["study_id", "label", "instrument", "selection", "comparability", "outcome", "total", "maximum"]
    assert list(table.columns)[:10] == [*first, "overall", "unanswered"]
    cohort = table.set_index("label").loc["Bell 2021"]
    assert cohort[["selection", "comparability", "outcome", "total", "maximum"]].tolist() == ["3", "2", "1", "6", "9"]
    assert table.iloc[0][["D1", "D3", "D5"]].tolist() == ["low risk of bias", "high risk of bias", "some concerns"]


def test_a_judgement_that_differs_has_its_reason_and_support_is_counted():
    answers, table = scores()
    trial = table.iloc[0]
    assert trial["why"] == "D3: high instead of low (Reasons for dropping out differ.)"
    assert trial["proposed"] == "high risk of bias"
    judgements = {"D1", "D2", "D3", "D4", "D5", "overall"}  # all but D3 follow the algorithm, and D3 has support
    assert int(trial["unsupported"]) == len((ONCE | RELAPSE).keys() - judgements) - 1
    _, more = scores(**{"a:1|rob2|relapse|2.3": "not asked"})
    assert more.iloc[0]["unsupported"] == trial["unsupported"], "a question that is not asked needs no support"
    by_item = answers[answers["result"] == "relapse"].set_index("item")
    assert by_item.loc["D3", ["answer", "proposed", "support"]].tolist() == ["high", "low", "p. 4"]
    assert by_item.loc["2.4", "answer"] == "not asked"


def test_what_is_not_judged_is_open_and_never_the_proposal():
    _, table = scores(**{"a:1|rob2|relapse|overall": "", "a:1|rob2|relapse|D5": ""})
    trial = table.iloc[0]
    assert (trial["overall"], trial["D5"], trial["unanswered"]) == ("", "", "2")
    assert trial["proposed"] == "high risk of bias"


def test_proposals_follow_the_rows_of_a_sheet():
    decisions = answered(**{"a:1|rob2|relapse|D3": "", "a:1|rob2|relapse|overall": ""})
    given = dict(zip(decisions["item_id"], decisions["answer"], strict=True))
    found = proposals(decisions["item_id"], given)
    assert found["a:1|rob2|D1"] == "low"
    assert found["a:1|rob2|relapse|D5"] == found["a:1|rob2|relapse|overall"] == "some concerns"
    assert not any("|crs|" in row and not row.endswith("|D1") for row in found)


def test_robvis_gets_its_own_words_and_columns():
    answers, _ = scores(**{"a:1|rob2|relapse|D4": ""})
    table = robvis_table("rob2", answers, OUTCOMES)
    assert list(table.columns) == ["Study", "D1", "D2", "D3", "D4", "D5", "Overall"]
    assert table.to_numpy().tolist() == [
        ["Abel 2020, Relapse", "Low", "Low", "High", "No information", "Some concerns", "High"]
    ]
    stars = robvis_table("nos_cohort", answers, OUTCOMES)
    assert stars.iloc[0].tolist() == ["Bell 2021", *("Low", "Low", "High", "Low", "Low", "Low", "High", "High")]


def test_robvis_gets_the_weights_of_an_outcome():
    _, table = scores()
    ratings = ratings_for("relapse", table)
    pooled = [
        {"label": label, "appraisal": ratings.get(study), "weight_pct": weight}
        for study, label, weight in (("a:1", "Abel 2020", 62.5), ("b:1", "Bell 2021", 30.0), ("c:1", "Cole 2022", 7.5))
    ]
    tables = weighted_tables(pooled)
    assert tables.keys() == {"rob2", "nos_cohort"}
    assert tables["rob2"].columns == ("Study", "D1", "D2", "D3", "D4", "D5", "Overall", "Weight")
    assert tables["rob2"].rows == [("Abel 2020", "Low", "Low", "High", "Low", "Some concerns", "High", "62.5")]
    assert tables["nos_cohort"].columns == ("Study", "Selection", "Comparability", "Outcome", "Weight")
    assert tables["nos_cohort"].rows == [("Bell 2021", "Some concerns", "Low", "Some concerns", "30.0")]
    equal = weighted_tables([{**study, "weight_pct": None} for study in pooled[:2]])
    assert equal["rob2"]["Weight"] == equal["nos_cohort"]["Weight"] == ["50.0"]


def test_a_domain_that_applies_to_no_study_has_no_column_for_robvis():
    studies = STUDIES.assign(design="single_arm")[:1]
    asked = appraisal_rows(studies, {"single_arm": "nos_single_arm"})
    settled = asked[["item_id"]].assign(answer="a")
    _, table = appraise(studies, settled, NOTES[:0], {"single_arm": "nos_single_arm"}, "total")
    (study,) = ratings_for("relapse", table).values()
    tables = weighted_tables([{"label": "Abel 2020", "appraisal": study, "weight_pct": 100.0}])
    assert tables["nos_single_arm"].columns == ("Study", "Selection", "Outcome", "Weight")
    assert tables["nos_single_arm"].rows == [("Abel 2020", "Low", "Low", "100.0")]


def test_what_is_asked_once_of_a_trial_counts_once_for_agreement():
    given = answered(**{f"a:1|rob2|crs|{item}": answer for item, answer in RELAPSE.items()})
    decisions = given.rename(columns={"answer": "answer.anna"})
    decisions["answer.ben"] = decisions["answer.anna"]
    _, table = appraise(STUDIES, given, NOTES, INSTRUMENTS, "total", OUTCOMES)
    found = agreement_table(table, decisions, ["anna", "ben"], "total").set_index(["instrument", "level", "name"])
    once = [("item", "1.1"), ("domain", "D1"), ("item", "2.1"), ("domain", "D2"), ("overall", "overall")]
    assert [found.loc[("rob2", *part), "n"] for part in once] == [1, 1, 2, 2, 2]


@pytest.mark.parametrize("name", sorted(instrument_paths()))
def test_every_instrument_has_a_table_for_robvis_even_without_studies(name):
    answers, _ = appraise(STUDIES[:0], answered()[:0], NOTES, INSTRUMENTS, "total", OUTCOMES)
    columns = list(robvis_table(name, answers, OUTCOMES).columns)
    assert columns[0] == "Study"
    if name == "quadas2":
        assert columns == ["Study", "D1", "D2", "D3", "D4"]  # the tool has no overall rule


def test_lights_show_judgements_where_people_give_them():
    answers, _ = scores()
    shown = lights(answers, OUTCOMES)
    assert shown[shown["instrument"] == "rob2"]["item"].tolist() == ["D1", "D2", "D3", "D4", "D5", "overall"]
    assert set(shown["label"]) == {"Abel 2020, Relapse", "Bell 2021"}


def test_agreement_by_item_domain_and_whole():
    decisions = answered().rename(columns={"answer": "answer.anna"})
    decisions["answer.ben"] = decisions["answer.anna"].mask(decisions["item_id"] == "b:1|nos_cohort|S1", "c")
    decisions["answer.ben"] = decisions["answer.ben"].mask(decisions["item_id"] == "b:1|nos_cohort|O3", "")
    _, table = scores()
    found = agreement_table(table, decisions, ["anna", "ben"], "total").set_index(["instrument", "level", "name"])
    assert found.loc[("nos_cohort", "item", "S1"), ["n", "observed"]].tolist() == [1, 0.0]
    assert found.loc[("nos_cohort", "domain", "selection"), "observed"] == 0.0
    assert found.loc[("nos_cohort", "domain", "outcome"), "n"] == 0  # ben has not answered all of it
    assert found.loc[("nos_cohort", "overall", "overall"), "n"] == 0
    assert found.loc[("rob2", "domain", "D3"), "n"] == 1
    assert found.loc[("rob2", "item", "2.4"), "n"] == 0  # not asked of either
    assert found.loc[("nos_cohort", "domain", "selection"), "weighted"] == 0.0
    assert found.loc["rob2"]["weighted"].isna().all()  # both reviewers agree on the only result
    assert "one and the same answer" in found.loc[("rob2", "domain", "D3"), "remark"]


# Domain stars to a word: poor where a domain fails, good from 3, 1 and 2 stars on, fair between (AHRQ; poor wins).
@pytest.mark.parametrize("stars", list(itertools.product(range(5), range(3), range(4))))
def test_every_combination_of_domain_stars_has_one_word(stars):
    selection = ("cbdb", "abdb", "aadb", "aaab", "aaaa")[stars[0]]
    outcome = ("dbd", "abd", "aad", "aaa")[stars[2]]
    answers = dict(zip(("S1", "S2", "S3", "S4"), selection, strict=True))
    answers |= {"C1": ("none", "a", "a+b")[stars[1]]} | dict(zip(("O1", "O2", "O3"), outcome, strict=True))
    poor = stars[0] <= 1 or stars[1] == 0 or stars[2] <= 1
    expected = "poor" if poor else "good" if stars[0] >= 3 else "fair"
    assert prismake.score("nos_cohort", answers, overall="ahrq").overall == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nos_cohort", ["low quality"] * 4 + ["moderate quality"] * 3 + ["high quality"] * 3),
        ("nos_single_arm", ["low quality"] * 3 + ["moderate quality"] * 2 + ["high quality"] * 2),
        ("nos_cross_sectional", ["low quality"] * 5 + ["moderate quality"] * 3 + ["high quality"] * 3),
    ],
)
def test_bands_of_the_total(name, words):
    from prismake.protocol.instrument_checks import band_words

    scale = load_instrument(name)
    bands = band_words(scale.overall["total"]["words"])
    found = [
        [in_words(scale, word) for word, fits in bands.items() if fits(total)] for total in range(scale.maximum + 1)
    ]
    assert found == [[word] for word in words]


def test_high_never_stands_alone():
    for name in instrument_paths():
        scale = load_instrument(name)
        words = [*scale.judgements, *(scale.overall.get("total") or {"words": []})["words"]]
        assert all(in_words(scale, word) not in ("high", "low", "moderate") for word in words)


@pytest.mark.parametrize("name", sorted(instrument_paths()))
def test_every_instrument_names_its_source_and_asks_what_it_should(name):
    scale = load_instrument(name)
    assert len(scale.source) > 20
    sizes = {"jbi_prevalence": 9, "jbi_case_series": 10, "jbi_cohort": 11, "quadas2": 10, "robins_i": 35, "rob2": 23}
    assert len(scale.items) == sizes.get(name, len(scale.items))


def test_the_reference_table_of_domain_stars():
    path = Path(__file__).parents[3] / "shared" / "reference" / "instruments" / "nos_ahrq_truth.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the reference tables lie beside the project")
    rule = load_instrument("nos_cohort").overall["ahrq"]
    table = pd.read_csv(path, keep_default_na=False)
    assert len(table) == 60
    for row in table.to_dict("records"):
        stars = {name: row[name] for name in ("selection", "comparability", "outcome")}
        assert threshold_words(rule, stars) == [row["word (poor wins, OR)"]], stars
