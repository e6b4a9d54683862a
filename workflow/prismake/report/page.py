"""The page of a review: one self-contained HTML file for screens, phones and paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
from markupsafe import Markup

from prismake.core.numbers import count, number, percent, share
from prismake.core.paths import data_file
from prismake.core.phrases import plural
from prismake.core.progress import tracked
from prismake.report.agreement import agreement_rows, disagreement_rows
from prismake.report.duplicates import duplicates_part
from prismake.report.limitations import limitations
from prismake.report.methods import paragraphs
from prismake.report.results import outcome_part
from prismake.report.status import round_words
from prismake.report.svg import inline
from prismake.report.tables import BETWEEN
from prismake.synthesis.sensitivity import TITLES

TEMPLATE = "page.html.j2"


def render(context: Mapping[str, Any]) -> str:
    """The page as text. Everything in the context is shown as text, never as markup.

    ``context`` holds plain dictionaries and lists; all keys are required unless marked optional:

    config        the protocol with its defaults (title, question, reviewers, criteria, outcomes, ...), the source of
                  heading and methods. ``notice``, ``authors`` and ``registration`` are shown if not empty.
    versions      {"prismake": "0.1.0", "Python": "3.11.7", ...}, in the order to be printed
    appraisal     the result of ``prismake.report.appraisal_part``
    instruments   {instrument name: {"title": str}} of those in ``config["appraisal"]["instruments"]``
    stages        list of the contents of ``<stage>/status.json`` in order: stage, title, unit, of, settled, open,
                  rounds (``prismake.sheets.progress``), problems (list of {"where", "what"})
    status        rows of the progress table: {"stage", "who", "decided", "of", "file", "remark"}
    searches      list of the contents of ``search/<source>.json``
    duplicates    {"summary": content of ``duplicates/summary.json``, "sources", "shared": rows of
                  ``duplicates/sources.csv`` and ``duplicates/shared.csv``}
    behind        what ``prismake.report.records_part`` makes of ``flow/records.csv`` (optional)
    flow          the content of ``flow/flow.json``: {"boxes", "notes", "undecided"}
    notices       included reports that were retracted or questioned: list of {"study", "citation", "notice"}
    carried       sentences on decisions imported with exports of screening tools (``flow/carried.json``)
    known         rows of ``flow/known_studies.csv``: studies that the search is expected to find
    vanished      rows of ``flow/vanished.csv``: judged records that no search finds any longer
    findings      the content of ``certainty/summary_of_findings.json`` (optional)
    results       list of the contents of ``pooling/<outcome>.json`` in the order of the protocol
    cohorts, cells  what ``prismake.report.provenance`` makes of families, signs of overlap and cells (optional)
    studies       {"columns": [str], "rows": [[str]]}: the study table (``report.tables.study_table``)
    included      number of included studies
    excluded      list of {"citation", "doi", "decision", "reason"} (``report.tables.left_out_reports``)
    agreement     list of {"title": stage title, "fields": content of ``<stage>/agreement.json``}
    figures       {name: SVG text}; names: "flow", "stars", "traffic_light", "<outcome>.forest", "<outcome>.funnel",
                  "<outcome>.forest.<subgroup>", "<outcome>.bubble.<moderator>". A figure that is not there is left out.

    The page loads nothing from elsewhere and runs one script, its own, which the content security policy names by its
    digest; without it everything is there but sorting and looking up the records behind a box. Raises PrismakeError
    if a figure is not SVG.
    """
    script = Markup(templates()["page.js"])  # our own file, which contains nothing that anybody typed
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return page_environment().get_template(TEMPLATE).render(**view(context), script=script, script_digest=digest)


def page_environment() -> jinja2.Environment:
    """Templates and filters; every inserted value is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(templates()),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "count": count,
        "number": number,
        "percent": percent,
        "plural": plural,
    }
    return environment


def templates() -> dict[str, str]:
    """The text of each template by its name."""
    files = (
        data_file("report/page.html.j2"),
        data_file("report/kind.html.j2"),
        data_file("report/progress.html.j2"),
        data_file("report/status.html.j2"),
        data_file("report/page.css"),
        data_file("report/page.js"),
    )
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def view(context: Mapping[str, Any]) -> dict[str, Any]:
    """The values for the template: the context and everything derived from it."""
    config, results = context["config"], context["results"]
    return {
        **context,
        "figures": _figures(context),
        **progress_view(context),
        "duplicates": duplicates_part(context["duplicates"], context["searches"]),
        "outcomes": [outcome_part(result) for result in tracked(results, len(results), "writing the page", "outcomes")],
        "cohorts": context.get("cohorts"),
        "cells": context.get("cells"),
        "agreement": agreement_rows(context["agreement"]),
        "disagreements": disagreement_rows(context["agreement"]),
        "methods": paragraphs(
            config, context["searches"], context["instruments"], context["versions"], context["stages"]
        ),
        "limitations": limitations(context),
        "reasons": _reasons(context["excluded"]),
        "reports": _reports(context["studies"]),
        "studies": _without_reports(context["studies"]),
        "records": sum(search["records"] or 0 for search in context["searches"]),
        "sections": _sections(context),
    }


