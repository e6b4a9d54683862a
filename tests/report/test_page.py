"""The page says what the context holds, treats every title as words, and stands alone."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from collections import Counter
from functools import cache

import page_samples as samples
import pandas as pd
import pytest
import review_samples
from lxml import html
from prismake.protocol.schema import with_defaults
from prismake.report.methods import paragraphs
from prismake.report.page import render
from prismake.synthesis import analyse

EVIL = "<script>alert('x')</script> {{ 7*7 }} \"><img src=x onerror=alert(1)> & ]]>"


@cache
def page(open_rows: int = 0) -> str:
    """The finished review with its figures, or one with open rows without them."""
    return render(samples.context(open_rows, draw=not open_rows))


def text_of(page_text: str) -> str:
    root = html.document_fromstring(page_text)
    for drawing in root.xpath("//*[local-name()='svg' or local-name()='style']"):
        drawing.drop_tree()
    return re.sub(r"\s+", " ", root.text_content())


def section(page_text: str, anchor: str) -> str:
    found = html.document_fromstring(page_text).get_element_by_id(anchor)
    return re.sub(r"\s+", " ", found.text_content())


def spoil(value):
    """Every text of the context with markup in it; keys and figures stay."""
    if isinstance(value, dict):
        return {
            key: inner
            if key in ("figures", "measure", "outcome", "state", "decision", "kind", "model", "method", "test", "order")
            else spoil(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [spoil(inner) for inner in value]
    return value + EVIL if isinstance(value, str) and value not in ("", "Reports") else value


def test_page_stands_alone():
    root = html.document_fromstring(page())
    scripts = root.xpath("//script[not(@type)]")
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    digest = base64.b64encode(hashlib.sha256(scripts[0].text.encode("utf-8")).digest()).decode()
    assert len(scripts) == 1 and f"script-src 'sha256-{digest}'" in policy
    assert not root.xpath("//link | //iframe | //object | //embed | //img | //form | //base")
    links = [value for value in root.xpath("//@href | //@src") if not value.startswith("#")]
    assert links
    assert all(link.startswith("https://doi.org/") for link in links)
    assert not re.findall(r"@import|url\((?!#)", page())
    assert not root.xpath("//@*[starts-with(name(), 'on')]")


def test_ids_do_not_collide_and_every_anchor_is_there():
    root = html.document_fromstring(page())
    ids = Counter(root.xpath("//@id"))
    assert {name: n for name, n in ids.items() if n > 1} == {}
    for target in {value[1:] for value in root.xpath("//@href | //@*[local-name()='href']") if value.startswith("#")}:
        assert target in ids, target
    for target in re.findall(r"url\(#([^)]*)\)", page()):
        assert target in ids, target


def test_no_text_becomes_markup():
    plain = html.document_fromstring(render(samples.context(212)))
    root = html.document_fromstring(render(spoil(samples.context(212))))
    assert not root.xpath("//img")
    assert Counter(element.tag for element in root.iter()) == Counter(element.tag for element in plain.iter())
    assert "49" not in re.findall(r"alert\('x'\) (\S+)", root.text_content())
    assert root.text_content().count("{{ 7*7 }}") > 100


def test_same_context_same_bytes():
    assert render(samples.context()) == render(samples.context())


def test_headline_stands_beside_the_published_one_with_the_reason():
    words = section(page(), "results")
    assert "0.41 95 % CI 0.28 to 0.55" in words
    assert "131 of 295 participants" in words
    assert "0.11 and 0.80 (95 % prediction interval)" in words
    assert "Published: 0.39 (0.29 to 0.49), 32 studies (medRxiv 2025.08.31.25334789)." in words
    assert "which this demonstration holds twelve" in words


def test_a_sentence_with_the_published_number_is_not_said_twice():
    result = review_samples.relapse()
    result["published"]["sentence"] = "Relapse: 0.41 here; published 0.39 in 32 studies, of other trials."
    words = section(render(samples.context(results=[result])), "results")
    assert "Relapse: 0.41 here; published 0.39 in 32 studies, of other trials." in words
    assert "Published: 0.39" not in words


def test_bars_of_both_results_lie_where_their_numbers_are():
    root = html.document_fromstring(page())
    bars = [bar.get("style") for bar in root.xpath("(//div[@class='strip'])[1]//i[@class='within']")]
    assert bars == ["left:28.00%;width:26.96%", "left:29.00%;width:20.00%"]


def test_every_section_says_what_it_rests_on():
    root = html.document_fromstring(page())
    for part in root.xpath("//section"):
        assert part.xpath("./p[contains(@class, 'rests')]"), part.get("id")


def test_an_open_review_says_so_at_the_top_and_a_finished_one_does_not():
    assert "Provisional" not in text_of(page())
    words = text_of(page(212))
    assert "Provisional: 212 decisions are open. Title and abstract: 212." in words
    assert "title_abstract.ben.xlsx, E14" in section(page(212), "status")
    assert "config/sheets/title_and_abstract.ben.xlsx" in section(page(212), "status")
    assert "108 (34 %)" in section(page(212), "status")


def test_duplicates_by_source_and_for_every_two_sources():
    words = section(page(), "duplicates")
    assert "320 records are 280 reports: 40 records removed" in words
    assert "Embase2001019016030" in words
    assert "<b>x</b>Embase30same DOI and title: 18; same PMID: 12" in words
    assert "Embaseitself10identical: 10" in words
    assert "The reviewers judged 4 pairs the same, 2 different." in words
    assert "correction: 3" in words


def test_tables_hold_every_row():
    words = section(page(), "studies")
    assert "Maude 2018 (ELIANA)single armCD194-1BB75612258305/6high" in words
    assert "8/9" in words
    assert "NR" in words
    assert "Reports of each study" in words
    assert "Tisagenlecleucel in children and young adults. N Engl J Med 2018;378:439" in words
    words = section(page(), "excluded")
    assert "3 reports excluded, 1 not retrieved." in words
    assert (
        words.index("Wrong study design (2)") < words.index("Wrong population (1)") < words.index("Not retrieved (1)")
    )
    words = section(page(), "agreement")
    assert "0.72 [0.67, 0.76]" in words
    assert "320" in words
    words = section(page(), "searches")
    assert "560 records as retrieved from 5 sources." in words
    assert samples.QUERY in words
    assert "not recorded" in words
    assert "PRISMA-S" in words and "Platform (2)" in words
    assert "Searched on 2025-08-31, from the beginning to 2025-08-31: 170 found, 170 records new." in words
    assert "Updated on 2026-01-31, from 2025-08-31 to 2026-01-31: 1,012 found, 11 records new." in words


def test_doi_links_are_escaped():
    links = html.document_fromstring(page()).xpath("//section[@id='excluded']//a/@href")
    assert links == ["https://doi.org/10.1000/abc", "https://doi.org/10.1000/xyz%3C1%3E"]


def test_methods_follow_the_protocol():
    words = section(page(), "methods")
    assert "Embase (Embase.com, searched 2025-08-31)" in words
    assert "by anna and ben independently of each other" in words
    assert "binomial–normal generalised linear mixed model" in words
    assert "with the inverse-variance model on the same scale for comparison (REML, Hartung–Knapp intervals)" in words
    assert (
        "in cohort studies with Newcastle–Ottawa Scale, cohort studies; in single-arm studies with nos_single_arm."
        in words
    )
    assert "prismake 0.1.0, Python 3.11 and scipy 1.17" in words
    alone = samples.context() | {"config": samples.CONFIG | {"reviewers": ["kim"]}}
    words = section(render(alone), "methods")
    assert "by kim alone" in words
    assert "Disagreements" not in words


def test_limitations_name_what_was_left_out():
    words = section(page(), "limitations")
    assert "4 of 12 included studies not pooled: Frey 2020 (relapse not reported)" in words
    assert "not run: k = 8 < 10" in words
    assert "1 report sought could not be retrieved." in words
    assert "Search of Embase: 3 records have no title." in words


@pytest.mark.parametrize("name", ["none", "one", "ends", "stale", "long"])
def test_hard_results_are_shown(name):
    result = review_samples.hard_cases()[name] | {"outcome": "relapse"}
    words = text_of(render(samples.context(results=[result])))
    assert result["counts"]["statement"] in words
    if name == "none":
        assert "No studies yet." in words
    if name == "one":
        assert "One study only, Maude 2014; no meta-analysis was done." in words


def test_ratios_have_a_line_of_no_effect():
    result = review_samples.ratios() | {"outcome": "death", "published": {"estimate": 0.9, "sentence": "Another."}}
    root = html.document_fromstring(render(samples.context(results=[result])))
    assert root.xpath("//span[@class='none']")
    assert "Published: 0.90. Another." in text_of(render(samples.context(results=[result])))


def test_an_estimate_that_does_not_exist_gives_its_reason():
    result = copy.deepcopy(review_samples.relapse())
    why = "No study has an event, so that the estimate does not exist."
    result["analyses"]["main"] |= {"estimate": None, "ci_lb": None, "ci_ub": None, "warnings": [why]}
    words = section(render(samples.context(results=[result])), "results")
    assert f"8 studies, no pooled estimate. {why}" in words


def test_a_review_that_has_only_just_begun():
    flow = {"boxes": review_samples.flow("open")["boxes"], "notes": [], "undecided": 560}
    empty = samples.context(320, results=[])
    empty |= {"searches": [], "flow": flow, "studies": {"columns": ["Study"], "rows": []}, "included": 0}
    empty |= {"excluded": [], "agreement": [], "figures": {}, "status": []}
    words = text_of(render(empty))
    assert "No search yet." in words
    assert "No studies yet." in words
    assert "No item has been answered by two reviewers yet" in words


def test_three_reviewers_have_a_line_for_the_panel():
    field = samples.agreement()[1]["fields"]["decision"]
    field |= {"reviewers": ["anna", "ben", "cleo"], "unanimous": 290}
    for name, value in (("fleiss", 0.71), ("alpha", 0.7), ("ac1", 0.9)):
        field[name] = {"value": value, "lb": value - 0.1, "ub": value + 0.1, "word": "substantial", "reason": ""}
    context = samples.context() | {"agreement": [{"title": "Title and abstract", "fields": {"decision": field}}]}
    words = section(render(context), "agreement")
    assert "all 3: Fleiss' kappa; Krippendorff's alpha 0.70 [0.60, 0.80]" in words
    assert "91 %" in words


ANALYSES = {
    "moderators": ["antigen", "followup"],
    "sensitivity": ["leave_one_out", "influence", "baujat", "trim_and_fill", "fixed_effect", "freeman_tukey"],
}


def moderated(k: int = 8) -> dict:
    """Relapses of the first k cohorts, with their antigen and an invented length of follow-up."""
    rows = [row for row in review_samples.TABLE if row[5] is not None][:k]
    table = pd.DataFrame(
        [(row[0], str(row[5]), str(row[4]), row[2], str(6 + 3 * number)) for number, row in enumerate(rows)],
        columns=["label", "events", "total", "antigen", "followup"],
    ).assign(arm="", status="used", remark="", source="Table 1")
    settings = {"columns": {"events": "relapses", "total": "remissions"}, "title": "Relapse", **ANALYSES}
    spec = with_defaults({"outcomes": {"relapse": settings}})["outcomes"]["relapse"]
    return analyse(
        "relapse",
        table.assign(study_id=table["label"]),
        spec,
        labels={"antigen": "Antigen target", "followup": "Follow-up in months"},
        kinds={"antigen": "choice", "followup": "number"},
        level=95,
        subgroup_tau2="common",
        undecided={},
    )


def test_moderators_and_sensitivity_analyses_have_their_tables():
    result = moderated()
    root = html.document_fromstring(render(samples.context(results=[result])))
    rows = {
        name: [[cell.text_content() for cell in row] for row in root.xpath(f"//h3[.='{name}']/following::tbody[1]/tr")]
        for name in ("Meta-regression", "Sensitivity analyses")
    }
    slope = result["moderators"]["followup"]["coefficients"][1]
    assert [row[1] for row in rows["Meta-regression"]][-1] == "per unit"
    assert rows["Meta-regression"][-1][2] == f"{slope['beta']:.3g}".replace("-", "−")
    assert [row[0] for row in rows["Sensitivity analyses"]] == [
        "Common effect, Wald interval, logit scale",
        "Random effects, REML, Hartung–Knapp interval, Freeman–Tukey scale",
        "Trim and fill",
        "Contributions of single studies",
        "Influence of single studies",
        "Each study left out in turn",
    ]
    assert rows["Sensitivity analyses"][0][1] == f"{result['sensitivity']['fixed_effect']['estimate']:.2f}"
    assert "can mislead" in rows["Sensitivity analyses"][1][3]
    assert rows["Sensitivity analyses"][2][3].startswith("1 study estimated to be missing on the right side")
    assert len(root.xpath("//summary[.='Influence of each study in figures']/following::tbody[1]/tr")) == 8


@pytest.mark.parametrize(
    ("k", "why"),
    [
        (0, "fewer than two studies are pooled."),
        (1, "fewer than two studies are pooled."),
        (2, "2 coefficients need more than 2 studies with a value."),
    ],
)
def test_too_few_studies_for_a_moderator_are_said(k, why):
    result = moderated(k)
    words = section(render(samples.context(results=[result])), "outcome-0")
    assert result["moderators"]["followup"]["sentence"] in words
    assert result["moderators"]["followup"]["sentence"].startswith("Follow-up in months: no meta-regression")
    assert why in words


def test_words_of_moderators_and_sensitivity_do_not_become_markup():
    plain, spoilt = (
        html.document_fromstring(render(samples.context(results=[one]))) for one in (moderated(), spoil(moderated()))
    )
    assert Counter(element.tag for element in spoilt.iter()) == Counter(element.tag for element in plain.iter())


def test_methods_name_moderators_and_sensitivity_analyses():
    outcomes = samples.CONFIG["outcomes"]
    config = samples.CONFIG | {
        "outcomes": outcomes | {"relapse": outcomes["relapse"] | ANALYSES | {"moderators": ["antigen"]}}
    }
    text = {part["title"]: part["text"] for part in paragraphs(config, [], {}, {})}["Synthesis"]
    assert "one moderator at a time" in text
    assert "Relapse among complete remissions, on Antigen target." in text
    assert "Relapse among complete remissions, each study left out in turn, deletion diagnostics" in text
    plain = {part["title"]: part["text"] for part in paragraphs(samples.CONFIG, [], {}, {})}["Synthesis"]
    assert "Meta-regression" not in plain
    assert "Sensitivity" not in plain


def test_who_disagreed_on_what():
    def entry(first, second, items, **more):
        return {
            "first": "anna",
            "second": "ben",
            "answers": [first, second],
            "count": len(items),
            "items": items,
            "settled": {},
            "open": 0,
            "because": {},
        } | more

    decision = samples.agreement()[2]["fields"]["decision"] | {"kind": "choice"}
    reasons = {"Reason for exclusion": {"Wrong <population>": 2}}
    many = [f"pubmed:{number}" for number in range(20)]
    decision["disagreements"] = [
        entry("include", "exclude", ["r1", "r2"], settled={"include": 1}, open=1, because=reasons),
        entry("exclude", "include", many, settled={"include": 20}),
    ]
    count = samples.agreement()[2]["fields"]["decision"] | {"kind": "count", "label": "Relapses"}
    count["disagreements"] = [entry("3", "4", ["s1"], settled={"4": 1}), entry("7", "9", ["s2"], open=1)]
    stages = [
        {"title": "Full text", "fields": {"decision": decision}},
        {"title": "Data extraction", "fields": {"relapses": count}},
    ]
    page_of_two = render(samples.context() | {"agreement": stages})
    table = html.document_fromstring(page_of_two).xpath("//section[@id='agreement']//table")[1]
    rows = [" | ".join(" ".join(cell.itertext()) for cell in row) for row in table.iter("tr")]
    assert rows[1:] == [
        "Full text | Decision | anna and ben | include – exclude Reason for exclusion: Wrong <population> (2) | 2 | "
        "include (1), open (1) | r1, r2",
        f"Full text | Decision | anna and ben | exclude – include | 20 | include (20) | {', '.join(many[:12])} and 8 more",
        "Data extraction | Relapses | anna and ben | different entries | 2 | settled (1), open (1) | s1, s2",
    ]
    assert "Who disagreed" not in section(page(), "agreement")


def test_an_interval_without_width_is_not_shown():
    field = samples.agreement()[1]["fields"]["decision"]
    pair = field["pairs"][0] | {"kappa": 1.0, "kappa_lb": 1.0, "kappa_ub": 1.0}
    stages = [{"title": "Title and abstract", "fields": {"decision": field | {"pairs": [pair]}}}]
    words = section(render(samples.context() | {"agreement": stages}), "agreement")
    assert "[1.00, 1.00]" not in words and "kappa and AC1 have no interval" in words


def test_known_studies_are_followed_and_a_lost_one_stands_open():
    row = dict.fromkeys(("place", "pmid", "doi", "records", "reason", "study"), "")
    rows = [
        {**row, "known": "30000101", "found_by": "PubMed", "report_id": "pubmed:1", "stage": "full_text"},
        {**row, "known": "30000102", "found_by": "", "report_id": "", "stage": "search", "outcome": "not found"},
    ]
    rows[0] |= {"outcome": "included", "study": "Quint 2019"}
    told = render(samples.context() | {"known": rows})
    words = section(told, "flow")
    assert "2 known studies, 1 found by the searches, 1 missing, excluded or not retrieved" in words
    assert "Quint 2019" in words and "no search" in words
    assert "1 of 2 known studies not found by any search." in section(told, "limitations")
    assert "known stud" not in section(page(), "flow")


def test_fields_of_an_export_are_counted():
    context = samples.context()
    fields = {"used": {"TI": 2, "AU": 2}, "ignored": {"AD": 1}, "unknown": {"XX": 1}, "missing": [], "unreadable": {}}
    context["searches"][0]["fields"] = fields
    assert "2 read, 1 known and left out (AD), 1 not known (XX)" in section(render(context), "searches")
