"""All analyses of a network of treatments, as plain numbers, lists and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PoolingError
from prismake.core.measures import RATIOS, measure_of
from prismake.core.names import STUDY_ID
from prismake.core.phrases import normal_word
from prismake.synthesis import sentences
from prismake.synthesis.data import plain, whole
from prismake.synthesis.network import network_words
from prismake.synthesis.network.arm_rows import NetworkRows, network_rows
from prismake.synthesis.result_frame import result_frame
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import pandas as pd

    from prismake.pooling.network import Network, Split

SIZES = ("total", "n")


def analyse(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    undecided: Mapping[str, int],
    appraisals: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    **_: Any,
) -> dict[str, Any]:
    """The complete analysis of an outcome whose kind is network (JSON types only).

    Arguments as those of ``prismake.synthesis.outcome.analyse``. Under ``network`` the result has ``treatments``,
    ``comparisons`` (the direct ones, as drawn), and, if the network could be fitted, ``heterogeneity``, ``designs``,
    ``league`` (every comparison with its direct and indirect evidence), ``against`` the reference, ``net_heat``,
    ``funnel`` and ``components``. Estimates are on the natural scale, ``beta`` and ``se`` on that of the analysis.
    """
    result = result_frame(outcome, table, spec, labels=labels, level=level, undecided=undecided)
    result |= {"pooled": False, "network": network_frame(spec)}
    title, used = result["title"], table[table["status"].isin(EXTRACTED)]
    if used.empty:
        result["sentence"] = f"{title}: no study can be pooled yet."
        return result
    rows = network_rows(used, spec, level)
    cells = used.to_dict("records")
    result["left_out"] += [
        {STUDY_ID: cells[place][STUDY_ID], "label": cells[place]["label"], "reason": reason}
        for place, reason in rows.reasons.items()
    ]
    result["notes"] = list(rows.notes)
    result["studies"] = _studies(cells, rows, spec, appraisals)
    counts = result["counts"]
    counts["studies_pooled"] = len(rows.trials)
    counts["statement"] = sentences.counts(len(rows.trials), counts["studies_included"], counts["undecided"])
    result["network"] |= _graph(rows, spec)
    try:
        _fit(result, rows, spec, level)
    except PoolingError as error:
        result["sentence"] = network_words.no_estimate(title, error)
        return result
    result["pooled"] = True
    result["network"]["words"] = network_words.words(result)
    result["sentence"] = " ".join([*result["network"]["words"]["main"], *rows.notes])
    return result


def network_frame(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a result that only networks have, before anything is computed."""
    own = spec["network"]
    return {
        **{name: [] for name in ("treatments", "comparisons", "league", "against", "funnel")},
        **{name: {} for name in ("heterogeneity", "designs", "net_heat", "components", "without_high_risk", "words")},
        "effects": own["effects"],
        "method": spec["method"],
        "small_values": own["small_values"],
        "reference": "",
    }


