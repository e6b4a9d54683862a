"""The results of the manuscript: selection, studies, risk of bias, and each synthesis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.core.labels import by_reason
from prismake.core.names import STUDY_ID
from prismake.core.notes import NOT_REPORTED
from prismake.core.numbers import count
from prismake.core.phrases import plural, within_sentence
from prismake.protocol.instruments import NONE, load_instrument
from prismake.protocol.outcome_names import WITHOUT_POOLING, kind_name
from prismake.report.manuscript.blocks import Block, Field, Figure, Gap, Heading, Paragraph, Part, Table
from prismake.report.manuscript.estimates import main_analysis, sentence_parts, subgroup_parts, synthesis_table
from prismake.report.manuscript.findings_section import findings_section
from prismake.report.reporting import Reporting, reporting_of
from prismake.synthesis.asymmetry import FUNNEL_FROM

DASH = "–"
NOT_DOMAINS = (
    *(STUDY_ID, "label", "instrument", "total", "maximum", "overall", "unanswered", "result", "proposed", "why"),
    "unsupported",
)
_LEFT_FOR_OTHERS = ("Reports", "Stars", "Overall")  # columns of the table of studies that have a table of their own


def result_sections(review: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("Results")
    yield Heading("Study selection", 2, ("16a", "16b"))
    yield from _selection(review)
    yield Heading("Study characteristics", 2, ("17",))
    yield from _characteristics(review)
    yield Heading("Risk of bias in studies", 2, ("18",))
    yield from _risk_of_bias(review)
    for result in review["results"]:
        yield Heading(str(result["title"]), 2, ("19", "20a", "20b", "20c", "20d", "21"))
        report = reporting_of(result)
        yield from _synthesis_of_kind(result, report) if report else _synthesis(result)
    yield Heading("Certainty of evidence", 2, ("22",))
    yield from findings_section(review.get("findings"))


def _selection(review: Mapping[str, Any]) -> Iterator[Block]:
    flow = review["flow"]
    yield Paragraph(tuple(_flow_words(flow["boxes"])), ("16a",))
    if notes := [str(note) for note in flow.get("notes") or []]:
        yield Paragraph((Field("flow.notes", " ".join(notes), wording=True),), ("16a",))
    reasons = flow["boxes"]["excluded_full_text"]
    if reasons:
        parts: list[Part] = ["Reports were excluded at full text for these reasons: "]
        each = "; ".join(f"{reason} ({count(number)})" for reason, number in reasons.items())
        parts += [Field("flow.reasons", each), ". Each is cited with its reason in the supplement (sheet Excluded)."]
        yield Paragraph(tuple(parts), ("16b",))
    yield Figure(
        "figure.flow", "flow", "PRISMA 2020 flow diagram", ("Records, reports and studies of this review.",), ("16a",)
    )


def _flow_words(boxes: Mapping[str, Any]) -> Iterator[Part]:
    """The left column of the flow in words, then other methods, then the included studies."""
    identified = boxes["identified"]
    sources = {**identified["databases"], **identified["registers"]}
    yield "The searches of "
    yield Field("flow.sources", plural(len(sources), "database or register", "databases and registers"))
    yield " identified "
    yield Field("flow.identified", plural(identified["total"], "record"))
    if sources:
        yield " ("
        yield Field("flow.by_source", "; ".join(f"{label} {count(number)}" for label, number in sources.items()))
        yield ")"
    yield ". After "
    yield Field("flow.duplicates", plural(boxes["removed"]["duplicates"], "duplicate"))
    if boxes["removed"]["automation"] or boxes["removed"]["other"]:
        yield " and "
        others = boxes["removed"]["automation"] + boxes["removed"]["other"]
        yield Field("flow.removed_otherwise", f"{plural(others, 'record')} removed before screening for other reasons")
    yield " had been removed, "
    yield Field("flow.screened", plural(boxes["screened"], "record"))
    yield " were screened, of which "
    yield Field("flow.excluded_title_abstract", count(boxes["excluded_title_abstract"]))
    yield " were excluded. Of "
    yield Field("flow.sought", plural(boxes["sought"], "report"))
    yield " sought, "
    yield Field("flow.not_retrieved", count(boxes["not_retrieved"]))
    yield " could not be retrieved and "
    yield Field("flow.assessed", count(boxes["assessed"]))
    yield " were assessed in full text. "
    yield from _other_methods(boxes)
    included = boxes["included"]
    yield Field("flow.included.studies", plural(included["studies"], "study", "studies"))
    yield " in "
    yield Field("flow.included.reports", plural(included["reports"], "report"))
    yield " were included."


def _other_methods(boxes: Mapping[str, Any]) -> Iterator[Part]:
    if "other" not in boxes:
        return
    other = boxes["other"]
    yield "Other methods identified "
    yield Field("flow.other.identified", plural(other["identified"]["total"], "record"))
    yield ", of which "
    yield Field("flow.other.assessed", count(other["assessed"]))
    yield " were assessed in full text. "


def _characteristics(review: Mapping[str, Any]) -> Iterator[Block]:
    table = review["studies"]
    if not table["rows"]:
        yield Gap("No study is included yet.", ("17",))
        return
    columns = list(table["columns"])
    shown = [index for index, name in enumerate(columns) if name not in _LEFT_FOR_OTHERS]
    numbers = review["reference_numbers"]
    yield Paragraph(
        (
            "The studies and what was extracted of them are in the table below; numbers in the column Reference are "
            "those of the list of included reports.",
        ),
        ("17",),
    )
    rows = tuple(tuple([row[index] or DASH for index in shown] + [numbers.get(row[0], DASH)]) for row in table["rows"])
    head = tuple([columns[index] for index in shown] + ["Reference"])
    yield Table("table.studies", "Characteristics of the included studies, as extracted", head, rows, ("17", "19"))
    yield Gap("What stands out: populations, settings, interventions, and where the studies differ.", ("17",))


def _risk_of_bias(review: Mapping[str, Any]) -> Iterator[Block]:
    scores = review["scores"]
    if not scores:
        yield Gap("No study has been appraised yet.", ("18",))
        return
    for note in review["appraisal"]["notes"]:
        yield Paragraph((Field(f"bias.note.{note[:24]}", note, wording=True),), ("18",))
    yield _scores(review, {result["outcome"]: result["title"] for result in review["results"]})
    for name, title in (("stars", "Newcastle–Ottawa stars"), ("traffic_light", "Risk of bias by item")):
        if name in review["drawn"]:
            yield Figure(f"figure.{name}", name, title, ("Judgements of the reviewers after settlement.",), ("18",))


def _scores(review: Mapping[str, Any], outcomes: Mapping[str, str]) -> Table:
    """Study, result if results are judged, instrument if there are several, each domain, the overall judgement.

    Results that a study does not report have no judgement and are left out, unless nothing else is there.
    """
    reported = [row for row in review["scores"] if not (row["result"] and row["overall"] == NOT_REPORTED)]
    scores = reported or review["scores"]
    domains = [
        name for name in scores[0] if name not in NOT_DOMAINS and any(_domain(row, name) != DASH for row in scores)
    ]
    with_results, stars = any(row["result"] for row in scores), any(row["maximum"] for row in scores)
    titles = _short({row["instrument"]: _instrument_title(review, row["instrument"]) for row in scores})
    head = ["Study", *(["Result"] if with_results else []), *(["Instrument"] if len(titles) > 1 else [])]
    head += [name.replace("_", " ").capitalize() for name in domains] + (["Stars"] if stars else []) + ["Overall"]
    rows = []
    for row in scores:
        cells = [row["label"], *([outcomes.get(row["result"], row["result"]) or DASH] if with_results else [])]
        cells += [titles[row["instrument"]]] if len(titles) > 1 else []
        cells += [_domain(row, name) for name in domains]
        cells += [f"{row['total']}/{row['maximum']}" if row["maximum"] else DASH] if stars else []
        rows.append((*cells, row["overall"] or DASH))
    by = f" ({next(iter(titles.values()))})" if len(titles) == 1 else ""
    return Table("table.bias", f"Risk of bias of the included studies{by}", tuple(head), tuple(rows), ("18",))


def _domain(row: Mapping[str, str], name: str) -> str:
    """Stars or word of a domain; a dash if the instrument has no such domain or gives no star in it."""
    value = row[name]
    if row["maximum"] and row["instrument"] != NONE:
        most = load_instrument(row["instrument"]).domains.get(name, ("", 0))[1]
        return f"{value}/{most}" if most else DASH
    return value or DASH


def _short(titles: Mapping[str, str]) -> Mapping[str, str]:
    """The titles of several instruments up to their first comma, where that still tells them apart."""
    short = {name: title.partition(",")[0] for name, title in titles.items()}
    return short if len(titles) > 1 and len({*short.values()}) == len(titles) else titles


def _instrument_title(review: Mapping[str, Any], name: str) -> str:
    details = review["instruments"].get(name) or {}
    return str(details.get("title") or name.replace("_", " "))


def _synthesis_of_kind(result: Mapping[str, Any], report: Reporting) -> Iterator[Block]:
    """The parts that the result of another kind than pairwise has on the page too."""
    outcome = result["outcome"]
    yield Paragraph((Field(f"{outcome}.counts", result["counts"].get("statement") or "", wording=True),), ("20a",))
    if left := _left_out(result):
        yield left
    for part in report.sections(result):
        if part.sentences:
            yield Paragraph((Field(f"{outcome}.{part.name}", " ".join(part.sentences), wording=True),), part.items)
        if part.rows and not part.folded:
            caption = f"{result['title']}: {within_sentence(part.title)}"
            yield Table(f"table.{outcome}.{part.name}", caption, part.columns, part.rows, part.items)
        if part.figure and result["studies"]:
            name = f"{outcome}.{part.figure}"
            yield Figure(f"figure.{name}", name, f"{result['title']}: {part.title}", (part.legend,), part.items)
    yield Gap("What this result means, in your own words.", ("20b",))


def _left_out(result: Mapping[str, Any]) -> Paragraph | None:
    """The studies that are not pooled, with the reasons."""
    left = by_reason(result.get("left_out") or [])
    if not left:
        return None
    words = Field(f"{result['outcome']}.left_out", "; ".join(left), wording=True)
    start = "Not in the synthesis: " if kind_name(result) == WITHOUT_POOLING else "Not pooled: "
    return Paragraph((start, words, "."), ("13a", "20a"))


def _synthesis(result: Mapping[str, Any]) -> Iterator[Block]:
    outcome, main = result["outcome"], main_analysis(result)
    statement = result["counts"].get("statement") or ""
    yield Paragraph((Field(f"{outcome}.counts", statement, wording=True),), ("20a",))
    yield Paragraph(
        sentence_parts(result, main, f"{outcome}.main")
        if main
        else (Field(f"{outcome}.sentence", result["sentence"], wording=True),),
        ("20b", "20c"),
    )
    if left := _left_out(result):
        yield left
    for column, group in sorted((result.get("subgroups") or {}).items()):
        yield Paragraph(subgroup_parts(result, column, group), ("20c",))
    for name, row in sorted((result.get("moderators") or {}).items()):
        yield Paragraph((Field(f"{outcome}.regression.{name}", row["sentence"], wording=True),), ("20c",))
    for name, row in sorted((result.get("sensitivity") or {}).items()):
        yield Paragraph((Field(f"{outcome}.{name}.sentence", row["sentence"], wording=True),), ("20d",))
    if sentence := (result.get("bias") or {}).get("sentence"):
        yield Paragraph((Field(f"{outcome}.bias", sentence, wording=True),), ("21",))
    if table := synthesis_table(result):
        yield table
    if result["studies"]:
        yield from _figures(result)
    yield Gap("What this result means and how it compares with the other analyses, in your own words.", ("20b",))


def _figures(result: Mapping[str, Any]) -> Iterator[Block]:
    outcome, title = result["outcome"], result["title"]
    level = f"{result.get('level', 95):g} %"
    legend = (
        f"Each study with its numbers, its estimate and its {level} confidence interval; below, the pooled estimate "
        "with its confidence interval (diamond) and prediction interval (line)."
    )
    yield Figure(f"figure.{outcome}.forest", f"{outcome}.forest", f"{title}: forest plot", (legend,), ("19", "20b"))
    if (result.get("bias") or {}).get("tests") and len(result["studies"]) >= FUNNEL_FROM:
        words = "Each study's estimate against its standard error."
        yield Figure(f"figure.{outcome}.funnel", f"{outcome}.funnel", f"{title}: funnel plot", (words,), ("21",))
