"""Plugins of the whole run."""

from __future__ import annotations

pytest_plugins = [
    "tests.support.closing",
    "tests.support.guard",
    "tests.support.model",
    "tests.support.signals",
]
