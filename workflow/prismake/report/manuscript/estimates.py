"""The result of a synthesis in words and as rows of a table, with every number in a field of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prismake.core.measures import capitalised, measure_name
from prismake.core.numbers import Format, count, format_of, number, p_value, percent
from prismake.report.manuscript.blocks import Field, Part, Table, marked, named_values
from prismake.report.results import people_of
from prismake.synthesis.sensitivity import TITLES
from prismake.synthesis.sentences import studies


def main_analysis(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The main analysis of an outcome, {} if nothing was pooled."""
    main = (result.get("analyses") or {}).get("main") or {}
    return main if main.get("estimate") is not None else {}


def estimate_parts(result: Mapping[str, Any], place: str) -> Iterator[Part]:
    """``Proportion 0.41 (95 % CI 0.28 to 0.55) in 8 studies, 131 events …``; ``place`` is the fields' prefix."""
    main, name, show = main_analysis(result), f"{place}.{result['outcome']}", format_of(result)
    if not main:
        sentence = str(result["sentence"]).removeprefix(f"{result['title']}: ")  # the paragraph begins with the title
        yield Field(f"{name}.sentence", sentence[:1].upper() + sentence[1:], wording=True)
        return
    level = result.get("level", 95)
    yield f"{capitalised(measure_name(result))} "
    yield Field(f"{name}.result", show.interval(main, level))
    yield " in "
    yield Field(f"{name}.studies", studies(main["k"]))
    if main.get("events") is not None and main.get("total") is not None:
        yield ", "
        yield Field(f"{name}.events", _events(main))
    if main.get("pi_lb") is not None:
        yield f"; {level:g} % prediction interval "
        yield Field(f"{name}.prediction", show.bounds(main, "pi_lb", "pi_ub"))
    yield "."


def sentence_parts(result: Mapping[str, Any], row: Mapping[str, Any], name: str) -> tuple[Part, ...]:
    """The sentence for an analysis, as on the page, with its numbers in fields."""
    show, sentence = format_of(result), str(row["sentence"])
    if row.get("estimate") is None or row.get("k") is None:
        return (Field(f"{name}.sentence", sentence, wording=True),)
    level = result.get("level", 95)
    spread = sentence.rpartition("; ")[2].rstrip(".")
    values = {
        "result": show.interval(row, level),
        "studies": studies(row["k"]),
        "events": _events(row) if row.get("events") is not None else "",
        "prediction": show.bounds(row, "pi_lb", "pi_ub") if row.get("pi_lb") is not None else "",
        "heterogeneity": spread,
    }
    return marked(sentence, named_values(name, values), f"{name}.sentence", [result["title"], row.get("name", "")])


def subgroup_parts(result: Mapping[str, Any], column: str, group: Mapping[str, Any]) -> tuple[Part, ...]:
    """The sentence on subgroups, with the estimate of each and the test between them in fields."""
    show, level, name = format_of(result), result.get("level", 95), f"{result['outcome']}.{column}"
    values = [
        (f"{name}.{row['level']}", f"{show.interval(row, level)} in {studies(row['k'])}")
        for row in group["levels"]
        if row.get("estimate") is not None and not row.get("missing")
    ]
    if group.get("Q") is not None:
        values.append((f"{name}.test", f"Q = {number(group['Q'])} on {group['df']} df, {p_value(group['p'])}"))
    harmless = [str(row["level"]) for row in group["levels"]]
    return marked(str(group["sentence"]), values, f"{name}.sentence", [*harmless, group["title"]])


def _events(row: Mapping[str, Any]) -> str:
    return f"{count(row['events'])} events among {count(row['total'])} participants"


COLUMNS = ("Analysis", "Studies", "Participants", "Estimate", "Prediction interval", "tau²", "I²")


def synthesis_table(result: Mapping[str, Any]) -> Table | None:
    """Every analysis of an outcome with an estimate: models, subgroups, sensitivity analyses; None if there is none."""
    show = format_of(result)
    analyses = result.get("analyses") or {}
    every, columns = result["studies"], result.get("columns") or {}
    rows = [
        _row(row["name"], row, show, _people(row, columns, every))
        for _, row in sorted(analyses.items(), key=_main_first)
    ]
    for column, group in sorted((result.get("subgroups") or {}).items()):
        for row in group["levels"]:
            members = [study for study in every if (study.get("subgroups") or {}).get(column) == row["level"]]
            rows.append(_row(f"{group['title']}: {row['level']}", row, show, _people(row, columns, members)))
    for name, row in sorted((result.get("sensitivity") or {}).items()):
        title = str(row.get("name") or TITLES.get(name, name))
        rows.append(_row(title, row, show, _people(row, columns, every)))
    shown = tuple(row for row in rows if row)
    if not shown:
        return None
    level = f"{result.get('level', 95):g} % CI"
    columns = tuple(f"{name} ({level})" if name == "Estimate" else name for name in COLUMNS)
    caption = f"{result['title']}: {measure_name(result)} by model, subgroup and sensitivity analysis"
    return Table(f"table.synthesis.{result['outcome']}", caption, columns, shown, ("20b", "20c", "20d"))


def _main_first(entry: tuple[str, Any]) -> tuple[bool, str]:
    return entry[0] != "main", entry[0]


def _people(row: Mapping[str, Any], columns: Mapping[str, str], members: Sequence[Mapping[str, Any]]) -> str:
    """Participants of the studies of a row; a dash where the row is about other studies than these."""
    if row.get("events") is not None:
        return f"{count(row['events'])} of {count(row['total'])}"
    return (people_of(columns, members) if row.get("k") == len(members) else "") or "–"


def _row(title: str, row: Mapping[str, Any], show: Format, people: str) -> tuple[str, ...]:
    """The cells of a row; () if there is no estimate."""
    if row.get("estimate") is None:
        return ()
    predicted = show.bounds(row, "pi_lb", "pi_ub") if row.get("pi_lb") is not None else "–"
    tau2 = show.variance(row["tau2"]) if row.get("tau2") is not None else "–"
    i2 = percent(row["I2"]) if row.get("I2") is not None else "–"
    estimate = f"{show.value(row['estimate'], row, unit=True)} ({show.bounds(row)})"
    return (title, count(row.get("k")), people, estimate, predicted, tau2, i2)
