"""Every rule gets the settings that it uses: all of them, and no others."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.panel.allocation import scheme_of
from prismake.protocol.forms import load_form
from prismake.protocol.guide import guide_lines
from prismake.protocol.schema import with_defaults
from prismake.protocol.settings import columns_of, for_offering, for_outcome_table, for_reading, for_report
from prismake.report.methods import paragraphs

# Everything differs from its default, so that a setting that is left out shows.
PROTOCOL = with_defaults(
    yaml.safe_load(
        """
title: Amber therapy
question: Does amber help?
notice: An example.
authors: [Ann Author]
registration: PROSPERO CRD0
reviewers: [anna, ben, carla]
consensus: blinded
seed: 7
criteria: {include: [Adults], exclude: [Animals]}
words: {include: [oui], exclude: [non], same: [meme], different: [autre], CD19: [nineteen]}
duplicates: {merge_cochrane_versions: false, reviewers: [anna, ben]}
merges: {reviewers: [ben, carla]}
title_abstract:
  {reviewers: [ben, anna], order: random, batch: 50, calibration: {records: 20, kappa: 0.7, passed: true},
   stop: Enough., highlight: [amber], split: {per_record: 1}, gate: complete}
full_text:
  {reviewers: [carla, anna], order: relevance, batch: 10, reasons: [Wrong drug], split: {check: 0.2}, gate: complete}
appraisal: {instruments: {cohort: nos_cohort}, overall: ahrq, reviewers: [anna]}
extraction:
  reviewers: [carla]
  fields:
    - {name: antigen, label: Target, type: choice, choices: [CD19, CD22]}
    - {name: dose, label: Dose, type: number}
    - {name: events, label: Relapses, type: count}
    - {name: total, label: Treated, type: count}
    - {name: remark, label: Remark, type: text, required: false}
outcomes:
  relapse: {title: Relapse, measure: PLO, columns: {events: events, total: total}, model: inverse_variance, test: z,
            method: PM, subgroups: [antigen], moderators: [dose], sensitivity: [cumulative]}
  other: {measure: PLO, columns: {events: events, total: total}, also_inverse_variance: false}
pooling: {level: 90, subgroup_tau2: separate}
"""
    )
)


@pytest.mark.parametrize("stage", PANEL_STAGES)
def test_a_stage_is_the_same_with_its_own_settings(stage):
    for settings in (for_reading(stage, PROTOCOL), for_offering(stage, PROTOCOL)):
        assert load_form(stage, settings) == load_form(stage, PROTOCOL)
        assert scheme_of(stage, settings) == scheme_of(stage, PROTOCOL)
        assert settings["consensus"] == PROTOCOL["consensus"]
    form = load_form(stage, PROTOCOL)
    assert guide_lines(form, for_offering(stage, PROTOCOL)) == guide_lines(form, PROTOCOL)


def test_the_methods_are_the_same_with_the_settings_of_the_report():
    whole, part = (paragraphs(config, [], {}, {}, []) for config in (PROTOCOL, for_report(PROTOCOL)))
    assert part == whole
    words = " ".join(row["text"] for row in whole)
    assert all(text in words for text in ("kept apart", "batches of 50", "90 %", "PM", "Target", "predicted relevance"))


def test_the_page_finds_what_it_shows_of_the_protocol():
    template = (Path(__file__).parents[2] / "workflow/report/page.html.j2").read_text(encoding="utf-8")
    shown = {part.split(".")[0].split(" ")[0] for part in template.replace(")", " ").split("config.")[1:]}
    assert shown <= set(for_report(PROTOCOL)), shown


def edited(*path, value) -> dict:
    """The protocol with another value in one place."""
    config = copy.deepcopy(PROTOCOL)
    place = config
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return config


def touched(config: dict) -> set[str]:
    """The jobs that get other settings than before."""
    jobs = {f"read {stage}" for stage in PANEL_STAGES if for_reading(stage, config) != for_reading(stage, PROTOCOL)}
    jobs |= {f"offer {stage}" for stage in PANEL_STAGES if for_offering(stage, config) != for_offering(stage, PROTOCOL)}
    jobs |= {f"pool {name}" for name in PROTOCOL["outcomes"] if columns_of(name, config) != columns_of(name, PROTOCOL)}
    jobs |= {"collect"} if for_outcome_table(config) != for_outcome_table(PROTOCOL) else set()
    return jobs | ({"report"} if for_report(config) != for_report(PROTOCOL) else set())


@pytest.mark.parametrize(
    ("config", "jobs"),
    [
        (edited("extraction", "fields", 4, "label", value="Note"), {"read extraction", "offer extraction", "report"}),
        (edited("extraction", "fields", 4, "help", value="What else?"), {"read extraction", "offer extraction", "report"}),
        (edited("extraction", "fields", 0, "label", value="Antigen"), {"read extraction", "offer extraction", "pool relapse", "report"}),
        (edited("full_text", "reasons", value=["Wrong dose"]), {"read full_text", "offer full_text"}),
        (edited("full_text", "gate", value="rolling"), set()),
        (edited("full_text", "open_access", value=["pmc"]), set()),
        (edited("appraisal", "overall", value="total"), {"report"}),
        (edited("words", "oui", value=["x"]), set()),
        (edited("words", "same", value=["identique"]), {f"{verb} {stage}" for verb in ("read", "offer") for stage in ("duplicates", "merges")}),
        (edited("question", value="Why?"), {*(f"offer {stage}" for stage in PANEL_STAGES), "report"}),
        (edited("criteria", "include", value=["All"]), {"offer title_abstract", "offer full_text", "report"}),
        (edited("title_abstract", "highlight", value=[]), {"read title_abstract", "offer title_abstract"}),
        (edited("outcomes", "relapse", "published", value={"estimate": 0.4}), set()),
        (edited("outcomes", "relapse", "title", value="Relapses"), {"report"}),
        (edited("email", value="new@example.org"), set()),
        (edited("searches", value={}), set()),
    ],
)  # fmt: skip
def test_an_edit_reaches_the_jobs_that_use_it(config, jobs):
    assert touched(config) == jobs
