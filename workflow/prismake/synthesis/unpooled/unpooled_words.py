"""Sentences on an outcome without pooling: page, manuscript and figures say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.measures import measure_name
from prismake.core.numbers import format_of, number, p_value
from prismake.core.phrases import plural, within_sentence
from prismake.protocol.unpooled_outcomes import CONFLICTING, NO_DIFFERENCE
from prismake.synthesis import sentences as common
from prismake.synthesis.unpooled.reported_rows import UNKNOWN

Result = Mapping[str, Any]
LEAST_VOTES = 6  # below, the two-sided sign test cannot fall below 0.05
_WITHOUT_VOTE = {NO_DIFFERENCE: "no difference", CONFLICTING: "conflicting results", UNKNOWN: "none reported"}


def counts(of: Mapping[str, Any]) -> str:
    """The studies behind a result, and the decisions that are still open."""
    return common.counts(of["studies_pooled"], of["studies_included"], of["undecided"])


def reason_of(text: str) -> str:
    """The reason of the protocol as a sentence."""
    return text.strip().rstrip(".") + "."


def nothing(title: str, reason: str) -> str:
    """An outcome of which no study reports anything yet."""
    return f"{title}: not pooled. {reason_of(reason)} No study reports a direction, a p-value or an effect yet."


def sentences(result: Result) -> dict[str, list[str]]:
    """Sentences by part: ``votes``, ``p_values``, ``estimates``, ``groups``, ``high_risk``, and ``main`` of all."""
    own = result["without_pooling"]
    parts = {
        "votes": [vote_sentence(own)],
        "p_values": p_sentences(own),
        "estimates": [estimate_sentence(result)],
        "groups": [group_sentence(result, group) for group in own["groups"].values()],
        "high_risk": high_risk_sentences(own),
    }
    start = f"{result['title']}: not pooled. {reason_of(own['reason'])}"
    return {**parts, "main": [start, *parts["votes"], *parts["p_values"], *parts["estimates"]]}


def share(votes: Mapping[str, Any], *, level: bool = True) -> str:
    """“83 % (95 % CI 55 to 95)”: the proportion with Wilson's interval."""
    middle, low, high = (number(100 * votes[key], 0) for key in ("proportion", "ci_lb", "ci_ub"))
    named = f"{votes['level']:g} % CI " if level else ""
    return f"{middle} % ({named}{low} to {high})"


def vote_sentence(own: Mapping[str, Any]) -> str:
    """How many studies favour the stated side, the sign test, and who has no vote."""
    left = [f"{words} ({own['counts'][state]})" for state, words in _WITHOUT_VOTE.items() if own["counts"][state]]
    without = f" Without a vote: {', '.join(left)}." if left else ""
    votes = own["votes"]
    if votes is None:
        return f"No study has a direction of effect that counts.{without}"
    test = f"sign test {p_value(votes['p'])}"
    if votes["n"] < LEAST_VOTES:
        test += f", which cannot be below 0.05 with fewer than {LEAST_VOTES} votes"
    where = "the answers of the reviewers" if own["asked"] else "the sign of the effects"
    lie = "lies" if votes["favourable"] == 1 else "lie"
    of = f"{votes['favourable']} of {plural(votes['n'], 'study', 'studies')}"
    return (
        f"By direction of effect ({where}), {of} {lie} on the side “{own['towards']}”, {share(votes)}; {test}.{without}"
    )


def p_sentences(own: Mapping[str, Any]) -> list[str]:
    """The combined p-values and what they mean."""
    both = own["p_values"]
    if both is None:
        return ["Fewer than two studies report a p-value with a direction, so that none were combined."]
    text = (
        f"One-sided p-values of {both['k']} studies in the direction “{own['towards']}” were combined: Fisher's method "
        f"χ² = {number(both['chi2'])} with {both['df']} degrees of freedom, {p_value(both['fisher_p'])}; Stouffer's "
        f"method z = {number(both['z'])}, {p_value(both['stouffer_p'])}"
    )
    if both["weighted_z"] is not None:
        text += f", weighted by sample size z = {number(both['weighted_z'])}, {p_value(both['weighted_p'])}"
    text += ". A small one says that there is an effect in this direction in at least one study, not how large it is."
    if both["bounds"]:
        text += f" {plural(both['bounds'], 'p-value was a bound and was', 'p-values were bounds and were')} taken at "
        text += "the end that speaks least for it."
        if exact := own["exact_p_values"]:
            text += f" With exact ones alone ({exact['k']}), Fisher's method gives {p_value(exact['fisher_p'])}."
    return [text]


def estimate_sentence(result: Result) -> str:
    """Median, quartiles and range of the effects."""
    own = result["without_pooling"]["estimates"]
    if own is None:
        return "No study reports an effect."
    name, show = measure_name(result), format_of(result)
    middle, q1, q3, low, high = (show.value(own[key]) for key in ("median", "q1", "q3", "minimum", "maximum"))
    if own["k"] == 1:
        return f"One study reports an effect: {name} {middle}."
    return (
        f"The median {name} of {own['k']} studies is {middle} (quartiles {q1} and {q3}; range {low} to {high}), "
        "without regard to their precision."
    )


def group_sentence(result: Result, group: Mapping[str, Any]) -> str:
    """The votes of each group of a column."""
    towards = result["without_pooling"]["towards"]
    each = [
        f"{row['level']} {row['votes']['favourable']} of {row['votes']['n']}" for row in group["levels"] if row["votes"]
    ]
    if not each:
        return f"{group['title']}: no group has a study with a vote."
    column = within_sentence(group["title"])
    return f"On the side “{towards}” by {column}: {join(each)}. Groups were not compared by a test."


def high_risk_sentences(own: Mapping[str, Any]) -> list[str]:
    """The votes and Fisher's method without studies at high risk of bias; nothing where none is."""
    rest = own["without_high_risk"]
    if rest is None:
        return []
    text = f"Without studies at high risk of bias, {plural(rest['k'], 'study is', 'studies are')} left"
    if rest["votes"]:
        lie = "lies" if rest["votes"]["favourable"] == 1 else "lie"
        text += f"; {rest['votes']['favourable']} of {rest['votes']['n']} {lie} on the side “{own['towards']}”, "
        text += f"{share(rest['votes'])}, sign test {p_value(rest['votes']['p'])}"
    if rest["p_values"]:
        text += f"; Fisher's method gives {p_value(rest['p_values']['fisher_p'])}"
    return [f"{text}."]
