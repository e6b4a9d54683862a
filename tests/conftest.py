"""How many examples randomised tests draw, few by default and many with ``-m slow``; and which tests begin first."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, settings

SHARED_FOLDERS = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
settings.register_profile("short", max_examples=25, deadline=None, suppress_health_check=SHARED_FOLDERS)
settings.register_profile("long", settings.get_profile("short"), max_examples=500)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the profile before the modules are read: their own settings take the number of examples from it."""
    asked = re.search(r"(?<!not )\bslow\b", config.option.markexpr)
    settings.load_profile("long" if asked else "short")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With the long profile, a test that draws its examples is a slow one, so that ``-m slow`` takes it along.

    Long tests at the end of the order begin first, so that no worker waits for another one at the end.
    """
    if settings.get_current_profile_name() == "long":
        for item in items:
            if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
                item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("first") is None)  # in the order of files otherwise
