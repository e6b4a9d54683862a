"""Models by name: those of a measure, the one that suits the sparsity of the data, and one function for all of them.

Advice on rare events: Bradburn, Deeks, Berlin & Localio 2007 (Stat Med 26:53); Cochrane Handbook 10.4.4; Stijnen, Hamza
& Özdemir 2010; Kuss 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import hartung_knapp as hk
from . import prediction as pi
from .effects import effect_columns, effect_rows
from .estimate import NAN
from .fit import shown
from .fixed import TwoGroup, mantel_haenszel, peto
from .frame import columns
from .overdispersed import beta_binomial
from .pooled import Pooled
from .proportions import pool_proportions, pool_rates
from .two_arms import pool_two_arms

INVERSE = "inverse-variance"
_TWO_ARMS = ("conditional", "fixed-study", "random-study")
_MODELS: dict[str, tuple[str, ...]] = {
    "OR": (INVERSE, "mantel-haenszel", "peto", "exact-conditional", *_TWO_ARMS, "beta-binomial"),
    "RR": (INVERSE, "mantel-haenszel", "beta-binomial"),
    "RD": (INVERSE, "mantel-haenszel", "beta-binomial"),
    "PETO": (INVERSE, "peto"),
    "IRR": (INVERSE, "mantel-haenszel", *_TWO_ARMS),
    "IRD": (INVERSE, "mantel-haenszel"),
    "PLO": ("glmm", INVERSE, "beta-binomial"),
    "IRLN": ("glmm", INVERSE),
}
RARE, BALANCED, SMALL_CELL = 0.01, 1.5, 5.0


def models_for(measure: str) -> tuple[str, ...]:
    """Names of the models that pool a measure; raises PoolingError for an unknown one."""
    effect_columns(measure)
    return _MODELS.get(measure.upper(), (INVERSE,))


def pool_model(
    model: str, measure: str, data: Any, *, method: str = "REML", test: str | None = None, level: float = 95.0,
    adhoc: str = hk.DEFAULT, prediction: str = pi.DEFAULT, labels: Sequence[str] | None = None,
) -> Pooled:  # fmt: skip
    """Pool ``data`` (columns of `effect_sizes`) by one of `models_for` the measure.

    ``method``, ``test`` (knha by default) and ``adhoc`` apply to ``inverse-variance``; mixed models are fitted by
    maximum likelihood with ``test`` z or t; ``mantel-haenszel`` and ``peto`` are common-effect models without tau² and
    prediction interval (``around`` adds random effects). Rows that cannot be used are listed in ``warnings``.

    Raises
    ------
    PoolingError
        A model that does not exist for the measure; and as for the function of the model.
    """
    name = measure.upper()
    if model not in models_for(name):
        models = ", ".join(models_for(name))
        raise PoolingError(f"There is no model '{model}' for {name}.", remedy=f"Use one of: {models}.")
    if model == INVERSE:
        effects = effect_rows(name, data, level=level, labels=labels)
        return effects.pool(method, test or "knha", level=level, adhoc=adhoc, prediction=prediction)
    how: dict[str, Any] = {
        "test": test if test == "t" else None,
        "level": level,
        "prediction": prediction,
        "labels": labels,
    }
    if model == "glmm":
        size = columns(data, effect_columns(name))
        return (pool_proportions if name == "PLO" else pool_rates)(size[0], size[1], **how)
    if model == "beta-binomial":
        return beta_binomial(data, name, level, labels=labels)
    if model == "mantel-haenszel":
        return as_pooled(mantel_haenszel(data, name, level), data, labels)
    if model == "peto":
        return as_pooled(peto(data, level), data, labels)
    return pool_two_arms(data, name, model=model, **how)


def as_pooled(fit: TwoGroup, data: Any, labels: Sequence[str] | None = None) -> Pooled:
    """A Mantel-Haenszel or Peto estimate as a `Pooled`; ``extra`` holds the tests of `TwoGroup`.

    Studies without information on a ratio are left out. ``yi vi`` are the effects of the studies, corrected where a
    cell is empty, and ``weights_pct`` their inverse-variance weights: the estimate itself uses neither.
    """
    rows = effect_rows(fit.measure, data, labels=labels)
    keep = rows.used
    weights = 1.0 / rows.vi[keep]
    pooled = Pooled(
        method="Peto" if fit.measure == "PETO" else "MH", test="z", level=fit.level, k=int(keep.sum()), p=1,
        beta=fit.beta, se=fit.se, stat=fit.stat, ddf=NAN, pval=fit.pval, ci_lb=fit.ci_lb, ci_ub=fit.ci_ub,
        vcov=np.array([[fit.se**2]]), tau2=0.0, se_tau2=NAN, I2=fit.I2, H2=fit.H2, R2=NAN, Q=fit.Q,
        Q_df=max(fit.Q_df, 0), Q_p=fit.Q_p, QM=fit.stat**2, QM_df=(1, NAN), QM_p=fit.pval, loglik=NAN,
        weights_pct=100.0 * weights / weights.sum(), dropped=fit.dropped, yi=rows.yi[keep],
        vi=rows.vi[keep],
        extra={name: getattr(fit, name) for name in ("mh_stat", "mh_p", "tarone", "tarone_p")},
    )  # fmt: skip
    notes = tuple(note for note in rows.notes if "Continuity" not in note)
    return replace(shown(pooled, keep, fit.measure, labels, None), warnings=notes)


# ---- proposal ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """A model for the data (empty: no estimate exists) and why, with the counts on which the choice is based.

    ``studies``: complete studies; ``double_zero`` of them without events in either arm, ``single_zero`` without events
    in one arm; ``events``: all events; ``risk`` of all participants (for rates: events per unit of time); ``ratio``:
    the largest ratio of arm sizes within a study (NaN for a single arm).
    """

    model: str
    why: str
    studies: int
    single_zero: int
    double_zero: int
    events: int
    risk: float
    ratio: float


def propose_model(measure: str, data: Any) -> Proposal:
    """The model that suits the sparsity of ``data``, one of `models_for`: a proposal, the reviewers decide.

    Raises PoolingError for an unknown measure, missing columns, or no complete row.
    """
    name, available = measure.upper(), models_for(measure)
    needed = effect_columns(name)
    arms = _COUNTS.get(needed)
    if arms is None:
        why = "Effects with standard errors are weighted by their inverse variance."
        return Proposal(INVERSE, why, 0, 0, 0, 0, NAN, NAN)
    events, size = arms(columns(data, needed))
    keep = ~np.isnan(events + size).any(axis=1)
    events, size = events[keep], size[keep]
    if not keep.any():
        raise PoolingError("No study is complete.", remedy="There is nothing to pool.")
    zero = events == 0
    if needed == ("ai", "bi", "ci", "di") and name == "OR":
        zero |= events == size
    double = int(zero.all(axis=1).sum())
    ratio = float((size.max(axis=1) / size.min(axis=1)).max()) if size.shape[1] == 2 else NAN
    single, risk = int(zero.any(axis=1).sum()) - double, float(events.sum() / size.sum())
    facts = Proposal("", "", int(keep.sum()), single, double, int(events.sum()), risk, ratio)
    model, why = _choose(name, available, events, size, facts)
    return replace(facts, model=model, why=why)


def _choose(
    name: str, available: tuple[str, ...], events: np.ndarray, size: np.ndarray, facts: Proposal
) -> tuple[str, str]:
    if not facts.events:
        return "", "No study has an event: no estimate exists. Report the counts."
    if events.shape[1] == 1:
        if "glmm" in available:
            return "glmm", "Counts of one arm: the exact likelihood needs no continuity correction."
        return INVERSE, "Effects on this scale are weighted by their inverse variance."
    counts = f"{facts.single_zero} of {facts.studies} studies have one arm without events and {facts.double_zero} both"
    alone = (events.sum(axis=0) == 0).any()
    if alone and name in {"OR", "PETO"}:
        return "peto", f"One arm has no event in any study: only Peto's odds ratio exists ({counts})."
    if alone and name in {"RR", "IRR"}:
        return "", f"One arm has no event in any study: a ratio does not exist ({counts}). Use a difference."
    least = np.minimum(events, size - events) if name not in {"IRR", "IRD"} else events
    if not facts.single_zero and not facts.double_zero and float(np.median(least)) >= SMALL_CELL:
        return INVERSE, f"No study has an empty arm and half of the arms have {SMALL_CELL:g} events or more."
    if name == "PETO":
        return "peto", f"Peto's odds ratio by its own weights ({counts})."
    balanced = facts.ratio <= BALANCED
    if 2 * facts.double_zero >= facts.studies and "beta-binomial" in available and balanced:
        why = "half of the studies or more have no event in either arm, and arms are balanced; this model includes them"
        return "beta-binomial", f"{counts}; {why} (Kuss 2015)."
    if name == "OR" and facts.risk < RARE and balanced:
        return (
            "peto",
            f"{counts}; risks below 1 % and balanced arms (Bradburn et al. 2007; Cochrane Handbook 10.4.4).",
        )
    if name == "OR":
        why = "the exact likelihood given the margins needs no continuity correction (Stijnen et al. 2010)"
        return "exact-conditional", f"{counts}; {why}."
    if name == "IRR":
        return "conditional", f"{counts}; exact for rates without a continuity correction (Stijnen et al. 2010)."
    why = "it needs no continuity correction of single studies (Cochrane Handbook 10.4.4)"
    return "mantel-haenszel", f"{counts}; {why}."


Columns = list[np.ndarray]
_COUNTS: dict[tuple[str, ...], Callable[[Columns], tuple[np.ndarray, np.ndarray]]] = {
    ("xi", "ni"): lambda v: (v[0][:, None], v[1][:, None]),
    ("xi", "ti"): lambda v: (v[0][:, None], v[1][:, None]),
    ("ai", "bi", "ci", "di"): lambda v: (np.column_stack(v[::2]), np.column_stack([v[0] + v[1], v[2] + v[3]])),
    ("x1i", "t1i", "x2i", "t2i"): lambda v: (np.column_stack(v[::2]), np.column_stack(v[1::2])),
}
