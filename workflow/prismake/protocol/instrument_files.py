"""Loading of instruments from their files: those of the package, and a review's own in ``config/instruments/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from prismake.core.errors import FormError, collect
from prismake.core.files import digest, read_yaml
from prismake.core.labels import join
from prismake.core.paths import data_file, data_files
from prismake.protocol.instrument_checks import contradictions
from prismake.protocol.instrument_model import Condition, Domain, Instrument, Item, Rule
from prismake.protocol.marked_yaml import Marked, Path_

OWN = (Path("config/instruments"), Path("config/forms/instruments"))
_SUFFIXES = (".yaml", ".yml")
NONE = "none"  # in appraisal.instruments: studies of this design are not appraised


def instrument_paths(folder: Path = Path()) -> dict[str, Path]:
    """The files of all instruments by name."""
    return {**own_paths(folder), **data_files("forms/instruments/*.yaml")}


def own_paths(folder: Path = Path()) -> dict[str, Path]:
    """The files of a review's own instruments by name; of several with one name, the first."""
    return {path.stem: path for path in reversed(_own_files(folder))}


def _own_files(folder: Path) -> list[Path]:
    files = (path for place in OWN for path in sorted((folder / place).glob("*.*")))
    return [path for path in files if path.suffix.lower() in _SUFFIXES]


def own_digests(names: Any, folder: Path = Path()) -> dict[str, str]:
    """Digests of a review's own instruments: as a parameter of rules, they make edits of the files take effect."""
    paths = own_paths(folder)
    return {name: digest(paths[name]) or "" for name in sorted(set(names) & paths.keys())}


def load_instrument(name: str, folder: Path = Path()) -> Instrument:
    """An instrument by the name of its file, from the package or from ``config/instruments/`` of the review.

    Raises:
        FormError: the instrument does not exist, or its file is invalid; all problems are listed with their lines.
    """
    own = own_paths(folder)
    shipped = data_files("forms/instruments/*.yaml")
    if name in own and name in shipped:
        raise FormError(
            f"prismake already has an instrument “{name}”.",
            where=own[name].as_posix(),
            remedy="Give the file, and the line “instrument:” in it, another name.",
        )
    files = [path for path in _own_files(folder) if path.stem == name]
    if len(files) > 1:
        raise FormError(
            f"{join([path.as_posix() for path in files])} are both the instrument “{name}”.",
            where=files[0].as_posix(),
            remedy="Keep one of them, or give the other, and its line “instrument:”, another name.",
        )
    path = own.get(name) or shipped.get(name)
    if path is None:
        raise FormError(
            f"there is no instrument “{name}”.",
            remedy=f"Known: {', '.join(sorted({*own, *shipped}))}. "
            f"Your own instruments are files such as config/instruments/{name}.yaml.",
        )
    return _loaded(path, digest(path) or "", folder)


@cache
def _loaded(path: Path, content: str, folder: Path) -> Instrument:
    marked = Marked(path, _numeric)
    problems = [*_schema_problems(marked)]
    if not problems:
        scale, places, problems = _build(marked, folder)
    if not problems:
        problems = [(marked.line(places(place)), sentence) for place, sentence in contradictions(scale)]
    lines = [f"line {line}: {sentence}" for line, sentence in sorted(dict.fromkeys(problems))]
    collect(lines, FormError, where=path.as_posix())
    return scale


def _numeric(place: Path_) -> bool:
    """Whether a value is a number of stars: ids, answers or versions that look like numbers are words."""
    return place[-1:] in (("stars",), ("maximum",)) or place[:2] in (("overall", "total"), ("overall", "ahrq"))


@cache
def _schema() -> dict[str, Any]:
    return read_yaml(data_file("schemas/instrument.schema.yaml"))