def _studies(
    cells: Sequence[Mapping[str, Any]], rows: NetworkRows, spec: Mapping[str, Any], appraisals: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The studies with their arms (or comparisons) as they are analysed."""
    studies = []
    corrected = {trial.name: trial.corrected for trial in rows.trials}
    for trial in rows.trials:
        arms = rows.arms[trial.name]
        first = cells[arms[0]["rows"][0]]
        behind = [cells[row] for arm in arms for row in arm["rows"]]
        studies.append(
            {
                STUDY_ID: trial.name,
                "arm": "",
                "label": arms[0]["label"],
                "year": int(first["year"]) if first.get("year", "") else None,
                "treatments": list(trial.treatments),
                "arms": [
                    {"treatments": list(arm["treatments"]), **{role: whole(arm[role]) for role in spec["columns"]}}
                    for arm in arms
                ],
                "participants": plain(trial.participants.sum()),
                "corrected": corrected[trial.name],
                "source": " / ".join(dict.fromkeys(row["source"] for row in behind if row["source"])),
                "how": "; ".join(dict.fromkeys(row["how"] for row in behind if row.get("how"))),
                "settled_by": first.get("settled_by", ""),
                "appraisal": appraisals.get(trial.name),
            }
        )
    return studies


def _graph(rows: NetworkRows, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Treatments and direct comparisons, which are drawn even if the network falls apart."""
    from prismake.pooling.network import parts_of_network

    studies: Counter[str] = Counter()
    people: Counter[str] = Counter()
    edges: Counter[tuple[str, str]] = Counter()
    for trial in rows.trials:
        studies.update(trial.treatments)
        for name, size in zip(trial.treatments, trial.participants, strict=True):
            people[name] += size
    reference = _reference(spec["network"], studies, people)
    order = {name: place for place, name in enumerate(_order(spec["network"], studies, reference))}
    for trial in rows.trials:
        own = sorted(trial.treatments, key=order.__getitem__)
        edges.update((a, b) for place, a in enumerate(own) for b in own[place + 1 :])
    return {
        "reference": reference,
        "treatments": [{"name": name, "studies": studies[name], "participants": plain(people[name])} for name in order],
        "comparisons": [
            {"treatments": list(pair), "studies": number}
            for pair, number in sorted(edges.items(), key=lambda edge: [order[name] for name in edge[0]])
        ],
        "parts": parts_of_network(rows.trials),
    }


def _reference(own: Mapping[str, Any], studies: Mapping[str, int], people: Mapping[str, float]) -> str:
    """The treatment of the protocol, or the one of most studies (then of most people, then the first by name)."""
    for name in studies:
        spellings = (name, *own["treatments"].get(name, ()))
        if own["reference"] and normal_word(own["reference"]) in map(normal_word, spellings):
            return name
    return min(studies, key=lambda name: (-studies[name], -(plain(people[name]) or 0), name), default="")


def _order(own: Mapping[str, Any], studies: Mapping[str, int], reference: str) -> list[str]:
    """The order of the protocol, or the reference first and the others by name."""
    if own["treatments"]:
        return [name for name in own["treatments"] if name in studies]
    return sorted(studies, key=lambda name: (name != reference, name.casefold(), name))


def _fit(result: dict[str, Any], rows: NetworkRows, spec: Mapping[str, Any], level: float) -> None:
    """Everything that needs a connected network.

    Raises PoolingError with the reason why there is none.
    """
    from prismake.pooling.network import components, decomposition, net_heat, network, splits
    from prismake.pooling.network.additive import has_components

    own = result["network"]
    names = [row["name"] for row in own["treatments"]]
    fitted = network(rows.trials, treatments=names, method=spec["method"], level=level)
    scale = _Scale(measure_of(spec))
    own["heterogeneity"] = {
        **{name: plain(getattr(fitted, name)) for name in ("Q", "df", "p", "tau2", "tau2_lb", "tau2_ub")},
        "df": fitted.df,
        "tau": plain(fitted.tau2**0.5),
        "I2": plain(fitted.i2),
    }
    tests = decomposition(fitted)
    own["designs"] = _designs(fitted, tests)
    own["league"] = [_comparison(fitted, split, own["effects"], scale) for split in splits(fitted, own["effects"])]
    own["against"] = _against(fitted, own, scale)
    own["without_high_risk"] = _without_high_risk(fitted, result, scale)
    if own["small_values"]:
        scores = fitted.p_scores(own["effects"], small_is_good=own["small_values"] == "good")
        for row, score in zip(own["treatments"], scores, strict=True):
            row["p_score"] = plain(score)
    heat = net_heat(fitted, tests.tau2_within if own["effects"] == "random" else 0.0)
    own["net_heat"] = {
        "tau2": plain(heat.tau2),
        "effects": [
            {"pair": [names[i] for i in pair], "design": [names[i] for i in design]}
            for pair, design in zip(heat.pairs, heat.designs, strict=True)
        ],
        "share": heat.share.tolist(),
        "change": heat.change.tolist(),
    }
    own["funnel"] = _funnel(fitted, result["studies"])
    if spec["network"]["components"] and has_components(names):
        try:
            own["components"] = _components(fitted, components(fitted, own["reference"], effects=own["effects"]), scale)
        except PoolingError as error:
            result["notes"].append(str(error))


class _Scale:
    """From the scale of the analysis to the natural one."""

    def __init__(self, measure: str) -> None:
        self.measure = measure
        self.log = measure in RATIOS

    def row(self, beta: float, se: float, bounds: Mapping[str, float]) -> dict[str, float | None]:
        from prismake.pooling import back_transform

        values = {"estimate": beta, **bounds}
        natural = {name: plain(back_transform(self.measure, float(value))) for name, value in values.items()}
        return {"beta": plain(beta), "se": plain(se), **natural}


def _limits(estimates: Any, i: int, j: int) -> dict[str, float]:
    names = ("ci_lb", "ci_ub", "pi_lb", "pi_ub")
    return {name: float(getattr(estimates, name)[i, j]) for name in names}


def _comparison(fitted: Network, split: Split, effects: str, scale: _Scale) -> dict[str, Any]:
    """One comparison of the league table: the network, direct and indirect evidence, and whether these agree."""
    own = fitted.model(effects)
    a, b = split.a, split.b
    return {
        "treatments": [fitted.treatments[a], fitted.treatments[b]],
        "studies": split.trials,
        **scale.row(split.estimate, split.se, _limits(own, a, b)),
        "p": plain(own.p[a, b]),
        "share": plain(split.share),
        "direct": _side(split.direct, split.direct_se, fitted.level, scale),
        "indirect": _side(split.indirect, split.indirect_se, fitted.level, scale),
        "difference": _side(split.difference, split.difference_se, fitted.level, scale) if split.both else None,
        "difference_p": plain(split.p),
    }


def _side(beta: float, se: float, level: float, scale: _Scale) -> dict[str, float | None] | None:
    from prismake.pooling.distributions import critical

    if plain(beta) is None:
        return None
    half = critical(level) * se
    return scale.row(beta, se, {"ci_lb": beta - half, "ci_ub": beta + half})


def _against(fitted: Network, own: Mapping[str, Any], scale: _Scale) -> list[dict[str, Any]]:
    """Every treatment against the reference by both models, and the share of each study in the main one in percent."""
    reference = fitted.treatments.index(own["reference"])
    rows = []
    for place, name in enumerate(fitted.treatments):
        if place == reference:
            continue
        row: dict[str, Any] = {"treatment": name}
        for model in ("random", "common"):
            estimates = fitted.model(model)
            beta, se = float(estimates.estimate[place, reference]), float(estimates.se[place, reference])
            limits = _limits(estimates, place, reference)
            row[model] = {**scale.row(beta, se, limits), "p": plain(estimates.p[place, reference])}
        shares = fitted.information(own["effects"], place, reference)
        row["weights"] = {
            trial.name: 100.0 * float(share) for trial, share in zip(fitted.evidence.trials, shares, strict=True)
        }
        rows.append(row)
    return rows


def _without_high_risk(fitted: Network, result: Mapping[str, Any], scale: _Scale) -> dict[str, Any]:
    """The estimates against the reference without studies at high risk of bias; {} if there are none.

    ``left``: how many studies remain. Treatments that are no longer connected with the reference have no row.
    """
    from prismake.pooling.network import network, parts_of_network

    own = result["network"]
    high = {study[STUDY_ID] for study in result["studies"] if (study["appraisal"] or {}).get("high_risk")}
    if not high:
        return {}
    trials = [trial for trial in fitted.evidence.trials if trial.name not in high]
    part: list[str] = next((names for names in parts_of_network(trials) if own["reference"] in names), [])
    trials = [trial for trial in trials if trial.treatments[0] in part]
    if not trials:
        return {"left": 0, "rows": []}
    names = [name for name in fitted.treatments if name in part]
    rest = network(trials, treatments=names, method=fitted.method, level=fitted.level)
    estimates, reference = rest.model(own["effects"]), names.index(own["reference"])
    rows = []
    for place, name in enumerate(names):
        if place != reference:
            beta, se = float(estimates.estimate[place, reference]), float(estimates.se[place, reference])
            rows.append({"treatment": name, **scale.row(beta, se, _limits(estimates, place, reference))})
    return {"left": len(trials), "rows": rows}


def _designs(fitted: Network, tests: Any) -> dict[str, Any]:
    """Q of the whole network, within and between designs, of each design, and with each design detached."""

    def row(test: Any) -> dict[str, Any]:
        named = {"design": [fitted.treatments[i] for i in test.design], "studies": test.trials} if test.design else {}
        return {**named, "Q": plain(test.Q), "df": test.df, "p": plain(test.p)}

    return {
        **{name: row(getattr(tests, name)) for name in ("total", "within", "between", "interaction")},
        "tau2_within": plain(tests.tau2_within),
        "designs": [row(test) for test in tests.designs],
        "detached": [row(test) for test in tests.detached],
    }


def _funnel(fitted: Network, studies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each effect minus the direct estimate of its comparison (Chaimani and Salanti 2012, Res Synth Methods 3:161-176).

    Effects run from the treatment that stands earlier to the one that stands later.
    """
    from prismake.pooling.network.side_splits import direct_effects, direct_estimate

    points = []
    for (a, b), trials in fitted.trials_by_pair.items():
        middle, _ = direct_estimate(fitted, (a, b), 0.0)
        y, v = direct_effects(fitted, (a, b))
        for trial, effect, variance in zip(trials, y, v, strict=True):
            points.append(
                {
                    "label": studies[trial]["label"],
                    "treatments": [fitted.treatments[b], fitted.treatments[a]],
                    "centred": plain(middle - effect),
                    "se": plain(variance**0.5),
                }
            )
    return points


def _components(fitted: Network, additive: Any, scale: _Scale) -> dict[str, Any]:
    """Effects of components, and the test that they add up."""
    rows = [
        {
            "component": name,
            **scale.row(
                float(additive.estimate[place]),
                float(additive.se[place]),
                {"ci_lb": float(additive.ci_lb[place]), "ci_ub": float(additive.ci_ub[place])},
            ),
            "p": plain(additive.p[place]),
        }
        for place, name in enumerate(additive.names)
    ]
    test = {"Q": plain(additive.Q), "df": additive.df, "p": plain(additive.p_additive)}
    return {"rows": rows, "test": test}
