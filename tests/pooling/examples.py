"""Data sets printed in the literature, typed in from there; small enough to check by eye."""

from __future__ import annotations

# Colditz et al. 1994, JAMA 271:698, table 1: BCG vaccine against tuberculosis, 13 trials.
# Cases and non-cases among the vaccinated, then among controls; absolute latitude; allocation.
BCG = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "bi": [119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "di": [128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825],
    "ablat": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
    "alloc": [*("random",) * 4, *("alternate",) * 2, *("random",) * 3, *("systematic",) * 4],
}

# Effects with two maxima of the likelihood: a precise trio far from two imprecise outliers.
TWO_MAXIMA = ([0.0, 0.05, -0.04, 6.0, -7.0], [0.0004, 0.0005, 0.0006, 4.0, 5.0])
