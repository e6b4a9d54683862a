"""The names of the kinds of synthesis and of their rows, apart from what the kinds are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAIRWISE, NETWORK, DIAGNOSTIC = "pairwise", "network", "diagnostic"
DOSE_RESPONSE = "dose_response"
WITHOUT_POOLING = "without_pooling"
# What has a row of its own in a sheet with a row for each result, beside the results of arms against a comparator.
EACH_ARM = "each arm"  # every arm on its own, the comparator among them
EACH_PAIR = "each pair"  # every two arms of a study, named “A v B”


def kind_name(spec: Mapping[str, Any]) -> str:
    """The kind of an outcome (``outcomes.<name>.kind``) or of its result; pairwise if it does not say."""
    return str(spec.get("kind") or PAIRWISE)
