"""The protocol: defaults are filled in, and all mistakes are collected and explained before anything runs."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from prismake.core.errors import ConfigError, collect
from prismake.core.names import STAGES
from prismake.core.paths import graph_root
from prismake.core.phrases import plural
from prismake.protocol.analyses import ONLY_OTHERS, ONLY_PROPORTIONS, OTHER_CORRELATIONS, RISK_OF_BIAS, TOGETHER
from prismake.protocol.certainty_problems import certainty_problems
from prismake.protocol.config_file import NO_SETTINGS
from prismake.protocol.export_files import exports
from prismake.protocol.extraction_problems import (
    check_problems,
    condition_problems,
    covariate_problems,
    overlap_problems,
    sum_problems,
)
from prismake.protocol.instrument_choice import instrument_problems
from prismake.protocol.joint_problems import joint_problems
from prismake.protocol.live_sources import LIVE, live_name
from prismake.protocol.measure_parts import MODELS, ONE_ARM, PROPORTIONS, ROLES
from prismake.protocol.outcome_columns import TYPES, with_outcome_columns
from prismake.protocol.outcome_kinds import (
    kind_of,
    kind_problems,
    needed_parts,
    optional_parts,
    parts_of,
    possible_parts,
)
from prismake.protocol.outcome_names import PAIRWISE, kind_name
from prismake.protocol.outcome_shapes import by_time_and_definition, shape_problems
from prismake.protocol.priors import prior_problems
from prismake.protocol.renamed_keys import RENAMED, new_name
from prismake.protocol.schema import config_schema, with_defaults
from prismake.protocol.team import EVERYBODY, SEARCHES, VERSIONS, reviewers
from prismake.protocol.unpooled_outcomes import DIRECTION, P_VALUE

PANEL_STAGES = STAGES
NUMBERS = ("count", "number")  # the types of columns that hold numbers


def validated(config: dict[str, Any], *, folder: Path = Path(), where: str = "config/config.yaml") -> dict[str, Any]:
    """The configuration with defaults filled in; ``where`` names what it was read from.

    Raises:
        ConfigError: lists every problem with the path of its key and what is allowed there.
    """
    problems = list(_schema_problems(config))
    filled = with_defaults(config) if isinstance(config, dict) else {}
    if not problems:
        problems = [
            *kind_problems(config.get("outcomes") or {}, filled["outcomes"]),
            *shape_problems(filled["outcomes"], filled["extraction"], config.get("extraction") or {}),
        ]
    if not problems:
        filled["outcomes"] = by_time_and_definition(filled["outcomes"])
        filled = with_outcome_columns(config, filled, parts_of, optional_parts)
        problems = [
            *_panel_problems(filled, folder),
            *_column_problems(filled),
            *certainty_problems(filled),
            *_search_problems(filled, folder),
        ]
        problems += _previous_problems(filled, folder)
    if not problems:  # these checks load the forms, which requires a valid configuration
        problems += _word_problems(filled)
    collect(problems, ConfigError, where=where, remedy=_where_keys_are_explained(folder))
    return filled


def _where_keys_are_explained(folder: Path) -> str:
    """The page with every key, beside the configuration or, for a review of its own, in prismake's folder."""
    beside = Path("config", "README.md")
    page = beside if (folder / beside).is_file() else graph_root() / beside
    return f"{page.as_posix()} explains every key."


