"""The report of an outcome without pooling: card, parts of the results, methods, exports, the nine items of SWiM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prismake.core.files import csv_text
from prismake.core.labels import join
from prismake.core.measures import capitalised, measure_name
from prismake.core.numbers import NONE, count, format_of, number, p_number, p_value
from prismake.core.phrases import plural, within_sentence
from prismake.report.report_parts import Estimate, Result, Section, Spec
from prismake.synthesis.unpooled.unpooled_words import reason_of, share

MEASURED = "directions of effect, p-values and effects, not pooled"
_ASKED = {
    "direction": "directions of effect",
    "p_value": "p-values",
    "effect": "published effects",
    "arms": "effects from the numbers of both arms",
}
_EXPORTED = ("state", "p", "p_is", "sides", "one_sided_p", "people", "yi", "vi")
_RELATIONS = {"=": "exact", "<": "below", ">": "above"}


def card(result: Result) -> list[str]:
    """Votes, combined p-value and median, or that there is nothing yet."""
    own = result["without_pooling"]
    if not result["studies"]:
        return [result["sentence"]]
    lines = ["Not pooled"]
    if own["votes"]:
        lines.append(f"{own['votes']['favourable']} of {own['votes']['n']}: {own['towards']}, {share(own['votes'])}")
    if own["p_values"]:
        lines.append(f"Combined p-values: {p_value(own['p_values']['fisher_p'])} (Fisher)")
    if own["estimates"]:
        lines.append(f"Median {measure_name(result)} {format_of(result).value(own['estimates']['median'])}")
    return lines


def sections(result: Result) -> list[Section]:
    """Votes with the effect direction plot, p-values with the albatross plot, effects, groups, and the studies."""
    own, words = result["without_pooling"], result["without_pooling"]["words"]
    reason = f"Not pooled. {reason_of(own['reason'])}"
    legend = "The direction of each study's effect, whatever its size and p-value."
    if not result["studies"]:
        return [Section("votes", "Directions of effect", (result["sentence"],), "effect_direction", legend)]
    columns, rows = _votes(result)
    parts = [
        Section(
            "votes", "Directions of effect", (reason, *words["votes"], *words["high_risk"]), "effect_direction", legend,
            columns=columns, rows=rows,
        ),
        Section(
            "p_values", "Combined p-values", tuple(words["p_values"]), "albatross",
            "The p-value of each study against its number of people.", wide=False, columns=_TESTS, rows=_tests(own),
        ),
        Section("estimates", "Effects", tuple(words["estimates"]), columns=_SUMMARY, rows=_summary(result)),
    ]  # fmt: skip
    for sentence, (column, group) in zip(words["groups"], own["groups"].items(), strict=True):
        parts.append(
            Section(
                f"subgroup.{column}", f"By {within_sentence(group['title'])}", (sentence,), columns=_GROUP,
                rows=tuple(_group_row(result, row) for row in group["levels"]), items=("20c",),
            )
        )  # fmt: skip
    return [*parts, _studies(result)]


def _votes(result: Result) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Votes with both intervals and the sign test: of all studies, and without those at high risk."""
    own, level = result["without_pooling"], f"{result['level']:g} %"
    sides = (own["towards"], own["away"])
    columns = ("", *sides, "No vote", "Proportion (%)", f"{level} CI, Wilson", f"{level} CI, exact", "Sign test, p")
    every = [("All studies", own["votes"], own["counts"])]
    if rest := own["without_high_risk"]:
        every.append(("Without high risk of bias", rest["votes"], rest["counts"]))
    rows = []
    for name, votes, counts in every:
        if votes is None:
            rows.append((name, "0", "0", str(sum(counts.values())), *[NONE] * 4))
            continue
        intervals = [_limits(votes, key) for key in ("ci", "exact")]
        rows.append(
            (
                *(name, str(votes["favourable"]), str(votes["unfavourable"]), str(sum(counts.values()) - votes["n"])),
                *(number(100 * votes["proportion"], 1), *intervals, p_number(votes["p"])),
            )
        )
    return columns, tuple(rows)


def _limits(votes: Mapping[str, Any], name: str) -> str:
    return f"{number(100 * votes[f'{name}_lb'], 1)} to {number(100 * votes[f'{name}_ub'], 1)}"


