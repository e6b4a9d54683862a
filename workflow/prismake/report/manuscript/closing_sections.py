"""What follows the results: discussion, other information, and the references of the included studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.report.limitations import limitations_of_process
from prismake.report.manuscript.blocks import Block, Field, Gap, Heading, Paragraph, Table


def discussion(review: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("Discussion")
    yield Heading("Principal findings", 2, ("23a",))
    yield Gap("The results in the light of other evidence.", ("23a",))
    yield Heading("Limitations of the evidence", 2, ("23b",))
    yield Gap("What limits the evidence itself: designs, risk of bias, inconsistency, few or small studies.", ("23b",))
    yield Heading("Limitations of the review process", 2, ("23c",))
    if sentences := limitations_of_process(review):
        yield Paragraph((Field("limitations", " ".join(sentences), wording=True),), ("23c",))
    yield Gap("What else limits the process, such as deviations from the protocol or languages left out.", ("23c",))
    yield Heading("Implications", 2, ("23d",))
    yield Gap("What follows for practice, policy and future research.", ("23d",))


def other_information(review: Mapping[str, Any]) -> Iterator[Block]:
    config = review["config"]
    yield Heading("Other information")
    yield Heading("Amendments", 2, ("24c",))
    if changes := review.get("amendments"):
        yield Paragraph((Field("amendments", changes, wording=True),), ("24c",))
    else:
        yield Gap(
            "Amendments to the registered information or the protocol, each with its day and reason; or none.", ("24c",)
        )
    for key, title, item, hint in (
        ("support", "Support", "25", "Sources of financial or other support, and the role of the funders."),
        ("interests", "Competing interests", "26", "Competing interests of every author."),
    ):
        yield Heading(title, 2, (item,))
        yield Paragraph((str(config[key]),), (item,)) if config.get(key) else Gap(hint, (item,))
    yield Heading("Availability of data, code and other materials", 2, ("27",))
    yield Paragraph((_availability(review),), ("27",))
    if config.get("availability"):
        yield Paragraph((str(config["availability"]),), ("27",))
    else:
        yield Gap("The address at which data, sheets, protocol and results of this review are kept.", ("27",))


def _availability(review: Mapping[str, Any]) -> str:
    checks = " and a script with which R's metafor repeats each meta-analysis" if review["results"] else ""
    return (
        "The review is one Snakemake workflow. Its protocol, search results, sheets of the reviewers and every table, "
        f"with a data dictionary{checks}, are in the supplement."
    )


def references(review: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("References")
    yield Gap("Your own references: methods, earlier reviews, guidance.")
    yield Heading("Included reports", 2)
    rows = tuple((str(number), text) for number, text in review["references"])
    yield Table("table.references", "Reports of the included studies", ("No.", "Reference"), rows, ("17",), ruled=False)
