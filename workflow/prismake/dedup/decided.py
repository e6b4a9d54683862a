"""What the rules decide about compared pairs, a portion at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from prismake.core.errors import DedupError
from prismake.dedup import compare, rules
from prismake.dedup.closer import closer
from prismake.dedup.compare import Pairs
from prismake.dedup.comparison import Comparison, needed
from prismake.dedup.entries import Entries
from prismake.dedup.evidence import Thresholds
from prismake.dedup.excerpt import CODES_TO_DECIDE, TO_DECIDE
from prismake.dedup.prepare import Prepared
from prismake.dedup.unreliable_fields import silence


def decided(
    p: Prepared,
    parts: Sequence[Pairs],
    limits: Thresholds = rules.DEFAULTS,
    *,
    merge_cochrane_versions: bool | str = "ask",
    sparing: bool = False,
) -> Comparison:
    """The comparison that consists of these pairs.

    ``parts``: all pairs, in portions; unreliable fields in them are set to missing. ``sparing``: without the pairs that
    nobody has to decide about, which are most of them.
    """
    silenced = silence(p, parts)
    pairs, decisions = [compare.empty()], [rules.none()]
    for part in parts:
        x, q = closer(p, part, TO_DECIDE, CODES_TO_DECIDE)
        decision = rules.decide(x, q, limits, merge_cochrane_versions=merge_cochrane_versions)
        chosen = needed(part, decision) if sparing else (part, decision)
        pairs.append(chosen[0])
        decisions.append(chosen[1])
    return Comparison(Entries.of(p, silenced), compare.join(pairs), rules.join(decisions))


def check_versions(merge_cochrane_versions: bool | str) -> None:
    """Raise `DedupError` unless it is one of the three ways to treat versions of a Cochrane review."""
    if merge_cochrane_versions not in (True, False, "ask"):
        raise DedupError(
            f"Whether Cochrane versions are merged cannot be '{merge_cochrane_versions}'.",
            remedy='Give true, false or "ask".',
        )


def thresholds_of(values: Mapping[str, float]) -> Thresholds:
    """The thresholds with these changed; raises `DedupError` for unknown names and for values beyond 0 and 1."""
    unknown = sorted(set(values) - set(Thresholds.__dataclass_fields__))
    if unknown:
        raise DedupError(
            f"'{unknown[0]}' is no threshold of the deduplication.",
            remedy=f"Known are: {', '.join(Thresholds.__dataclass_fields__)}.",
        )
    invalid = [k for k, v in values.items() if not 0 <= v <= 1]
    if invalid:
        raise DedupError(f"The threshold '{invalid[0]}' is {values[invalid[0]]}.", remedy="Give a number from 0 to 1.")
    return replace(rules.DEFAULTS, **values)