def _schema_problems(marked: Marked) -> list[tuple[int, str]]:
    import jsonschema

    problems = [
        (marked.line(place), f"the key “{place[-2]}” is there twice. Keep one of them.") for place in marked.twice
    ]
    if not isinstance(marked.data, dict):
        return [(1, "the file contains no instrument (it must consist of lines of the form key: value).")]
    for error in jsonschema.Draft202012Validator(_schema()).iter_errors(marked.data):
        problems += [(marked.line(place), sentence) for place, sentence in _in_words(error)]
    name = marked.data.get("instrument")
    if isinstance(name, str) and name != marked.path.stem:
        sentence = f"the instrument is called “{name}”, its file “{marked.path.stem}”. Give both the same name."
        problems.append((marked.line(("instrument",)), sentence))
    return problems


def _in_words(error: Any) -> list[tuple[Path_, str]]:
    """A violation of the schema in sentences, each with its place."""
    place = tuple(error.absolute_path)
    what = _named(place)
    if error.validator == "additionalProperties":
        keys = list(error.schema.get("properties", {}))
        return [
            ((*place, key), f"“{key}” is not known here. Known: {', '.join(keys)}.")
            for key in sorted(set(error.instance) - set(keys))
        ]
    if error.validator == "required":
        return [(place, f"“{key}” is missing in {what}.") for key in error.validator_value if key not in error.instance]
    if error.validator == "anyOf":
        best = max(error.context or [], key=lambda violation: len(violation.absolute_path), default=None)
        deeper = [violation for violation in error.context if len(violation.absolute_path) > len(place)]
        branch = _branch(error)
        if branch or (deeper and best):
            return [pair for violation in branch or [best] for pair in _in_words(violation)]
    if error.validator in ("type", "anyOf"):
        return [(place, f"{what} is {error.instance!r}, which does not fit here.{_expected(error)}")]
    if error.validator == "enum":
        allowed = ", ".join(map(str, error.validator_value))
        return [(place, f"{what} is “{error.instance}”. Allowed: {allowed}.")]
    if error.validator in ("minItems", "minProperties"):
        return [(place, f"{what} needs at least {error.validator_value} entries.")]
    if error.validator == "pattern":
        return [(place, f"{what} is “{error.instance}”, which is not allowed here.{_expected(error)}")]
    return [(place, f"{what}: {error.message}.")]


def _branch(error: Any) -> list[Any]:
    """The violations of the alternative that was meant: a new domain, or one shared with another instrument."""
    if not isinstance(error.instance, dict):
        return []
    meant = 1 if "from" in error.instance else 0
    return (
        [violation for violation in error.context if violation.schema_path[0] == meant]
        if error.path and "domains" in error.path
        else []
    )


def _expected(error: Any) -> str:
    words = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    kind = {"integer": "a whole number", "boolean": "true or false", "array": "a list", "object": "a group of keys"}
    type_name = error.validator_value if error.validator == "type" else ""
    return (
        f" It must be {kind.get(type_name, type_name)}."
        if isinstance(type_name, str) and type_name
        else f" {words}".rstrip()
    )


def _named(place: Path_) -> str:
    words = [str(part) if isinstance(part, str) else f"entry {part + 1}" for part in place]
    return "the file" if not words else f"“{' › '.join(words)}”"


