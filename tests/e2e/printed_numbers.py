"""Every number that a finished review prints, and the results that it must come from.

Numbers are collected from the page, the manuscript, the supplement, the figures and the sentences. A source is a value of
the JSON of an outcome or of the flow, printed as any of the printers of ``prismake.core.numbers`` prints it. An estimate
with its interval is looked up as a whole, so that no part of it can come from another result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import docx
import openpyxl
from docx.oxml.ns import qn
from lxml import etree, html
from prismake.core import numbers as printers
from prismake.core.numbers import Format, format_of
from prismake.report.manuscript.controls import text_of

NUMBER = r"[−<]? ?\d[\d,]*(?:\.\d+)?"
INTERVALS = (
    rf"({NUMBER})(?: %)? \((?:\d+ % CI )?({NUMBER}) to ({NUMBER})(?: %)?\)",
    rf"({NUMBER})(?: %)? ?\[({NUMBER}), ({NUMBER})\]",
)
Interval = tuple[str, ...]
DASHES = str.maketrans({"\u00a0": " ", "\u2009": " "})


def intervals(text: str) -> set[Interval]:
    """Every estimate with its interval: ("0.41", "0.28", "0.55")."""
    found = {match for pattern in INTERVALS for match in re.findall(pattern, text.translate(DASHES))}
    return {tuple(part.strip() for part in match) for match in found}


def decimals(text: str) -> set[str]:
    """Every number with decimals, without its sign."""
    return set(re.findall(r"(?<![\d./])\d[\d,]*\.\d+(?![\d./])", text.translate(DASHES)))


def whole(text: str) -> set[int]:
    return {
        int(found.replace(",", ""))
        for found in re.findall(r"(?<![\w.,])\d{1,3}(?:,\d{3})+|(?<![\w.,−-])\d+(?![\w.])", text)
    }


def dictionaries(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from dictionaries(inner)


def values(value: Any) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from values(inner)


def source_intervals(result: Mapping[str, Any]) -> set[Interval]:
    """Every estimate with its interval that the JSON of an outcome holds, as the printers print it."""
    found: set[Interval] = set()
    for row in dictionaries(result):
        for middle, low, high in (
            ("estimate", "ci_lb", "ci_ub"),
            ("beta", "ci_lb", "ci_ub"),
            ("tau2", "tau2_lb", "tau2_ub"),
        ):
            parts = [row.get(name) for name in (middle, low, high)]
            if any(not isinstance(part, int | float) for part in parts):
                continue
            for show in (format_of(result), Format(printers.decimals(parts[2] - parts[1]))):
                found.add(tuple(show.value(part, row) for part in parts))
                found.add(tuple(show.variance(part) for part in parts))
            found.add(tuple(map(printers.significant, parts)))
    return found


def source_decimals(result: Mapping[str, Any]) -> set[str]:
    """Every value of the JSON of an outcome in every way in which a number with decimals is printed."""
    show, found = format_of(result), {f"{tick / 20:g}" for tick in range(21)}  # ticks of an axis of proportions
    for value in {abs(value) for value in (*values(result), *weights_of_groups(result))}:
        found |= {printers.number(value, digits) for digits in range(1, 5)} | {printers.number(100 * value, 1)}
        found |= {printers.significant(value, digits) for digits in (2, 3, 4)} | {printers.p_number(value)}
        found |= {show.value(value), show.variance(value), printers.variance(value), printers.typed(value)}
    return {part for text in found for part in decimals(text)}


def weights_of_groups(result: Mapping[str, Any]) -> Iterator[float]:
    """The weight of the studies of each subgroup together, which the forest plot by subgroups prints."""
    for column in result.get("subgroups") or {}:
        groups: dict[str, float] = {}
        for study in result["studies"]:
            name = (study.get("subgroups") or {}).get(column, "")
            groups[name] = groups.get(name, 0.0) + study["weight_pct"]
        yield from groups.values()


class Printed:
    """What a review in a folder has printed."""

    def __init__(self, folder: Path) -> None:
        self.results_folder = folder / "results"

    def json(self, name: str) -> dict[str, Any]:
        return json.loads((self.results_folder / name).read_text(encoding="utf-8"))

    def svg(self, path: Path) -> str:
        """The texts of a figure, one after the other."""
        root = etree.fromstring(path.read_bytes())
        return "\n".join("".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text"))

    @cached_property
    def page(self) -> Any:
        """The page without its figures."""
        root = html.document_fromstring((self.results_folder / "report/report.html").read_text(encoding="utf-8"))
        for drawing in root.xpath("//*[local-name()='svg' or local-name()='style']"):
            drawing.drop_tree()
        return root

    def section(self, anchor: str) -> str:
        return " ".join(" ".join(self.page.get_element_by_id(anchor).itertext()).split())

    @cached_property
    def manuscript(self) -> dict[str, str]:
        """The words of the manuscript by heading, tables included; the abstract by its labels."""
        document = docx.Document(self.results_folder / "manuscript.docx")
        texts: dict[str, list[str]] = {}
        heading = ""
        for block in document.element.body:
            style = block.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
            name = "" if style is None else style.get(qn("w:val"))
            text = "\n".join(map(text_of, block.iter(qn("w:p")))) or text_of(block)
            if name.startswith("Heading"):
                heading = text
            texts.setdefault(heading, []).append(text)
        return {heading: "\n".join(lines) for heading, lines in texts.items()}

    @cached_property
    def supplement(self) -> dict[str, list[dict[str, Any]]]:
        book = openpyxl.load_workbook(self.results_folder / "supplement.xlsx", read_only=True)
        tables = {}
        for sheet in book:
            head, *rows = sheet.iter_rows(values_only=True)
            tables[sheet.title] = [dict(zip(head, row, strict=False)) for row in rows]
        return tables

    def of_outcome(self, number: int, outcome: str) -> dict[str, str]:
        """Each surface on which results of an outcome stand, with its text."""
        result = self.json(f"pooling/{outcome}.json")
        surfaces = {
            "sentences": "\n".join(str(row["sentence"]) for row in dictionaries(result) if row.get("sentence")),
            "page": self.section(f"outcome-{number}"),
            "manuscript": self.manuscript[result["title"]],
            "abstract": next(
                line for line in self.manuscript["Abstract"].split("\n") if line.startswith(f"{result['title']}.")
            ),
            "supplement": "\n".join(
                row["printed"] for row in self.supplement["Syntheses"] if row["outcome"] == outcome
            ),
        }
        figures = sorted((self.results_folder / "pooling").glob(f"{outcome}.*.svg"))
        return surfaces | {path.name: self.svg(path) for path in figures}
