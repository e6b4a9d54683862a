"""The evidence profile and the summary of findings: judgements, certainty, absolute effects, footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from prismake.core.measures import WITHOUT_NULL, measure_name, measure_of
from prismake.core.names import CONSENSUS, ITEM_ID, STUDY_ID
from prismake.core.numbers import count, format_of, number
from prismake.core.states import State
from prismake.synthesis.certainty import levels
from prismake.synthesis.certainty.absolute import absolute_effects, headline
from prismake.synthesis.certainty.accuracy_sides import by_side
from prismake.synthesis.certainty.certainty_rows import outcome_and_domain
from prismake.synthesis.certainty.dose_contrast import at_highest_dose
from prismake.synthesis.certainty.imprecision import participants
from prismake.synthesis.certainty.network_comparisons import by_comparison
from prismake.synthesis.certainty.plain_statements import statement
from prismake.synthesis.certainty.vote_counts import by_votes

if TYPE_CHECKING:
    import pandas as pd

PROFILE = ["outcome", "title", "domain", "proposed", "because", "judgement", "why", "explanation", "settled_by"]
SUMMARY = [
    *("outcome", "title", "follow_up", "participants", "studies", "relative", "risk_without", "risk_with"),
    *("difference", "certainty", "symbol", "statement", "footnotes"),
]
_NOT_JUDGED = "not judged yet"


def evidence_profile(queue: pd.DataFrame, decisions: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome and domain: the proposal, the panel's judgement, and the explanations of those who gave it.

    Args:
        queue: ``certainty/queue.parquet``.
        decisions: ``certainty/decisions.csv``.
        notes: ``certainty/notes.csv``: the explanations of each reviewer, and why a judgement differs.
    """
    import pandas as pd

    settled = {row[ITEM_ID]: row for row in decisions.to_dict("records") if row["state"] == State.SETTLED}
    written: dict[str, list[dict[str, str]]] = {}
    for note in notes.to_dict("records"):
        written.setdefault(note[ITEM_ID], []).append(note)
    rows = []
    for row in queue.to_dict("records"):
        outcome, _ = outcome_and_domain(row[ITEM_ID])
        decision = settled.get(row[ITEM_ID], {"answer": "", "settled_by": ""})
        judgement, own = decision["answer"], written.get(row[ITEM_ID], [])
        agree = [note for note in own if decision.get(f"answer.{note['who']}", judgement) == judgement]
        differs = bool(row["proposed"] and judgement) and row["proposed"] != judgement
        rows.append(
            {
                **{name: row[name] for name in ("title", "domain", "proposed", "because")},
                "outcome": outcome,
                "judgement": judgement,
                "why": _joined(agree, "why") if differs else "",
                "explanation": _joined(agree, "note"),
                "settled_by": decision["settled_by"],
            }
        )
    return pd.DataFrame(rows, columns=PROFILE, dtype=str)


def _joined(notes: Iterable[Mapping[str, str]], column: str) -> str:
    """People's texts, each once; only the adjudicator's if there is one."""
    texts = [note for note in notes if note.get(column)]
    last = [note for note in texts if note["who"] == CONSENSUS] or texts
    return " ".join(dict.fromkeys(note[column].strip() for note in last))


def findings(
    results: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Mapping[str, Any]],
    queue: pd.DataFrame,
    profile: pd.DataFrame,
) -> dict[str, Any]:
    """The summary of findings as plain data.

    Returns:
        dict: ``outcomes``, one entry for each of ``settings`` in its order: title, follow_up, participants, studies,
        relative (text), absolute (``absolute_effects`` or None) with its texts, certainty ("" until it is judged),
        symbol, statement, footnotes ({"letter", "text"}), domains ({name: judgement}); ``meaning``: what each level
        says.
    """
    results, settings = at_highest_dose(*by_votes(*by_comparison(*by_side(results, settings))))
    judged: dict[str, dict[str, Mapping[str, str]]] = {}
    domains = [outcome_and_domain(item)[1] for item in queue[ITEM_ID]]
    for domain, row in zip(domains, profile.to_dict("records"), strict=True):
        judged.setdefault(row["outcome"], {})[domain] = row
    letters = _letters()
    entries = [_entry(name, results[name], own, judged.get(name, {}), letters) for name, own in settings.items()]
    return {"outcomes": entries, "meaning": levels.MEANING}


