"""What an R call of the battery asks for: its arguments, and a refusal of those that nobody here would heed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from prismake.core.errors import PoolingError

COUNTS = {f"{name}i" for name in ("x", "n", "t", "a", "b", "c", "d", "m", "sd", "r", "y", "v", "se")}
COUNTS |= {f"{name}{arm}i" for name in ("x", "t", "m", "sd", "n") for arm in (1, 2)}
QUIET = {"data", "control", "digits", "slab", "verbose"}  # of no consequence for a number, or named elsewhere
EFFECTS = COUNTS | QUIET | {"measure", "add", "to", "drop00"}
HEEDED = {
    "escalc": EFFECTS,
    "rma": EFFECTS | {"method", "test", "level", "subset", "mods"},
    "rma.mh": COUNTS | QUIET | {"measure", "correct", "level"},
    "rma.peto": COUNTS | QUIET | {"level"},
    "rma.glmm": COUNTS | QUIET | {"measure", "model", "method", "test", "level", "mods", "nAGQ"},
    "predict": {"newmods", "level", "transf", "targs", "digits"},
    "confint": {"control", "level", "digits"},
    "leave1out": {"digits"},
    "cumul": {"order", "digits"},
    "influence": {"digits"},
    "baujat": set(),
    "funnel": set(),
    "regtest": {"model", "predictor", "digits"},
    "ranktest": {"digits"},
    "trimfill": {"estimator", "side", "maxiter"},
    "fsn": {"data", "type", "alpha", "target", "digits"},
    "meta::metaprop": QUIET | {"sm", "method", "method.tau", "method.random.ci", "prediction", "method.ci"},
    "meta::metagen": QUIET
    | {"method.tau", "method.random.ci", "adhoc.hakn.ci", "prediction", "subgroup", "tau.common"},
    "meta::metabin": QUIET | {"sm", "method", "method.tau", "prediction"},
    "meta::metabias": {"method.bias", "k.min"},
}
OF_A_MEAN = {"fit", "fit_default_control", "pooled_back_transformed", "leave1out", "cumulative", "influence"}
OF_A_MEAN |= {"baujat", "funnel", "regtest", "ranktest", "trimfill"}
HEEDED["rma.uni"] = HEEDED["rma"]
_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|([A-Za-z_][\w.:]*)?\s*(\()|(\))|([A-Za-z_][\w.]*)\s*=(?!=)""")
_WORDS = ("measure", "method", "test", "side", "estimator", "predictor", "type", "model")


def arguments(call: str) -> Iterator[tuple[str, str]]:
    """(function, name) of every argument that is given by name."""
    stack = [""]
    for token in _TOKEN.finditer(call):
        name, opened, closed, argument = token.groups()
        if opened:
            stack.append(name or "")
        elif closed and len(stack) > 1:
            stack.pop()
        elif argument:
            yield stack[-1], argument


def refuse_unheeded(kind: str, call: str) -> None:
    """Raises PoolingError for an argument that would change R's answer and not ours."""
    given = set(arguments(call))
    unknown = {f"{name} of {function}" for function, name in given if name not in HEEDED.get(function, {name})}
    if kind in OF_A_MEAN and ("rma", "mods") in given:
        unknown.add(f"{kind} of a regression")
    if unknown:
        raise PoolingError(f"This question cannot be asked here: {', '.join(sorted(unknown))}.")


def spoken(call: str) -> dict[str, Any]:
    """Options as the outermost call has them, for questions that do not repeat them as data."""
    found: dict[str, Any] = {}
    if "meta::" in call:
        return found
    text = call.rsplit("; ", 1)[-1]
    for name in _WORDS:
        value = re.search(rf"\b{name}=['\"](\w[\w.-]*)['\"]", text)
        if value:
            found[name] = value.group(1)
    for name in ("level", "alpha", "target"):
        value = re.search(rf"\b{name}=(-?[\d.]+(?:e-?\d+)?)", text)
        if value:
            found[name] = float(value.group(1))
    correct = re.search(r"\bcorrect=(TRUE|FALSE|T|F)\b", text)
    if correct:
        found["correct"] = correct.group(1).startswith("T")
    nodes, order = re.search(r"\bnAGQ=(\d+)", text), re.search(r"\border=(?:dat\$)?(\w+)", text)
    if nodes:
        found["nAGQ"] = int(nodes.group(1))
    if order:
        found["order_column"] = order.group(1)
    group = re.search(r"subset=\(?(?:dat\$)?(\w+) == '([^']*)'\)?", text)
    if group:
        found["subgroup_column"], found["subgroup"] = group.groups()
    elif "subset=" in text:
        raise PoolingError("This question cannot be asked here: a subset that is not one group.")
    return found
