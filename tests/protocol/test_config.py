"""The configuration: every mistake is found before anything runs, with its key and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from prismake.core.errors import ConfigError
from prismake.protocol import config as protocol_config
from prismake.protocol.config import validated
from prismake.protocol.config_readme import readme
from prismake.protocol.measure_parts import ROLES
from prismake.protocol.outcome_kinds import KINDS
from prismake.protocol.renamed_keys import RENAMED
from prismake.protocol.schema import config_schema, with_defaults

ROOT = Path(__file__).parents[2]
GOOD = {"title": "t", "question": "q"}
ROLE = {"columns": {"events": "events", "total": "total"}}


def message(config, folder=Path("/nonexistent")) -> str:
    with pytest.raises(ConfigError) as error:
        validated(config, folder=folder)
    return str(error.value)


def test_the_demonstration_is_valid():
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    assert validated(config, folder=ROOT)["reviewers"] == ["anna", "ben"]


def test_the_template_of_a_new_review_is_valid():
    config = yaml.safe_load((ROOT / "workflow/report/new/config.yaml").read_text(encoding="utf-8"))
    assert validated(config)["reviewers"] == ["first", "second"]


def test_defaults_are_filled_in_and_the_input_is_left_alone():
    given = dict(GOOD)
    assert validated(given)["full_text"]["reasons"][0] == "Wrong population"
    assert given == GOOD


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"questoin": "x"}, ["unknown key 'questoin'", "Did you mean 'question'?"]),
        ({"title": 5}, ["'title' is 5", "text"]),
        ({"reviewers": ["anna", "anna"]}, ["'reviewers' names anna twice"]),
        ({"reviewers": ["consensus"]}, ["reserved"]),
        ({"reviewers": ["../x"]}, ["not allowed"]),
        ({"title_abstract": {"gate": "maybe"}}, ["'title_abstract.gate'", "rolling, complete"]),
        ({"title_abstract": {"reviewers": ["carla"]}}, ["carla", "who is not in 'reviewers'"]),
        ({"full_text": {"reasons": []}}, ["full_text.reasons"]),
        ({"full_text": {"split": {"per_record": 3}}}, ["'full_text.split.per_record' asks for 3", "has 2"]),
        ({"appraisal": {"split": {"per_record": 1, "check": 0.1}}}, ["both per_record and check"]),
        ({"title_abstract": {"reviewers": ["first"], "split": {"check": 0.1}}}, ["needs a second reviewer"]),
        ({"title_abstract": {"split": {"check": 20}}}, ["'title_abstract.split.check'", "for instance 0.1"]),
        ({"reviewers": ["solo"], "full_text": {"calibration": {"records": 9}}}, ["'full_text.calibration' compares"]),
        ({"title_abstract": {"order": "best"}}, ["'title_abstract.order'", "relevance, random, id"]),
        ({"appraisal": {"instruments": {"cohort": "nos"}}}, ["'appraisal.instruments.cohort'", "nos_cohort"]),
        ({"outcomes": {"x": {"columns": {"events": "events"}}}}, ["lacks 'total'"]),
        ({"outcomes": {"x": {"columns": {"events": "nix", "total": "total"}}}}, ["'nix'", "There are: events, total"]),
        ({"outcomes": {"x": {"columns": {"events": "events", "total": "total"}, "subgroups": ["sex"]}}}, ["'sex'"]),
        (
            {"outcomes": {"x": {**ROLE, "moderators": ["age"]}}},
            ["'outcomes.x.moderators' names 'age'", "There are: events"],
        ),
        ({"outcomes": {"x": {**ROLE, "moderators": ["total"]}}}, ["'total'", "another name"]),
        (
            {"outcomes": {"x": {"measure": "MD", "sensitivity": ["lower_correlation"]}}},
            ["'outcomes.x.sensitivity' names lower_correlation, but 'outcomes.x.assumed.correlation' is not given"],
        ),
        ({"outcomes": {"x": {**ROLE, "sensitivity": ["trimfill"]}}}, ["sensitivity.0'", "trim_and_fill"]),
        ({"outcomes": {"x": {**ROLE, "sensitivity": ["failsafe_n"]}}}, ["failsafe_n", "no meaning for PLO"]),
        ({"outcomes": {"x": {**ROLE, "measure": "RD", "sensitivity": ["arcsine"]}}}, ["arcsine", "no meaning for RD"]),
        ({"outcomes": {"x": {**ROLE, "sensitivity": ["baujat", "baujat"]}}}, ["names baujat twice"]),
        ({"outcomes": {"x": {"measure": "RR", "columns": {}}}}, ["events1", "total2"]),
        ({"searches": {"embase": {"label": "Embase"}}}, ["'searches.embase' has no file", "config/searches"]),
        (
            {"searches": {"pubmed": {"live": True}}},
            ["searches.pubmed.query", "searches.pubmed.until", "'email' is empty"],
        ),
        ({"searches": {"pubmed": {"date": "31.8.2025"}}}, ["2025-08-31"]),
    ],
)
def test_each_mistake_names_its_key_and_the_remedy(change, words):
    text = message({**GOOD, **change})
    assert all(word in text for word in words), text
    assert text.startswith("config/config.yaml:")


def test_all_mistakes_are_collected():
    text = message({"title": 1, "qestion": "x", "seed": "no"})
    assert "4 problems" in text
    assert all(word in text for word in ("'title'", "qestion", "'question' is missing", "'seed'"))


@pytest.mark.parametrize("beside", [True, False])
def test_the_page_with_every_key_that_is_named_exists(tmp_path, beside):
    if beside:
        (tmp_path / "config").mkdir()
        (tmp_path / "config/README.md").write_text("keys", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        validated({"title": "A", "question": "B", "seeds": 1}, folder=tmp_path)
    named = re.search(r"(\S+) explains every key", str(error.value)).group(1)
    assert (tmp_path / named).is_file()
    assert (named == "config/README.md") is beside


def test_not_even_a_mapping():
    assert "contains no settings" in message(["a"])


def test_every_key_has_a_type_a_sentence_and_a_default_or_is_required():
    def walk(properties, required, path):
        for key, rule in properties.items():
            name = f"{path}.{key}"
            assert rule.get("type"), name
            assert rule.get("description", "").endswith("."), name
            inner = rule.get("properties") or rule.get("additionalProperties") or rule.get("items")
            optional = (
                "default" in rule
                or key in required
                or (path == ".outcomes" and key in ("kind", *(kind.group for kind in KINDS.values())))
                or path.endswith(
                    (
                        "published",
                        "previous",
                        "scale",
                        "assumed",
                        "overlap_signs",
                        "prior",
                        "certainty.outcomes",
                        "dose_response",
                    )
                )
            )
            assert optional, name
            if isinstance(inner, dict) and "properties" in inner:
                walk(inner["properties"], inner.get("required", []), name)
            elif "properties" in rule:
                walk(rule["properties"], rule.get("required", []), name)

    schema = config_schema()
    walk(schema["properties"], schema["required"], "")


def test_the_readme_of_the_configuration_is_what_the_schema_says():
    assert (ROOT / "config/README.md").read_text(encoding="utf-8") == readme()


def test_defaults_are_valid_themselves():
    assert validated(with_defaults(GOOD))["pooling"]["level"] == 95


@pytest.mark.parametrize(
    ("previous", "words"),
    [
        ({"version": "2025", "studies": 3}, "has a version and 'studies'"),
        ({"studies": 3}, "needs both 'studies' and 'reports'"),
        ({"version": "2025"}, "which does not exist. Versions: none yet"),
    ],
)
def test_the_previous_version_is_one_that_there_is(previous, words):
    assert words in message({**GOOD, "previous": previous})


def test_a_previous_version_made_elsewhere_or_frozen_here(tmp_path):
    assert validated({**GOOD, "previous": {"studies": 3, "reports": 5}})["previous"]["reports"] == 5
    (tmp_path / "config/versions").mkdir(parents=True)
    (tmp_path / "config/versions/2025.json").write_text("{}", encoding="utf-8")
    (tmp_path / "config/searches").mkdir()
    filled = validated({**GOOD, "previous": {"version": "2025"}}, folder=tmp_path)
    assert filled["previous"] == {"version": "2025"}


def test_a_trial_gets_a_scale_for_cohorts_only_if_the_protocol_insists():
    asked = {"title": "t", "question": "q", "appraisal": {"instruments": {"rct": "nos_cohort"}}}
    with pytest.raises(ConfigError, match=r"intended for studies without randomisation.*appraisal.insist: \[rct\]"):
        validated(asked)
    asked["appraisal"]["insist"] = ["rct"]
    assert validated(asked)["appraisal"]["instruments"] == {"rct": "nos_cohort"}
    asked["appraisal"] = {"instruments": {"cohort": "rob2"}}
    with pytest.raises(ConfigError, match="intended for randomised trials"):
        validated(asked)
    asked["appraisal"] = {"instruments": {"registry": "none", "nrsi": "robins_i", "randomised_trial": "rob2"}}
    assert validated(asked)


@pytest.mark.parametrize(
    ("measure", "prior", "words"),
    [
        ("RR", {"kind": "turner"}, r"was found for log odds ratios .*RR is none"),
        ("MD", {"kind": "rhodes"}, "was found for standardised mean differences"),
        ("OR", {"kind": "turner", "outcome": "pain"}, "comparison' is empty, and turner needs both"),
        ("OR", {"kind": "turner", "outcome": "pian", "comparison": "x"}, "'pian'. Allowed for turner: all-cause"),
        ("OR", {"kind": "turner", "scale": 0.5}, "scale' has no meaning for turner"),
        ("OR", {"outcome": "pain"}, "belongs to turner and rhodes"),
        ("OR", {"kind": "log_t", "location": -3}, "scale' is missing, and log_t needs it"),
        ("OR", {"scale": 0}, "scale"),
        ("SMD", {"kind": "rhodes", "outcome": "mental health", "comparison": "non-pharmacological"}, "is in doubt"),
    ],
)
def test_a_prior_that_does_not_fit_is_named(measure, prior, words):
    assert re.search(words, message(with_prior(measure, prior)))


@pytest.mark.parametrize(
    ("measure", "prior"),
    [
        ("RR", {}),
        ("MD", {"scale": 5}),
        ("OR", {"kind": "turner"}),
        ("SMD", {"kind": "rhodes"}),
        ("OR", {"kind": "uniform"}),
        ("OR", {"kind": "turner", "outcome": "pain", "comparison": "pharmacological v pharmacological"}),
    ],
)
def test_priors_that_fit(measure, prior):
    assert validated(with_prior(measure, prior))["outcomes"]["x"]["prior"].items() >= prior.items()


def test_the_words_of_priors_are_those_of_the_package():
    from prismake.pooling import priors
    from prismake.protocol.priors import RHODES, TURNER

    assert TURNER == (priors.TURNER_OUTCOMES, priors.TURNER_COMPARISONS)
    assert RHODES == (priors.RHODES_OUTCOMES, priors.RHODES_COMPARISONS)
    told = (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert all(word in told for words in (*TURNER, *RHODES) for word in words)


def with_prior(measure, prior):
    names = ROLES[measure]
    fields = [{"name": name, "label": name, "type": "number"} for name in names]
    outcome = {"measure": measure, "columns": {name: name for name in names}, "prior": prior}
    return {**GOOD, "extraction": {"fields": fields}, "outcomes": {"x": outcome}}


def test_a_review_brings_its_own_instrument(tmp_path):
    asked = {"title": "t", "question": "q", "appraisal": {"instruments": {"cohort": "mine"}}}
    with pytest.raises(ConfigError, match=r"config/instruments/mine\.yaml"):
        validated(asked, folder=tmp_path)
    path = tmp_path / "config/instruments/mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("instrument: mine\ntitle: Ours\nsource: our protocol\ndomains: [{name: d, label: D, maximum: 1}]\n")
    with pytest.raises(ConfigError, match=r"(?s)config/instruments/mine\.yaml.*line 4: .*its items give 0"):
        validated(asked, folder=tmp_path)
    path.with_suffix(".YML").write_text("instrument: mine\n")
    with pytest.raises(ConfigError, match=r"mine\.YML and .*mine\.yaml are both the instrument “mine”"):
        validated(asked, folder=tmp_path)


def test_a_key_of_an_older_version_is_named_with_its_new_name(monkeypatch):
    renamed = {
        "databases": ("searches", "0.3"),
        "outcomes.*.heterogeneity": ("outcomes.*.method", "0.4"),
        "extraction.fields.*.caption": ("extraction.fields.*.heading", "0.4"),
    }
    monkeypatch.setattr(protocol_config, "RENAMED", renamed)
    fields = [{"name": "events", "type": "count", "caption": "Events"}]
    outcomes = {"relapse": {"heterogeneity": "REML", **ROLE}}
    told = message({**GOOD, "databases": {}, "extraction": {"fields": fields}, "outcomes": outcomes})
    assert "'databases' is called 'searches' since prismake 0.3. Give it that name." in told
    assert "'outcomes.relapse.heterogeneity' is called 'outcomes.relapse.method' since prismake 0.4." in told
    assert "'extraction.fields.0.caption' is called 'extraction.fields.0.heading' since prismake 0.4." in told
    assert "unknown key" not in told


def test_every_renamed_key_is_unknown_now_and_its_new_name_is_known():
    for former, (now, _) in RENAMED.items():
        assert not _in_schema(former) and _in_schema(now), former


def _in_schema(path: str) -> bool:
    rule = config_schema()
    for part in path.split("."):
        rule = rule.get("properties", {}).get(part) or rule.get("additionalProperties") or rule.get("items")
        if not isinstance(rule, dict):
            return False
    return True


def test_the_schema_is_walked_as_the_table_of_renamed_keys_needs_it():
    assert all(map(_in_schema, ("reviewers", "outcomes.*.method", "extraction.fields.*.name", "full_text.reasons")))
    assert not any(map(_in_schema, ("databases", "outcomes.*.heterogeneity", "extraction.fields.*.colour")))


def test_published_effects_ask_for_their_scale_and_models_for_their_measure():
    fields = [{"name": name, "type": "number"} for name in ("hr", "low", "high")]
    columns = {"effect": "hr", "lower": "low", "upper": "high"}
    asked = {"title": "t", "question": "q", "extraction": {"fields": fields}}
    text = message({**asked, "outcomes": {"death": {"measure": "GEN", "columns": columns, "model": "peto"}}})
    assert "'outcomes.death.ratio_scale' is missing" in text and "Write true if" in text
    assert "'outcomes.death.model' is peto, which cannot pool GEN. Allowed: inverse_variance." in text


@pytest.mark.parametrize(
    "written, batch",
    [
        ({}, 0),
        ({"title_abstract": {"order": "relevance"}}, "growing"),
        ({"title_abstract": {"order": "id"}}, 0),
        ({"title_abstract": {"batch": 0}}, 0),
        ({"title_abstract": {"batch": 50, "order": "relevance"}}, 50),
    ],
)
def test_batches_grow_where_the_order_learns_and_nothing_else_is_written(written, batch):
    assert with_defaults(written)["title_abstract"]["batch"] == batch
    assert with_defaults(written)["full_text"]["batch"] == 0, "full texts come by id"
