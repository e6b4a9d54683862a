"""The parts of each effect measure (the columns it is computed from), and the models that can pool it."""

from __future__ import annotations

# The columns that a measure needs, and alternatives.
ROLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("PLO", "PR", "PLN", "PAS", "PFT"), ("events", "total")),
    **dict.fromkeys(("IRLN", "IR", "IRS", "IRFT"), ("events", "time")),
    **dict.fromkeys(("MN", "MNLN", "CVLN"), ("mean", "sd", "n")),
    "SDLN": ("sd", "n"),
    **dict.fromkeys(("RR", "OR", "RD", "AS"), ("events1", "total1", "events2", "total2")),
    **dict.fromkeys(("IRR", "IRD", "IRSD"), ("events1", "time1", "events2", "time2")),
    **dict.fromkeys(("MD", "SMD", "SMDH", "ROM"), ("mean1", "sd1", "n1", "mean2", "sd2", "n2")),
    **dict.fromkeys(("ZCOR", "COR", "UCOR"), ("correlation", "n")),
    "GEN": ("effect", "lower", "upper"),
}
ACCURACY = ("tp", "fp", "fn", "tn")  # of a test against a reference standard
# The models for a measure besides inverse variance, which is available for all.
_TWO_ARMS = ("conditional", "fixed_study", "random_study")
MODELS: dict[str, tuple[str, ...]] = {
    "PLO": ("glmm", "beta_binomial"),
    "IRLN": ("glmm",),
    "OR": ("mantel_haenszel", "peto", "exact_conditional", *_TWO_ARMS, "beta_binomial"),
    "RR": ("mantel_haenszel", "beta_binomial"),
    "RD": ("mantel_haenszel", "beta_binomial"),
    "IRR": ("mantel_haenszel", *_TWO_ARMS),
    "IRD": ("mantel_haenszel",),
}
CHECKS = {  # further columns of an outcome that are checked against its numbers, and whether they contain words
    **dict.fromkeys(("percent", "percent1", "percent2", "effect", "lower", "upper", "p"), False),
    **dict.fromkeys(("assigned", "assigned1", "assigned2"), False),
    **dict.fromkeys(("diseased", "healthy", "participants", "sensitivity", "specificity"), False),
    **dict.fromkeys(("minimum", "q1", "median", "q3", "maximum", "start", "end"), False),
    **dict.fromkeys(("favours", "assessed"), True),
}
_OF_AN_ARM = {
    "se": ("se",),
    "ci": ("ci_lower", "ci_upper"),
    "quartiles": ("median", "q1", "q3"),
    "range": ("median", "minimum", "maximum"),
    "change": ("baseline_mean", "baseline_sd", "final_mean", "final_sd", "correlation"),
}
_GROUPS = ("first_mean", "first_sd", "second_mean", "second_sd")
CONVERSIONS: dict[str, dict[str, tuple[str, ...]]] = {  # by what is converted to: the parts of each conversion
    "mean": {**_OF_AN_ARM, "cluster": ("cluster_size", "icc")},
    "means": {
        **_OF_AN_ARM,
        "difference_se": ("difference_se",),
        "difference_ci": ("difference_lower", "difference_upper"),
        "t": ("t",),
        "f": ("f",),
        "p": ("p",),
        "cluster": ("cluster_size", "icc"),
    },
    "effect": {
        "se": ("se",),
        "t": ("t",),
        "p": ("p",),
        "o_minus_e": ("o_minus_e", "variance"),
        "crossover": ("sd_difference", "pairs"),
        "crossover_means": (*_GROUPS, "pairs", "correlation"),
        "crossover_smd": (*_GROUPS, "pairs", "correlation"),
        "smd": (*_GROUPS, "first_n", "second_n"),
        "cluster": ("cluster_size", "icc"),
    },
    "events": {"cluster": ("cluster_size", "icc")},
}
# Parts that belong to a comparison and not to one of its arms.
OF_COMPARISON = frozenset(
    (
        *("difference_se", "difference_lower", "difference_upper", "t", "f", "p", "cluster_size", "icc"),
        *("effect", "lower", "upper", "favours", "direction", "p_value"),
    )
)
PROPORTIONS = ("PLO", "PR", "PLN", "PAS", "PFT")
ONE_ARM = (
    *PROPORTIONS,
    "IRLN",
    "IR",
    "IRS",
    "IRFT",
    "MN",
    "MNLN",
    "CVLN",
    "SDLN",
)  # measures without a value that means no effect


def conversions_of(measure: str) -> dict[str, tuple[str, ...]]:
    """The conversions that can stand in for parts of a measure, each with the parts of its own."""
    roles = ROLES.get(measure, ())
    kinds = {"mean1": "means", "mean": "mean", "effect": "effect", "total": "events", "total1": "events"}
    return next((CONVERSIONS[kind] for role, kind in kinds.items() if role in roles), {})


def printed_of(measure: str) -> dict[str, tuple[str, ...]]:
    """What a report may print beside the numbers of a measure, each with its roles among the checks of an outcome."""
    roles = ROLES.get(measure, ())
    possible: dict[str, tuple[str, ...]] = {}
    if {"total", "total1"} & {*roles}:
        possible["percent"] = ("percent1", "percent2") if "total1" in roles else ("percent",)
    if any(role[-1] == "2" for role in roles):
        possible |= {"effect": ("effect",), "interval": ("lower", "upper")}
    if possible.keys() & {"effect"} or "effect" in roles:
        possible |= {"p": ("p",), "favours": ("favours",)}
    return possible