def _build(marked: Marked, folder: Path) -> tuple[Instrument, Any, list[tuple[int, str]]]:
    """The instrument, a function that maps places in it to places in the file, and problems."""
    data = marked.data
    domains: list[Domain] = []
    items: list[tuple[Item, Path_]] = []
    problems: list[tuple[int, str]] = []
    for index, entry in enumerate(data.get("before", [])):
        items.append((_item(entry, data, "", once=False), ("before", index)))
    own = [(_domain_of(entry), ("items", index), entry) for index, entry in enumerate(data.get("items", []))]
    names = [entry.get("name") or entry["domain"] for entry in data["domains"]]
    for index, name in enumerate(names):
        if name in names[:index]:
            problems.append((marked.line(("domains", index)), f"the domain {name} is there twice."))
    problems += _repeated_answers(marked)
    for index, entry in enumerate(data["domains"]):
        place: Path_ = ("domains", index)
        if "from" in entry:
            try:
                shared, shared_items = _shared_domain(entry["from"], entry["domain"], marked.path, folder)
            except FormError as error:
                problems.append((marked.line(place), error.what))
                continue
            domains.append(shared)
            items += [(item, place) for item in shared_items]
            continue
        domain = _domain(entry, judged=bool(data.get("judgements")))
        domains.append(domain)
        items += [
            (_item(spec, data, domain.name, once=domain.once), at) for name, at, spec in own if name == domain.name
        ]
    for name, at, spec in own:
        if name not in names:
            allowed = ", ".join(names)
            problems.append(
                (marked.line((*at, "domain")), f"item {spec['id']} is in the domain “{name}”. Domains: {allowed}.")
            )
    scale = Instrument(
        data["instrument"],
        data["title"],
        data["source"],
        {domain.name: (domain.label, domain.maximum) for domain in domains},
        tuple(item for item, _ in items),
        data.get("overall", {}),
        {domain.name: domain for domain in domains},
        data.get("unit", "study"),
        tuple(data.get("judgements", ())),
        tuple(data.get("aside", ())),
        tuple(data.get("concerns", ())),
        data.get("randomised"),
        str(data.get("version", "")),
        data.get("link", ""),
        data.get("status", ""),
        data.get("robvis", {}),
    )
    where = [at for _, at in items]

    def place_of(place: Path_) -> Path_:
        return (*where[int(place[1])], *place[2:]) if place[:1] == ("items",) and len(place) > 1 else place

    return scale, place_of, problems


def _repeated_answers(marked: Marked) -> Iterator[tuple[int, str]]:
    for key in ("before", "items"):
        for index, entry in enumerate(marked.data.get(key, [])):
            answers = entry.get("answers", [])
            values = [str(answer["value"]) if isinstance(answer, dict) else answer for answer in answers]
            for value in sorted({value for value in values if values.count(value) > 1}):
                line = marked.line((key, index, "answers"))
                yield line, f"item {entry['id']} has the answer “{value}” twice."


def _domain_of(entry: Mapping[str, Any]) -> str:
    return str(entry.get("domain", ""))


def _shared_domain(name: str, domain: str, by: Path, folder: Path) -> tuple[Domain, list[Item]]:
    """A domain of another instrument, with its items."""
    path = instrument_paths(folder).get(name)
    if path is None or path == by:
        raise FormError(f"“from: {name}” names no other instrument.")
    scale = _loaded(path, digest(path) or "", folder)
    if domain not in scale.details:
        raise FormError(f"{name} has no domain “{domain}”. It has: {', '.join(scale.details)}.")
    return scale.details[domain], [item for item in scale.items if item.domain == domain]


def _domain(entry: Mapping[str, Any], *, judged: bool) -> Domain:
    parts = entry.get("parts") or ([entry["rules"]] if "rules" in entry else [])
    return Domain(
        entry["name"],
        entry["label"],
        entry.get("maximum", 0),
        entry.get("judged", judged),
        entry.get("once", False),
        tuple(tuple(Rule(_condition(rule.get("if")), rule["then"]) for rule in part) for part in parts),
        entry.get("applicability", ""),
    )


def _item(entry: Mapping[str, Any], data: Mapping[str, Any], domain: str, *, once: bool) -> Item:
    raw = [] if "not_applicable" in entry else entry.get("answers", data.get("answers", []))
    meanings = data.get("meanings", {})
    answers = [
        {"value": answer, "text": meanings.get(answer, "")} if not isinstance(answer, dict) else answer
        for answer in raw
    ]
    words = {str(answer["value"]): (str(answer["text"]), answer.get("stars", 0)) for answer in answers}
    good = entry.get("good", data.get("good", []))
    ends = frozenset(str(answer["value"]) for answer in answers if answer.get("ends"))
    return Item(
        entry["id"],
        domain,
        entry["question"],
        words,
        entry.get("multiple", False),
        entry.get("not_applicable", ""),
        _condition(entry.get("if")),
        frozenset(map(str, good)),
        ends,
        once,
    )


def _condition(data: Any) -> Condition:
    alternatives = data if isinstance(data, list) else [data] if data else []
    return tuple(
        {
            item: frozenset([answers] if isinstance(answers, str) else map(str, answers))
            for item, answers in alternative.items()
        }
        for alternative in alternatives
    )