def _entry(
    name: str,
    result: Mapping[str, Any],
    settings: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, str]],
    letters: Iterable[str],
) -> dict[str, Any]:
    judgements = {domain: row["judgement"] for domain, row in rows.items()}
    certainty = levels.level(judgements) if judgements else ""
    absolute = absolute_effects(result, settings)
    main = headline(result)
    shown: dict[str, Any] = dict(settings)
    if absolute and "difference" in absolute:
        shown["difference"] = absolute["difference"] / absolute["of"]
    return {
        "outcome": name,
        "title": result["title"],
        "follow_up": settings.get("follow_up", ""),
        "participants": participants(result) if main else None,
        "studies": len({study[STUDY_ID] for study in result["studies"]}) if main else 0,
        "relative": _relative(result, main) if main else "",
        "absolute": absolute,
        **_absolute_texts(absolute),
        "certainty": certainty,
        "symbol": levels.SYMBOLS.get(certainty, ""),
        "statement": statement(result, certainty, absolute, shown),
        "footnotes": _footnotes(rows, letters) if certainty else [],
        "domains": judgements,
        "current": result["counts"]["current"],
    }


def _relative(result: Mapping[str, Any], main: Mapping[str, Any]) -> str:
    """``risk ratio 0.62 (95 % CI 0.44 to 0.87)``; "" for proportions, which are listed as absolute effects."""
    if measure_of(result) in WITHOUT_NULL and absolute_effects(result, {}):
        return ""
    return f"{measure_name(result)} {format_of(result).interval(main, result['level'])}"


def _absolute_texts(absolute: Mapping[str, Any] | None) -> dict[str, str]:
    if not absolute:
        return {"risk_without": "", "risk_with": "", "difference": ""}
    of = count(absolute["of"])
    risk = f"{number(absolute['risk'], 0)} per {of} ({number(absolute['ci_lb'], 0)} to {number(absolute['ci_ub'], 0)})"
    if "baseline" not in absolute:
        return {"risk_without": "", "risk_with": risk, "difference": ""}
    return {
        "risk_without": f"{number(absolute['baseline'], 0)} per {of}",
        "risk_with": risk,
        "difference": _difference(absolute, of),
    }


def _difference(absolute: Mapping[str, Any], of: str) -> str:
    """``65 fewer per 1,000 (from 96 fewer to 22 fewer)``."""

    def text(value: float) -> str:
        people = number(abs(value), 0)
        return "0" if people == "0" else f"{people} {'fewer' if value < 0 else 'more'}"

    limits = f"from {text(absolute['difference_lb'])} to {text(absolute['difference_ub'])}"
    return f"{text(absolute['difference'])} per {of} ({limits})"


def _letters() -> Iterable[str]:
    """a, b, …, z, aa, ab, …"""
    number_made = 0
    while True:
        letters, rest = "", number_made
        while True:
            letters = ascii_lowercase[rest % 26] + letters
            rest = rest // 26 - 1
            if rest < 0:
                break
        yield letters
        number_made += 1


def _footnotes(rows: Mapping[str, Mapping[str, str]], letters: Iterable[str]) -> list[dict[str, str]]:
    """One per step: “Rated down one level for imprecision: …”, with people's explanation or else the figures."""
    notes = []
    rising = levels.counts_up({domain: row["judgement"] for domain, row in rows.items()})
    source = iter(letters)
    for domain, row in rows.items():
        steps = levels.DOMAINS[domain].steps[row["judgement"]]
        if domain == levels.START or not steps or (steps > 0 and not rising):
            continue
        way, size = ("down" if steps < 0 else "up"), ("one level", "two levels", "three levels")[abs(steps) - 1]
        reason = row["explanation"] or row["why"] or (row["because"] if row["proposed"] == row["judgement"] else "")
        because = f": {reason}" if reason else "; no explanation was given."
        text = f"Rated {way} {size} for {row['domain'].lower()}{because}"
        notes.append({"letter": next(source), "text": text if text.endswith((".", "!", "?")) else f"{text}."})
    return notes


def summary_table(summary: Mapping[str, Any]) -> pd.DataFrame:
    """``certainty/summary_of_findings.csv``: one row per outcome, with texts as they are printed."""
    import pandas as pd

    rows = []
    for entry in summary["outcomes"]:
        texts = {
            "participants": "" if entry["participants"] is None else str(entry["participants"]),
            "certainty": entry["certainty"] or _NOT_JUDGED,
            "footnotes": "\n".join(f"{note['letter']} {note['text']}" for note in entry["footnotes"]),
        }
        rows.append([texts.get(name, entry[name]) for name in SUMMARY])
    return pd.DataFrame(rows, columns=SUMMARY)
