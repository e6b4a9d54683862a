"""Published dose-response data, and the numbers that were printed for them.

Read as printed in the public repository of the R package dosresmeta (``docs/reference``, version 2.1.1: alcohol_cvd,
cc_ex, ari) and in the validation file of github.com/mahmood726-cyber/metasprint-dose-response
(``validation_reference.json``), which holds the data of that package with the answers of its version 2.2.0.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from prismake.pooling import DoseStudy, dose_study

NAN = math.nan

# Alcohol and breast cancer, Rohan & McMichael 1988: the example of Greenland & Longnecker 1992 (table 1).
BREAST: dict[str, Any] = {
    "doses": [0, 2, 6, 11],
    "cases": [165, 74, 90, 122],
    "size": [337, 167, 186, 212],
    "ratios": [1, 0.80, 1.16, 1.57],
    "lower": [NAN, 0.51, 0.73, 0.99],
    "upper": [NAN, 1.27, 1.85, 2.51],
}

# High-fat dairy food and colorectal cancer, Larsson, Bergkvist & Wolk 2005, as in Orsini, Bellocco & Greenland 2006.
DAIRY: dict[str, Any] = {
    "doses": [0, 1.5, 2.5, 3.5, 6.5],
    "cases": [110, 212, 211, 132, 133],
    "size": [8103, 17538, 15304, 9078, 10685],
    "ratios": [1, 0.75, 0.74, 0.68, 0.59],
    "se": [NAN, 0.11990107238, 0.12587830725, 0.1399428679, 0.14930331775],
}
DAIRY_COVARIANCE = [
    [0.014376267159, 0.0090647016292, 0.0086794923339, 0.0093151868008],
    [0.0090647016292, 0.015845348236, 0.0088440686495, 0.0094918168459],
    [0.0086794923339, 0.0088440686495, 0.019584006275, 0.0090884570634],
    [0.0093151868008, 0.0094918168459, 0.0090884570634, 0.022291480691],
]

# Coffee and mortality, LeGrady et al. 1987, as in Crippa et al. 2014; log ratios and standard errors.
COFFEE: dict[str, Any] = {
    "doses": [0.5, 2.5, 4.5, 6.5],
    "cases": [57, 136, 144, 115],
    "size": [249, 655, 619, 387],
    "logs": [0.0, -0.2876821, -0.1743534, 0.0861777],
    "se": [NAN, 0.1391187, 0.1373198, 0.1401409],
}
COFFEE_COVARIANCE = [
    [0.01935402, 0.01279718, 0.01259433],
    [0.01279718, 0.01885673, 0.01254856],
    [0.01259433, 0.01254856, 0.01963947],
]

# Alcohol and vascular disease, six studies: Liu, Cook, Bergström & Hsieh 2009 (Comput Stat Data Anal 53:4157-4167).
# By study: design, doses, cases, size, log ratios, standard errors.
ALCOHOL: dict[str, tuple[str, list[float], list[int], list[int], list[float], list[float]]] = {
    "Bianchi": (
        "case_control", [0, 9.0600004196, 27, 45, 64.8000030518], [126, 61, 69, 22, 19], [414, 261, 228, 44, 34],
        [0, -0.22314350307, -9.9999997474e-05, 0.53062832355, 0.87546867132],
        [NAN, 0.22333797812, 0.23375192285, 0.37651365995, 0.44400462508],
    ),
    "Bobak": (
        "case_control", [0, 16.0499992371, 46.4249992371, 77.1600036621], [77, 88, 24, 13], [258, 413, 202, 64],
        [0, -0.43078291416, -1.0788099766, -0.61618608236], [NAN, 0.22130523622, 0.2975654006, 0.38707920909],
    ),
    "Malarcher-wine": (
        "case_control", [0, 1.175999999, 8.9160003662, 18.7199993134], [83, 46, 17, 4], [208, 175, 58, 11],
        [0, -0.57981848717, -0.5621188879, 0.6151856184], [NAN, 0.31714701653, 0.41861397028, 0.90910059214],
    ),
    "Malarcher-beer": (
        "case_control", [0, 0.95499998331, 7.4299998283, 15.6000003815], [83, 29, 32, 18], [208, 117, 81, 39],
        [0, -0.28768208623, 0.5128235817, -0.31471070647], [NAN, 0.33323359489, 0.33837258816, 0.47134539485],
    ),
    "Vliegenthart-wine": (
        "cumulative_incidence", [0, 6, 18, 28.7999992371], [159, 229, 38, 39], [480, 975, 207, 133],
        [0, -0.41551551223, -0.63487827778, -0.083381600678], [NAN, 0.14421534538, 0.23834855855, 0.2738853693],
    ),
    "Vliegenthart-beer": (
        "cumulative_incidence", [0, 6.25, 18.75, 30], [302, 129, 19, 15], [1269, 436, 49, 41],
        [0, -0.22314350307, -0.010050299577, -0.26136478782], [NAN, 0.15658718348, 0.35108911991, 0.41651141644],
    ),
}  # fmt: skip
ALCOHOL_COVARIANCES = {
    "Bianchi": [
        [0.049879852473, 0.018759059177, 0.01678737224, 0.017809745612],
        [0.018759059177, 0.054639961434, 0.017364847956, 0.01842239037],
        [0.01678737224, 0.017364847956, 0.14176253613, 0.016486089295],
        [0.017809745612, 0.01842239037, 0.016486089295, 0.19714010709],
    ],
    "Malarcher-beer": [
        [0.11104462877, 0.035660261645, 0.034664366732],
        [0.035660261645, 0.11449600842, 0.032932834834],
        [0.034664366732, 0.032932834834, 0.22216648125],
    ],
    "Vliegenthart-wine": [
        [0.020798065844, 0.011220583459, 0.013472852615],
        [0.011220583459, 0.056810035361, 0.012690440448],
        [0.013472852615, 0.012690440448, 0.075013195517],
    ],
    "Vliegenthart-beer": [
        [0.024519546029, 0.0048982185959, 0.0047182335783],
        [0.0048982185959, 0.12326357012, 0.0043717312499],
        [0.0047182335783, 0.0043717312499, 0.17348176002],
    ],
}


def alcohol(**settings: Any) -> list[DoseStudy]:
    """The six studies of alcohol and vascular disease."""
    return studies_of(ALCOHOL, **settings)


def breast(**settings: Any) -> DoseStudy:
    """The study of alcohol and breast cancer."""
    return dose_study("Rohan and McMichael 1988", "OR", **BREAST, **settings)


def drawn(seed: int, k: int, design: str, spread: float, groups: tuple[int, ...] = (3, 4, 5)) -> dict[str, Any]:
    """Raw numbers of ``k`` studies: log ratios around curves that bend, with heterogeneity between studies.

    Printed as reports print them: adjusted ratios with limits, rounded; cases and sizes whole.
    """
    rng = np.random.default_rng(seed)
    raw: dict[str, Any] = {}
    for i in range(k):
        n = int(rng.choice(groups))
        doses = np.round(np.concatenate(([0.0], np.sort(rng.uniform(0.2, 4.0, n - 1)))), 2)
        slope, bend = rng.normal(0.25, spread), rng.normal(-0.03, spread / 6.0)
        truth = slope * doses + bend * doses**2
        if design == "case_control":
            size = rng.integers(120, 500, n)
            risk = 1.0 / (1.0 + np.exp(0.6 - truth))
        else:
            size = rng.integers(1500, 9000, n)
            risk = np.minimum(0.03 * np.exp(truth), 0.9)
        cases = np.maximum(rng.binomial(size, risk), 3)
        rest = {"case_control": 1 / cases + 1 / (size - cases), "cumulative_incidence": 1 / cases - 1 / size}
        v = rest.get(design, 1 / cases)
        crude = np.log(cases / (size - cases if design == "case_control" else size))
        se = np.round(np.sqrt((v[1:] + v[0]) * rng.uniform(1.02, 1.2)), 4)
        logs = np.round((crude - crude[0])[1:] + rng.normal(0.0, 0.04, n - 1), 4)
        raw[f"Study {i + 1}"] = (
            design, doses.tolist(), cases.tolist(), size.tolist(), [0.0, *logs.tolist()], [NAN, *se.tolist()],
        )  # fmt: skip
    return raw


# By name: raw numbers, model, knots. Doses of alcohol in 20 g, so that R's search has coefficients of one size.
_ALCOHOL_20 = {name: (row[0], [dose / 20 for dose in row[1]], *row[2:]) for name, row in ALCOHOL.items()}
SETS: dict[str, tuple[dict[str, Any], str, list[float]]] = {
    "alcohol, line": (_ALCOHOL_20, "linear", []),
    "alcohol, parabola": (_ALCOHOL_20, "quadratic", []),
    "alcohol, spline": (_ALCOHOL_20, "spline", [0.0, 0.5, 2.0]),
    "case-control, line": (drawn(1, 8, "case_control", 0.15), "linear", []),
    "case-control, parabola": (drawn(2, 12, "case_control", 0.25, (4, 5)), "quadratic", []),
    "case-control, spline": (drawn(3, 14, "case_control", 0.3, (4, 5)), "spline", [0.0, 1.2, 3.2]),
    "risks, line": (drawn(4, 6, "cumulative_incidence", 0.2), "linear", []),
    "risks, parabola": (drawn(5, 15, "cumulative_incidence", 0.3, (3, 4, 5)), "quadratic", []),
    "risks, spline": (drawn(6, 11, "cumulative_incidence", 0.3, (4, 5, 6)), "spline", [0.2, 1.5, 3.5]),
    "rates, line": (drawn(7, 20, "incidence_rate", 0.1, (2, 3, 4)), "linear", []),
    "rates, parabola": (drawn(8, 10, "incidence_rate", 0.2, (4, 5)), "quadratic", []),
    "rates, spline": (drawn(9, 16, "incidence_rate", 0.25, (5, 6)), "spline", [0.0, 1.0, 2.0, 3.5]),
}


def studies_of(raw: dict[str, Any], **settings: Any) -> list[DoseStudy]:
    """Studies from raw numbers by name."""
    return [
        dose_study(
            name, "OR", doses, cases=cases, size=size, ratios=[math.exp(x) for x in logs], se=se, design=design,
            **settings,
        )
        for name, (design, doses, cases, size, logs, se) in raw.items()
    ]  # fmt: skip


if __name__ == "__main__":
    names = ("design", "doses", "cases", "size", "logs", "se")
    sets = {
        name: {"studies": [dict(zip(names, row, strict=True)) for row in raw.values()], "model": model, "knots": knots}
        for name, (raw, model, knots) in SETS.items()
    }
    print(json.dumps(sets).replace("NaN", "null"))
