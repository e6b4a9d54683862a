"""The flow diagram shows every box of the flow; the appraisal figures show every answer over its denominator."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import review_samples as samples
from prismake.figures import flow_diagram, star_table, traffic_light
from prismake.figures.appraisal_cells import NOT_APPLICABLE, UNDECIDED, blocks
from prismake.flow import Flow


def words(figure) -> str:
    return " ".join(text.get_text() for text in figure.axes[0].texts).replace("\u00a0", " ")


@pytest.mark.parametrize("form", ["databases", "both", "updated", "open"])
def test_every_count_of_the_flow_is_drawn(form):
    data = samples.flow(form)
    drawn = words(flow_diagram(data))
    shown = [int(n.replace(",", "")) for n in re.findall(r"\(n = ([\d,]+)\)", drawn)]
    expected: list[int] = []

    def collect(value, name=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                collect(inner, key)
        elif name not in ("total", "possible_duplicates"):
            expected.append(value)

    boxes = {key: value for key, value in data["boxes"].items() if key != "total"}
    collect(boxes)
    for count in {n for n in expected if n}:
        assert shown.count(count) >= expected.count(count), f"{count} is not drawn often enough"


def test_the_form_follows_from_the_boxes():
    assert "other methods" not in words(flow_diagram(samples.flow("databases")))
    assert "Previous studies" not in words(flow_diagram(samples.flow("both")))
    updated = words(flow_diagram(samples.flow("updated")))
    assert "Identification of new studies via databases and registers" in updated
    assert "Total studies included in review (n = 33)" in updated
    assert "Reports of total included studies (n = 41)" in updated
    assert "No longer included: Studies (n = 0) Reports (n = 1)" in " ".join(updated.split())
    data = samples.flow("updated")
    data["boxes"] |= {"no_longer": {"studies": 0, "reports": 0}}
    assert "No longer" not in words(flow_diagram(data))


def test_reasons_are_shown_most_frequent_first_whatever_their_order_in_the_file():
    data = samples.flow("databases")
    data["boxes"]["excluded_full_text"] = {"Aged": 1, "Bad": 7, "Cold": 7, "Done": 11}
    drawn = words(flow_diagram(data))
    places = [drawn.index(f"{word} (n") for word in ("Done", "Bad", "Cold", "Aged")]
    assert places == sorted(places)


def test_undecided_has_boxes_only_while_there_are_any():
    assert "awaiting" not in words(flow_diagram(samples.flow("both")))
    drawn = words(flow_diagram(samples.flow("open")))
    assert "Records awaiting a decision (n = 212)" in drawn
    assert "225 decisions are open" in drawn
    assert "4 pairs of possible duplicates" in drawn
    assert "no longer part of that stage, not counted: 3." in drawn


def test_a_flow_and_its_dictionary_give_one_figure():
    data = samples.flow("both")
    flow = Flow(data["boxes"], ())
    assert words(flow_diagram(flow)) == words(flow_diagram(flow.to_dict()))


def test_a_count_is_never_torn_from_its_letter():
    for text in flow_diagram(samples.flow("long")).axes[0].texts:
        assert not text.get_text().endswith(("(n", "=")), text.get_text()


def test_denominators_are_those_of_the_design():
    scores, appraisal = samples.appraisal()
    drawn = words(star_table(scores, appraisal))
    totals = re.findall(r"(\d)/([69])(?!\d)", drawn)
    assert {"6", "9"} == {most for _, most in totals}
    assert "8/9" in drawn, "the one comparative cohort"
    assert "≥ 3/6" in drawn, "half appraised: a lower bound"
    assert "undecided" in drawn
    assert "Based on 9 appraised studies; 1 of them not decided on every item." in drawn


def test_cohorts_share_a_grid_and_say_what_does_not_apply():
    _, appraisal = samples.appraisal()
    (block,) = blocks(appraisal)
    assert [item for item, _ in block.items] == ["S1", "S2", "S3", "S4", "C1", "O1", "O2", "O3"]
    assert block.cells["lee2015", "S2"].kind == NOT_APPLICABLE
    assert block.cells["hay2019", "S2"].kind != NOT_APPLICABLE
    assert block.cells["shahnn2020_cd22", "O1"].kind == UNDECIDED
    assert block.most("lee2015", ["S1", "S2", "S3", "S4"]) == 3
    assert block.most("hay2019", ["C1"]) == 2


def test_a_missing_row_of_an_item_that_was_asked_is_undecided():
    _, appraisal = samples.appraisal()
    gone = appraisal[~((appraisal["study_id"] == "lee2015") & (appraisal["item"] == "S3"))]
    (block,) = blocks(gone)
    assert block.cells["lee2015", "S3"].kind == UNDECIDED


def test_case_control_studies_have_a_grid_of_their_own():
    _, appraisal = samples.appraisal()
    items = {"S1": "selection", "E1": "outcome"}
    more = [("x2001", "Xu 2001", "nos_case_control", item, domain, "a", 1, "") for item, domain in items.items()]
    both = pd.concat([appraisal, pd.DataFrame(more, columns=appraisal.columns)])
    assert [block.instruments for block in blocks(both)] == [("nos_case_control",), ("nos_cohort", "nos_single_arm")]


def test_questions_are_those_of_the_instrument():
    scores, appraisal = samples.appraisal()
    items = {"nos_case_control": {"S1": "Case definition"}, "nos_cohort": {"S1": "Representativeness"}}
    for figure in (star_table(scores, appraisal, items), traffic_light(appraisal, items)):
        assert "Representativeness" in words(figure)
        assert "Case definition" not in words(figure)


def test_every_light_has_a_symbol():
    _, appraisal = samples.appraisal()
    texts = [text.get_text() for text in traffic_light(appraisal).axes[0].texts]
    circles = [patch for patch in traffic_light(appraisal).axes[0].patches if type(patch).__name__ == "Circle"]
    symbols = sum(text in ("+", "−", "!", "×", "?") for text in texts)
    empty = sum(patch.get_linestyle() not in ("solid", "-") for patch in circles)
    assert symbols + empty == len(circles)
    assert "7/9" in texts, "how many have the best rating on an item"


def test_judgements_in_words_have_their_own_legend():
    frame = pd.DataFrame(
        [
            ("s1", "One", "rob2", f"D{n}", f"D{n}", word, None)
            for n, word in enumerate(["low", "High", "some concerns"])
        ],
        columns=["study_id", "label", "instrument", "item", "domain", "answer", "stars"],
    )
    drawn = words(traffic_light(frame))
    assert "some concerns" in drawn
    assert "star" not in drawn