_TESTS = ("", "Studies", "Fisher: χ² (df)", "p", "Stouffer: z", "p", "Weighted by size: z", "p")


def _tests(own: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    rest = own["without_high_risk"] or {}
    every = (
        ("All p-values", own["p_values"]),
        ("Exact p-values alone", own["exact_p_values"]),
        ("Without high risk of bias", rest.get("p_values")),
    )
    return tuple(
        (
            *(name, str(row["k"]), f"{number(row['chi2'])} ({row['df']})", p_number(row["fisher_p"])),
            *(number(row["z"]), p_number(row["stouffer_p"])),
            *(number(row["weighted_z"]), p_number(row["weighted_p"])),
        )
        for name, row in every
        if row
    )


_SUMMARY = ("Effect", "Studies", "Median", "Lower quartile", "Upper quartile", "Least", "Largest")


def _summary(result: Result) -> tuple[tuple[str, ...], ...]:
    own, show = result["without_pooling"]["estimates"], format_of(result)
    if own is None:
        return ()
    values = (show.value(own[key]) for key in ("median", "q1", "q3", "minimum", "maximum"))
    return ((capitalised(measure_name(result)), str(own["k"]), *values),)


_GROUP = ("Group", "Studies", "Votes", "Proportion (%)", "Sign test, p", "Median effect")


def _group_row(result: Result, row: Mapping[str, Any]) -> tuple[str, ...]:
    votes, effects = row["votes"], row["estimates"]
    shown = [f"{votes['favourable']} of {votes['n']}", share(votes), p_number(votes["p"])] if votes else [NONE] * 3
    return row["level"], str(row["k"]), *shown, format_of(result).value(effects["median"]) if effects else NONE


def _studies(result: Result) -> Section:
    """What each study reports, one row for each result, and what its effect suggests where no direction is answered."""
    from prismake.figures.unpooled.effect_direction_plot import printed_p

    own, show = result["without_pooling"], format_of(result)
    named = {"towards": own["towards"], "away": own["away"]}
    rows = []
    for row in result["studies"]:
        direction = named.get(row["state"], row["state"])
        if row["suggested"]:
            direction += f" (its effect: {named.get(row['suggested'], row['suggested'])})"
        effect = show.estimate(row) if row["estimate"] is not None else NONE
        name = f"{row['label']} ({row['arm']})" if row["arm"] else row["label"]
        people = count(row["people"]) if row["people"] is not None else NONE
        rows.append(
            (name, direction, people, printed_p(row), row["p_from"] or NONE, p_number(row["one_sided_p"]), effect,
             row["effect_from"] or NONE)
        )  # fmt: skip
    head = ("Study", "Direction", "People", "p", "From", "One-sided p", "Effect", "From")
    return Section(
        "studies", "", (), "", "What each study reports", columns=head, rows=tuple(rows), folded=True, items=("19",)
    )


def estimates(result: Result) -> Iterable[Estimate]:
    """Proportions of votes, and the median of the effects with its quartiles as bounds."""
    own = result["without_pooling"]
    named = [("votes", f"Proportion of studies: {own['towards']}", own["votes"])]
    named += [
        ("subgroup", f"{group['title']}: {row['level']}", row["votes"])
        for group in own["groups"].values()
        for row in group["levels"]
    ]
    for kind, name, votes in named:
        if votes:
            limits = {"estimate": votes["proportion"], "ci_lb": votes["ci_lb"], "ci_ub": votes["ci_ub"]}
            yield Estimate(kind, name, {**limits, "k": votes["n"], "model": "vote counting by direction of effect"})


def model(spec: Spec) -> str:
    """“directions of effect, p-values and published effects, not pooled”"""
    return f"{join([_ASKED[name] for name in spec['without_pooling']['asks']])}, not pooled"


def methods(outcomes: Mapping[str, Spec]) -> list[str]:
    """What was done instead of pooling, why, and after whom."""
    sentences = []
    for name, spec in outcomes.items():
        own = spec["without_pooling"]
        title = spec["title"] or name.replace("_", " ")
        sentences.append(f"{title} was not pooled. {reason_of(own['reason'])}")
        sentences += [reason_of(own[key]) for key in ("grouping", "prioritised") if own[key].strip()]
    asks = {name for spec in outcomes.values() for name in spec["without_pooling"]["asks"]}
    sides = join(list(dict.fromkeys(f"“{spec['without_pooling']['towards']}”" for spec in outcomes.values())))
    sentences.append(
        "Synthesis without meta-analysis followed the SWiM guideline (Campbell et al., BMJ 2020;368:l6890) and chapter "
        f"12 of the Cochrane Handbook (McKenzie and Brennan). Studies on the side {sides} were counted, whatever the "
        "size and p-value of their effect, as a proportion of those with a direction, with Wilson's and the exact "
        "interval and the two-sided sign test; studies without a difference, with conflicting results or without a "
        "reported direction had no vote. Of several results of a study that direction counted which at least 70 % of "
        "them had (Boon and Thomson, Res Synth Methods 2021;12:29-33)."
    )
    if asks & {"p_value", "effect", "arms"}:
        sentences.append(
            "P-values were made one-sided in this direction and combined by the methods of Fisher and Stouffer, the "
            "latter also weighted by the root of the number of people; bounds such as p < 0.05 were taken at the end "
            "that speaks least for an effect. They are shown in an albatross plot (Harrison et al., Res Synth Methods "
            "2017;8:281-289)."
        )
    if asks & {"effect", "arms"}:
        sentences.append("Effects were described by median, quartiles and range, without weights.")
    return sentences


def effects(result: Result) -> str:
    """CSV with one row per result of a study: its numbers as extracted and what they mean; NA if missing."""
    columns = [*result["columns"], *_EXPORTED]
    rows = []
    for study in result["studies"]:
        named = {**study, "p_is": "" if study["p"] is None else _RELATIONS[study["relation"]]}
        rows.append([study["label"], study["arm"], study["year"], *(named[name] for name in columns)])
    return csv_text(["study", "arm", "year", *columns], rows, missing="NA")


def swim_answers(config: Mapping[str, Any], results: Iterable[Result]) -> Iterator[tuple[str, str, str]]:
    """By item of SWiM: its number, the answer of the outcomes that are not pooled, and what people have to write."""
    own = [result for result in results if result.get("kind") == "without_pooling"]
    specs = {result["outcome"]: config["outcomes"][result["outcome"]]["without_pooling"] for result in own}
    grouped = [specs[result["outcome"]]["grouping"] for result in own if specs[result["outcome"]]["grouping"].strip()]
    columns = dict.fromkeys(group["title"] for result in own for group in result["without_pooling"]["groups"].values())
    prioritised = [spec["prioritised"] for spec in specs.values() if spec["prioritised"].strip()]
    titles = join([result["title"] for result in own])
    studies = "; ".join(
        f"{result['title']}: {plural(result['counts']['studies_pooled'], 'study', 'studies')}" for result in own
    )
    yield "1", " ".join(map(reason_of, grouped)) or _by(columns), "" if grouped else _OWED["1"]
    metrics = "; ".join(f"{result['title']}: direction of effect, {measure_name(result)}" for result in own)
    yield "2", f"{metrics}. Methods, Synthesis methods.", ""
    yield "3", "Methods, Synthesis methods: votes by direction, combination of p-values, summary of effects.", ""
    yield "4", " ".join(map(reason_of, prioritised)), "" if prioritised else _OWED["4"]
    yield "5", _by(columns), "" if columns else _OWED["5"]
    judged = bool(set((config.get("certainty") or {}).get("outcomes") or {}) & set(specs))
    yield "6", "Methods, Certainty assessment." if judged else "", "" if judged else _OWED["6"]
    yield "7", "Effect direction plots, albatross plots, and tables of what each study reports.", ""
    yield "8", f"Results of syntheses ({titles}). {studies}.", ""
    yield "9", "Why the studies were not pooled stands in the methods.", _OWED["9"]


def _by(columns: Iterable[str]) -> str:
    named = join(list(columns))
    return f"Studies are compared by {named}." if named else ""


_OWED = {
    "1": "How studies were grouped and why (without_pooling.grouping).",
    "4": "Which studies or results had priority and why, or that none had (without_pooling.prioritised).",
    "5": "How heterogeneity was looked at (subgroups), or that it was not.",
    "6": "How the certainty of these results was judged (certainty.outcomes), or that it was not.",
    "9": "What these methods cannot show, and how the grouping of studies limits the conclusions.",
}
