"""One meta-regression for each moderator: a column of numbers, or of words as treatment contrasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.errors import PoolingError
from prismake.core.labels import join
from prismake.core.missing import is_missing
from prismake.synthesis import sentences
from prismake.synthesis.data import SCALES, Data, plain, whole
from prismake.synthesis.fields import fit_values
from prismake.synthesis.fitted_lines import fitted_lines
from prismake.synthesis.models import carried, remedies

LEAST = 10  # studies for each characteristic; Cochrane Handbook 10.11.5.1
NUMERIC = ("count", "number")
EXACT = 1e-12  # a residual Q up to this is rounding error
COLUMN = "moderator"  # name of the column in the design


def value_of(text: str, kind: str) -> float | str | None:
    """The value of a cell of a moderator: a number, a word, or ``None`` if not reported."""
    if is_missing(text):
        return None
    return float(text) if kind in NUMERIC else text


def regression(
    data: Data, values: Sequence[float | str | None], title: str, kind: str, spec: Mapping[str, Any], level: float
) -> dict[str, Any]:
    """Meta-regression of the effects on one moderator, by inverse variance with the method and test of the outcome.

    Args:
        values: one per study, in the order of ``data``; ``None`` leaves the study out, with a count.
        kind: type of the column; count and number are numeric, choice and text are factors whose first level in
            alphabetical order is the reference (``reference``).

    ``coefficients`` are on the scale of the analysis; ``QM`` is an F statistic with ``QM_df`` degrees of freedom
    for Hartung-Knapp (Knapp & Hartung 2003), else chi-square with the second of them ``None``; ``R2`` is the percent
    of tau² explained (Raudenbush 2009); ``Q`` tests residual heterogeneity. ``warnings`` say what was
    done otherwise than asked; ``bubbles`` has the line of a bubble plot where the moderator is numeric. What cannot be
    fitted has its reason in ``sentence`` and no numbers.
    """
    import numpy as np

    numeric = kind in NUMERIC
    cells = [value for value in values if value is not None]
    row: dict[str, Any] = {
        "title": title,
        "options": _options(spec, level),
        "kind": "number" if numeric else "factor",
        "reference": None if numeric or not cells else min(str(value) for value in cells),
        "k": len(cells),
        "studies": data.part(np.array([value is not None for value in values])).studies,
        "dropped": len(values) - len(cells),
        "scale": SCALES[data.measure],
        "method": spec["method"],
        "test": spec["test"],
        **dict.fromkeys(("QM", "QM_df", "QM_p", "R2", "tau2", "Q", "Q_df")),
        "warnings": [],
        "coefficients": [],
        "bubbles": [],
        "values": None,
    }
    try:
        fit = _fitted(data, values, cells, spec, level)
    except PoolingError as error:
        return {**row, "sentence": f"{title}: no meta-regression. {error}"}
    row["test"] = fit.test
    row["coefficients"] = _coefficients(fit, title)
    row["values"] = fit_values(fit)
    row |= {name: plain(getattr(fit, name)) for name in ("QM", "QM_p", "R2", "tau2", "Q")}
    row["QM_df"] = [whole(df) for df in fit.QM_df]
    row["Q_df"] = whole(fit.Q_df)
    row["warnings"] = [text for text in carried(fit) if "incomplete row" not in text]
    if numeric:
        row["bubbles"] = fitted_lines(data, {COLUMN: np.array(values, dtype=object)}, [COLUMN], spec, level)
    return {**row, "sentence": sentences.regression(row, level, LEAST, data.show)}


def joint_regression(
    data: Data,
    cells: Mapping[str, Sequence[float | str | None]],
    titles: Mapping[str, str],
    kinds: Mapping[str, str],
    spec: Mapping[str, Any],
    level: float,
) -> dict[str, Any]:
    """One regression on all moderators, of the studies that report all of them; fields as of ``regression``.

    Args:
        cells: the values of each column, one per study, in the order of ``data``.
    """
    import numpy as np

    from prismake.pooling import pool

    mask = np.array([all(values[i] is not None for values in cells.values()) for i in range(len(data.yi))])
    title = join([titles[column] for column in cells])
    row = {
        **no_regression(title, "text"),
        "options": _options(spec, level),
        **{
            "k": int(mask.sum()),
            "studies": data.part(mask).studies,
            "dropped": int((~mask).sum()),
            "scale": SCALES[data.measure],
            "method": spec["method"],
        },
        "columns": list(cells),
        "kinds": ["number" if kinds[column] in NUMERIC else "factor" for column in cells],
    }
    mods = {}
    for column, values in cells.items():
        part = [value for value, in_all in zip(values, mask, strict=True) if in_all]
        if len(set(part)) < 2:
            return {**row, "sentence": f"{title}: no joint meta-regression. No two studies differ in {titles[column]}."}
        mods[column] = np.array(part, dtype=object)
    complete = data.part(mask)
    try:
        fit = pool(complete.yi, complete.vi, spec["method"], spec["test"], mods, level, adhoc=remedies(spec)[0])
    except PoolingError as error:
        return {**row, "sentence": f"{title}: no joint meta-regression. {error}"}
    row |= {name: plain(getattr(fit, name)) for name in ("QM", "QM_p", "R2", "tau2", "Q")}
    row |= {"test": fit.test, "QM_df": [whole(df) for df in fit.QM_df], "Q_df": whole(fit.Q_df)}
    drawn = [column for column in cells if kinds[column] in NUMERIC]
    row["bubbles"] = fitted_lines(complete, mods, drawn, spec, level)
    rows = _coefficients(fit, "")
    for slope, name in zip(rows, fit.coef_names, strict=True):
        column, _, word = name.partition("[")
        slope["name"] = f"{titles.get(column, column)} {word.removesuffix(']')}".strip()
    row |= {"coefficients": rows, "values": fit_values(fit), "warnings": carried(fit)}
    return {**row, "sentence": sentences.joint_regression(row, level, LEAST * len(cells), data.show)}


def _options(spec: Mapping[str, Any], level: float) -> dict[str, Any]:
    asked = {"measure": spec["measure"], "method": spec["method"], "test": spec["test"], "level": level}
    return {**asked, "adhoc": remedies(spec)[0]}


def no_regression(title: str, kind: str) -> dict[str, Any]:
    """The entry of a moderator before there are studies to compare."""
    return {
        "title": title,
        "kind": "number" if kind in NUMERIC else "factor",
        "k": 0,
        "studies": 0,
        "dropped": 0,
        **dict.fromkeys(("reference", "scale", "method", "test", "QM", "QM_df", "QM_p", "R2", "tau2", "Q", "Q_df")),
        "warnings": [],
        "coefficients": [],
        "bubbles": [],
        "options": {},
        "values": None,
        "sentence": f"{title}: no meta-regression, because fewer than two studies are pooled.",
    }


def _fitted(
    data: Data, values: Sequence[float | str | None], cells: Sequence[Any], spec: Mapping[str, Any], level: float
) -> Any:
    import numpy as np

    from prismake.pooling import pool

    coefficients = 2 if cells and isinstance(cells[0], float) else len(set(cells))
    if len(set(cells)) < 2:
        raise PoolingError(f"{sentences.studies(len(cells))} with a value, and the values do not differ.")
    if len(cells) <= coefficients:
        raise PoolingError(f"{coefficients} coefficients need more than {sentences.studies(len(cells))} with a value.")
    mods = {COLUMN: np.array(values, dtype=object)}
    fit = pool(data.yi, data.vi, spec["method"], spec["test"], mods, level, adhoc=remedies(spec)[0])
    if fit.test == "knha" and fit.Q < EXACT:
        raise PoolingError("The regression fits the effects exactly, so that its standard errors are zero.")
    return fit


def _coefficients(fit: Any, title: str) -> list[dict[str, Any]]:
    """The intercept, then the slope (named after the moderator) or the difference for each level (named after it)."""
    fields = {"beta": "beta", "se": "se", "ci_lb": "ci_lb", "ci_ub": "ci_ub", "p": "pval"}
    rows = []
    for index, name in enumerate(fit.coef_names):
        shown = title if name == COLUMN else name.removeprefix(f"{COLUMN}[").removesuffix("]")
        rows.append({"name": shown, **{key: plain(getattr(fit, source)[index]) for key, source in fields.items()}})
    return rows