def _schema_problems(config: Any) -> Iterator[str]:
    import jsonschema

    if not isinstance(config, dict):
        yield NO_SETTINGS
        return
    yield from _not_finite(config, "")
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})(config_schema())
    for error in sorted(validator.iter_errors(config), key=lambda e: [str(part) for part in e.absolute_path]):
        yield from _in_words(error)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """As in jsonschema, but ``$`` matches only at the end: in Python it also matches before a final line break."""
    import jsonschema

    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _not_finite(value: Any, path: str) -> Iterator[str]:
    """YAML has not-a-number (.nan) and infinity (.inf), which pass every limit of a schema."""
    if isinstance(value, float) and not math.isfinite(value):
        yield f"'{path}' is {'.nan' if math.isnan(value) else '.inf'}, which is no number. Write a number."
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _not_finite(part, _join(path, str(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from _not_finite(part, f"{path}[{number}]")


def _in_words(error: Any) -> Iterator[str]:
    """One validation error in sentences that name the key and the allowed values."""
    path = ".".join(str(part) for part in error.absolute_path)
    rule = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        allowed = list(rule.get("properties", {}))
        for key in sorted(set(map(str, error.instance)) - set(allowed)):
            if renamed := new_name(_join(path, key), RENAMED):
                yield f"'{_join(path, key)}' is called '{renamed[0]}' since prismake {renamed[1]}. Give it that name."
                continue
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            yield f"unknown key '{_join(path, key)}'.{hint} Allowed here: {', '.join(allowed)}."
    elif error.validator == "required":
        for key in sorted(set(error.validator_value) - set(error.instance)):
            description = rule.get("properties", {}).get(key, {}).get("description", "")
            yield f"the key '{_join(path, key)}' is missing. {description}".rstrip()
    elif error.validator == "enum":
        yield f"'{path}' is {error.instance!r}; allowed: {', '.join(map(word, error.validator_value))}."
    elif error.validator == "type":
        must = f"it must be {_kind(error.validator_value)}. {rule.get('description', '')}"
        yield f"'{path}' is {_read_as(error.instance)}; {must}".rstrip()
    elif error.validator in ("pattern", "propertyNames", "not"):
        yield f"'{path}' has {error.instance!r}, which is not allowed here. {_pattern_hint(error)}".rstrip()
    else:
        yield f"'{path}': {error.message}. {rule.get('description', '')}".rstrip()


def _read_as(value: Any) -> str:
    """A value as YAML has understood it, with what may have been written."""
    if isinstance(value, bool):
        return f"{word(value)}, for which YAML also takes {'yes and on' if value else 'no and off'}"
    if value is None:
        return "empty, for which YAML also takes ~ and null"
    return f"the date {value}" if isinstance(value, date) else repr(value)


def word(value: Any) -> str:
    """A value as it is written in the configuration."""
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _pattern_hint(error: Any) -> str:
    if error.validator == "not":
        return "This name is reserved for the sheet in which disagreements are settled; choose another."
    if error.validator_value == "^growing$":
        return "Write a whole number, or growing."
    if "[0-9]{4}-[0-9]{2}" in str(error.validator_value):
        return "Write a date as 2025-08-31, in quotation marks."
    if "@" in str(error.validator_value):
        return "Write an e-mail address."
    return "Names are lower-case letters a-z, digits and _, and begin with a letter."


def _kind(name: Any) -> str:
    words = {
        "object": "a group of indented keys",
        "array": "a list (lines beginning with -)",
        "string": "text (put it in quotation marks)",
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
    }
    return " or ".join(words[kind] for kind in ([name] if isinstance(name, str) else name))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _panel_problems(config: dict[str, Any], folder: Path) -> Iterator[str]:
    for name in _twice(config["reviewers"]):
        yield f"'reviewers' names {name} twice. Each reviewer has one sheet: give every person a different name."
    for stage in PANEL_STAGES:
        named = config[stage]["reviewers"]
        for name in _twice(named):
            yield f"'{stage}.reviewers' names {name} twice. Each reviewer has one sheet."
        for name in sorted(set(named) - set(config["reviewers"])):
            yield f"'{stage}.reviewers' names {name}, who is not in 'reviewers': {', '.join(config['reviewers'])}."
        yield from _split_problems(config, stage)
    for name in _twice([reason.casefold() for reason in config["full_text"]["reasons"]]):
        yield f"'full_text.reasons' lists “{name}” twice. Each reason is a line of the flow diagram: keep one."
    if config["full_text"]["open_access"] and not config["email"]:
        yield "'email' is empty, but 'full_text.open_access' needs it: the services ask for an address."
    for name in _twice(config["full_text"]["open_access"]):
        yield f"'full_text.open_access' names {name} twice."
    yield from instrument_problems(config["appraisal"], folder)


def _word_problems(config: dict[str, Any]) -> Iterator[str]:
    """Words of the team for an unknown answer, or that already mean another answer to the same question."""
    from prismake.protocol.forms import load_form, normal_word

    if not config["words"]:
        return
    fields = [field for stage in PANEL_STAGES for field in load_form(stage, config).fields]
    answers = {choice.value for field in fields for choice in field.choices}
    for answer in sorted(config["words"].keys() - answers):
        yield f"'words.{answer}' is not an answer in any sheet; the answers are {', '.join(sorted(answers))}."
    named = set()
    for field in fields:
        meant: dict[str, str] = {}
        for choice in field.choices:
            for word in map(normal_word, (choice.value, *choice.synonyms)):
                other = meant.setdefault(word, choice.value)
                if other != choice.value and (word, other) not in named:
                    named.add((word, other))
                    yield f"'words' has “{word}” for {choice.value}, but at “{field.label}” it means {other}."


def _previous_problems(config: dict[str, Any], folder: Path) -> Iterator[str]:
    previous = config["previous"]
    elsewhere = [name for name in ("studies", "reports") if name in previous]
    if previous["version"] and elsewhere:
        yield f"'previous' has a version and '{elsewhere[0]}'. Keep one: a version frozen here has its own counts."
    elif len(elsewhere) == 1:
        yield "'previous' needs both 'studies' and 'reports' of the version done elsewhere."
    elif previous["version"] and not (folder / VERSIONS / f"{previous['version']}.json").is_file():
        versions = ", ".join(sorted(path.stem for path in (folder / VERSIONS).glob("*.json"))) or "none yet"
        yield (
            f"'previous.version' is {previous['version']!r}, which does not exist. Versions: {versions}. "
            "“prismake freeze NAME” creates one from the present decisions."
        )


def _split_problems(config: dict[str, Any], stage: str) -> Iterator[str]:
    """Splits and calibrations that are impossible with this team."""
    people, split = len(reviewers(config, stage)), config[stage].get("split") or {"per_record": 0, "check": 0}
    if split["per_record"] > people:
        yield (
            f"'{stage}.split.per_record' asks for {split['per_record']} reviewers per record; {stage} has {people}. "
            "Name more reviewers or ask for fewer."
        )
    if split["per_record"] and split["check"]:
        yield (
            f"'{stage}.split' has both per_record and check. Keep one: with check, one reviewer judges everything and "
            "the others a sample."
        )
    if split["check"] and people < 2:
        yield f"'{stage}.split.check' needs a second reviewer who checks the sample. Name one, or remove the key."
    if config[stage].get("pilot") and people < 2:
        yield f"'{stage}.pilot' compares reviewers, but {stage} has only one. Name another, or remove the key."
    if config[stage].get("calibration", {}).get("records") and people < 2:
        yield f"'{stage}.calibration' compares reviewers, but {stage} has only one. Name another, or remove the key."


def _column_problems(config: dict[str, Any]) -> Iterator[str]:
    fields = {field["name"]: field for field in config["extraction"]["fields"]}
    for name in _twice([field["name"] for field in config["extraction"]["fields"]]):
        yield f"'extraction.fields' has two columns named {name}. Give them different names."
    for name, field in fields.items():
        if field["type"] == "choice" and not field["choices"]:
            yield f"'extraction.fields' {name} is a choice without choices. List the allowed answers under 'choices'."
    yield from condition_problems(config["extraction"]["fields"])
    unknown = f"which is no column of 'extraction.fields'. There are: {', '.join(fields) or 'none'}."
    for outcome, spec in config["outcomes"].items():
        path = f"outcomes.{outcome}"
        roles, needed = possible_parts(spec), needed_parts(spec)
        for role in (role for role in needed if role not in spec["columns"]):
            yield f"'{path}.columns' lacks '{role}', which {spec['measure']} needs. Needed: {', '.join(needed)}."
        for role, column in spec["columns"].items():
            if role not in roles:
                yield f"'{path}.columns.{role}' is not a part of {spec['measure']}. Allowed: {', '.join(roles)}."
            elif column not in fields:
                yield f"'{path}.columns.{role}' is {column!r}, {unknown}"
            elif role in (DIRECTION, P_VALUE):
                continue
            elif (kind := fields[column]["type"]) not in (types := (TYPES[role],) if role in TYPES else NUMBERS):
                must = " or ".join(types)
                yield f"'{path}.columns.{role}' is {column!r}, a column of {kind}; it must be {must}."
        yield from check_problems(path, spec, fields)
        yield from kind_of(spec).problems(path, spec, fields, config["extraction"]["shape"])
        if kind_name(spec) == PAIRWISE:
            yield from _analysis_problems(path, spec, fields)
        elif spec["measure"] == "GEN" and "effect" in spec["columns"]:
            yield from _scale_problems(path, spec)
    yield from sum_problems(config["outcomes"])
    yield from joint_problems(config["outcomes"], fields)
    yield from overlap_problems(config, fields)


def _model_problems(path: str, spec: dict[str, Any]) -> Iterator[str]:
    """A model that is not available for the measure, and published effects without a scale."""
    measure, model = spec["measure"], spec["model"]
    models = MODELS.get(measure, ())
    if model not in ("glmm", "inverse_variance", *models):
        allowed = ", ".join(("inverse_variance", *models))
        yield f"'{path}.model' is {model}, which cannot pool {measure}. Allowed: {allowed}."
    yield from _scale_problems(path, spec)


def _scale_problems(path: str, spec: dict[str, Any]) -> Iterator[str]:
    if spec["measure"] == "GEN" and spec["ratio_scale"] == "":
        yield (
            f"'{path}.ratio_scale' is missing, but GEN needs it. Write true if effect, lower and upper are ratios "
            "(hazard ratios, odds ratios), which are pooled as logarithms, or false if they are differences."
        )


def _analysis_problems(path: str, spec: dict[str, Any], fields: dict[str, Any]) -> Iterator[str]:
    """Subgroups, moderators and sensitivity analyses of one outcome."""
    together = {TOGETHER: "what the regression on all moderators is called"} if spec["moderators_together"] else {}
    yield from covariate_problems(f"'{path}.subgroups'", spec["subgroups"], {**fields, RISK_OF_BIAS: {}})
    yield from covariate_problems(f"'{path}.moderators'", spec["moderators"], fields, together)
    yield from _display_problems(path, spec)
    yield from _model_problems(path, spec)
    yield from prior_problems(path, spec)
    for name in _twice(spec["sensitivity"]):
        yield f"'{path}.sensitivity' names {name} twice."
    wrong = ONLY_OTHERS if spec["measure"] in ONE_ARM else ONLY_PROPORTIONS
    if spec["measure"] in ONE_ARM and spec["measure"] not in PROPORTIONS:
        wrong = ONLY_OTHERS | ONLY_PROPORTIONS
    for name in sorted(set(spec["sensitivity"]) & wrong):
        yield f"'{path}.sensitivity' names {name}, which has no meaning for {spec['measure']}. Take it out."
    if spec["assumed"].get("correlation") is None:
        for name in (name for name in OTHER_CORRELATIONS if name in spec["sensitivity"]):
            missing = f"'{path}.assumed.correlation' is not given. Give it, or take the analysis out."
            yield f"'{path}.sensitivity' names {name}, but {missing}"


def _display_problems(path: str, spec: dict[str, Any]) -> Iterator[str]:
    """Names of arms and sides that do not exist for the measure, or are incomplete."""
    measure = spec["measure"]
    # an effect that is published as such has no columns of two arms, but sentences compare them by name
    has_arms = measure == "GEN" or "events1" in ROLES[measure] or "mean1" in ROLES[measure]
    for key, has_sides in (("arms", has_arms), ("favours", True)):
        if spec[key] and (not has_sides or measure in ONE_ARM):
            yield f"'{path}.{key}' has no meaning for {measure}. Take it out."
        elif len(spec[key]) not in (0, 2):
            sides = "the two arms" if key == "arms" else "the left and the right side"
            yield f"'{path}.{key}' has {plural(len(spec[key]), 'text')}; it must have two, for {sides}."
    if spec["proportions"] == "percent" and measure not in PROPORTIONS:
        yield f"'{path}.proportions' has no meaning for {measure}. Take it out."


def _search_problems(config: dict[str, Any], folder: Path) -> Iterator[str]:
    files = exports(folder / SEARCHES)
    for name, spec in config["searches"].items():
        path = f"searches.{name}"
        for person, who in spec["reviewers"].items():
            if who not in (*config["reviewers"], EVERYBODY):
                people = ", ".join([*config["reviewers"], EVERYBODY])
                yield f"'{path}.reviewers.{person}' is {who!r}, who is not in this review. Allowed: {people}."
        if spec["live"]:
            for key in ("query", "until"):
                if not spec[key]:
                    yield f"'{path}.{key}' is empty, but a live search needs it."
            if LIVE[live_name(spec["live"])].needs_email and not config["email"]:
                yield f"'email' is empty, but the live search '{path}' needs it: NCBI asks for an address."
        elif name not in files:
            names = ", ".join(sorted(files)) or "nothing yet"
            yield (
                f"'{path}' has no file: put its export into {SEARCHES}/ as {name}.ris (or .csv, .xml, …) or into the "
                f"folder {SEARCHES}/{name}/, or remove the entry. Found there: {names}."
            )
