"""Title, abstract and introduction: the twelve items of PRISMA 2020 for Abstracts, and the question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.phrases import plural
from prismake.report.manuscript.blocks import Block, Field, Gap, Heading, Paragraph, Part
from prismake.report.manuscript.estimates import estimate_parts
from prismake.report.methods import model_words

_NAMED = ("systematic review", "meta-analysis")


def title(config: Mapping[str, Any], pooled: bool) -> str:
    """The title in the protocol; if it does not say that this is a systematic review, the words are added (item 1)."""
    text = str(config["title"]).rstrip(". ")
    if "systematic review" in text.casefold():
        return text
    return f"{text}: a systematic review{' and meta-analysis' if pooled and _NAMED[1] not in text.casefold() else ''}"


def opening(review: Mapping[str, Any]) -> Iterator[Block]:
    """Authors, a note if results are interim, and the abstract."""
    config = review["config"]
    if config.get("authors"):
        yield Paragraph((", ".join(config["authors"]),))
        yield Gap("Affiliations of the authors, and the address of the corresponding author.")
    else:
        yield Gap("Authors with affiliations, and the address of the corresponding author.")
    if config.get("notice"):
        yield Paragraph((config["notice"],), label="Note.")
    yield Paragraph((Field("status", status(review)),), label="State of the review.")
    yield Heading("Abstract", items=("2",))
    yield from _abstract(review)


def status(review: Mapping[str, Any]) -> str:
    """Whether the numbers can still change because decisions are open."""
    opened = [f"{stage['open']:,} at {str(stage['title']).lower()}" for stage in review["stages"] if stage.get("open")]
    return f"Interim: decisions are open ({join(opened)})." if opened else "Every decision is made."


def _abstract(review: Mapping[str, Any]) -> Iterator[Block]:
    config, results = review["config"], review["results"]
    yield Gap("One sentence on why the review was needed.", ("A2",))
    yield Paragraph((_sentence(config["question"]),), ("A2",), "Objectives.")
    yield Paragraph((_criteria(config),), ("A3",), "Eligibility criteria.")
    yield Paragraph(
        (Field("abstract.sources", _sources(review["searches"]), wording=True),), ("A4",), "Information sources."
    )
    yield Paragraph((_instruments(review),), ("A5",), "Risk of bias.")
    yield Paragraph((model_words(review["config"]) or "Nothing was pooled.",), ("A6",), "Synthesis of results.")
    yield Paragraph(tuple(_included(review["flow"], "abstract.included")), ("A7",), "Included studies.")
    yield Gap("Total number of participants, and the relevant characteristics of the studies.", ("A7",))
    for result in results:
        yield Paragraph(tuple(estimate_parts(result, "abstract")), ("A8",), f"{result['title']}.")
    if not results:
        yield Gap("The main results with their intervals; the protocol names no outcome that is pooled.", ("A8",))
    yield Gap(
        "If two groups are compared: the direction of the effect, and which group is favoured. Limits of the evidence "
        "in a sentence: risk of bias, inconsistency, imprecision.",
        ("A8", "A9"),
    )
    yield Gap("General interpretation of the results and what follows from them.", ("A10",))
    yield _or_gap(config.get("support"), "The primary source of support.", ("A11",), "Funding.")
    yield _or_gap(config.get("registration"), "Register and number of the protocol.", ("A12",), "Registration.")


def _or_gap(text: Any, hint: str, items: tuple[str, ...], label: str) -> Block:
    return Paragraph((_sentence(str(text)),), items, label) if text else Gap(hint, items)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _criteria(config: Mapping[str, Any]) -> str:
    include = (config.get("criteria") or {}).get("include") or []
    return _sentence("; ".join(text.rstrip(". ") for text in include)) if include else "As the protocol defines them."


def _sources(searches: list[Mapping[str, Any]]) -> str:
    """Each source with the date of its last search."""
    dates = {search["date"] for search in searches if search.get("kind") != "other" and search.get("date")}
    named = [search for search in searches if search.get("kind") != "other"]
    if len(dates) == 1 and all(search.get("date") for search in named):
        return f"{join([search['label'] for search in named])}, last searched {dates.pop()}."
    each = [f"{search['label']}{' (' + search['date'] + ')' if search.get('date') else ''}" for search in named]
    return f"{join(each)}." if each else "No database was searched."


def _instruments(review: Mapping[str, Any]) -> str:
    titles = [str(details["title"]) for details in review["instruments"].values()]
    return f"{join(titles)}." if titles else "Risk of bias was not assessed: the protocol names no instrument."


def _included(flow: Mapping[str, Any], name: str) -> Iterator[Part]:
    """The number of included studies and reports."""
    included = flow["boxes"].get("total") or flow["boxes"]["included"]
    yield Field(f"{name}.studies", plural(included["studies"], "study", "studies"))
    yield " in "
    yield Field(f"{name}.reports", plural(included["reports"], "report"))
    yield " were included."


def introduction(review: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("Introduction")
    yield Heading("Rationale", 2, ("3",))
    yield Gap(
        "Why this review is needed: the problem and how frequent it is, what is known, what earlier reviews left open.",
        ("3",),
    )
    yield Heading("Objectives", 2, ("4",))
    yield Paragraph((_sentence(review["config"]["question"]),), ("4",))