def progress_view(context: Mapping[str, Any]) -> dict[str, Any]:
    """The part of ``stages`` and ``status`` that the table of progress needs."""
    stages = context["stages"]
    opened = [(stage["title"], stage["open"]) for stage in stages if stage["open"]]
    return {
        "open": opened,
        "open_total": sum(number for _, number in opened),
        "problems": [problem for stage in stages for problem in stage["problems"]],
        "notes": [note for stage in stages for note in stage.get("notes", ())],
        "progress": [_progress(row) for row in context["status"]],
        "rounds": round_words(stages),
    }


def _sections(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Anchor and name of each part, in the order of the page."""
    return [
        ("results", "Results"),
        *([("findings", "Summary of findings")] if (context.get("findings") or {}).get("outcomes") else []),
        ("flow", "Flow of records"),
        *([("records", "Records")] if context.get("behind") else []),
        ("duplicates", "Duplicates"),
        ("studies", "Included studies"),
        ("bias", "Risk of bias"),
        *((f"outcome-{index}", result["title"]) for index, result in enumerate(context["results"])),
        ("excluded", "Reports excluded"),
        ("agreement", "Agreement"),
        ("searches", "Searches"),
        ("methods", "Methods"),
        ("limitations", "Limitations"),
        ("status", "Progress"),
    ]


def _figures(context: Mapping[str, Any]) -> dict[str, Markup]:
    titles = {
        "flow": "PRISMA 2020 flow diagram",
        "sources": "Reports by source",
        "reading": "Included records by records read",
        "stars": "Newcastle–Ottawa stars",
        "traffic_light": "Risk of bias",
    }
    for result in context["results"]:
        for kind in ("forest", "funnel"):
            titles[f"{result['outcome']}.{kind}"] = f"{result['title']}: {kind} plot"
        titles[f"{result['outcome']}.labbe"] = f"{result['title']}: risk in each arm"
        titles[f"{result['outcome']}.risk_of_bias"] = f"{result['title']}: risk of bias by weight"
        for name, row in (result.get("moderators") or {}).items():
            titles[f"{result['outcome']}.bubble.{name}"] = f"{result['title']}: bubble plot by {row['title']}"
        for name in result.get("sensitivity") or {}:
            titles[f"{result['outcome']}.{name}"] = f"{result['title']}: {TITLES.get(name, name)}"
        for name, group in (result.get("subgroups") or {}).items():
            titles[f"{result['outcome']}.forest.{name}"] = f"{result['title']}: forest plot by {group['title']}"
    return {
        name: inline(text, f"f{index}-", titles.get(name, name), links=name == "flow" and "behind" in context)
        for index, (name, text) in enumerate(sorted(context["figures"].items()))
    }


def _progress(row: Mapping[str, Any]) -> dict[str, Any]:
    done = row["of"] and row["decided"] >= row["of"]
    share_done = 100 * row["decided"] / row["of"] if row["of"] else 0
    return {**row, "done": done, "share": share(row["decided"], row["of"]), "bar": f"{share_done:.1f}"}


def _reports(table: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The reports of each study, apart from the table because they are too long for a column."""
    if "Reports" not in table["columns"]:
        return []
    place = table["columns"].index("Reports")
    citations = {row[0]: [text for text in row[place].split(BETWEEN) if text] for row in table["rows"]}
    return list(citations.items())


def _without_reports(table: Mapping[str, Any]) -> dict[str, Any]:
    keep = [index for index, name in enumerate(table["columns"]) if name != "Reports"]
    return {
        "columns": [table["columns"][index] for index in keep],
        "rows": [[row[index] for index in keep] for row in table["rows"]],
    }


def _reasons(excluded: Sequence[Mapping[str, str]]) -> list[tuple[str, list[Mapping[str, str]]]]:
    """Reports by reason, the most frequent reason first; those not retrieved at the end."""
    groups: dict[tuple[bool, str], list[Mapping[str, str]]] = {}
    for row in excluded:
        groups.setdefault((row["decision"] != "exclude", row["reason"] or "No reason given"), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1]), group[0][1]))
    return [(reason, rows) for (_, reason), rows in ordered]
