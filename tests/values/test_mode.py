"""The one table, and strictness as an order."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from codegrex_lsp.values.mode import ALLOWED, Destination, Mode, Task, allowed, strictest


def test_every_task_and_destination_is_decided() -> None:
    assert set(ALLOWED) == set(product(Task, Destination))


@pytest.mark.parametrize("task", [task for task in Task if task.bears_text])
def test_text_reaches_the_cloud_in_normal_mode_only(task: Task) -> None:
    modes = {mode for mode in Mode if allowed(mode, task, Destination.CLOUD)}
    assert modes == {Mode.NORMAL}


def test_nothing_reaches_the_cloud_in_offline_mode() -> None:
    assert not any(allowed(Mode.OFFLINE, task, Destination.CLOUD) for task in Task)


def test_what_a_stricter_mode_allows_a_looser_one_allows() -> None:
    order = sorted(Mode, key=lambda mode: mode.strictness)
    for (task, destination), (loose, strict) in product(ALLOWED, pairwise(order)):
        assert allowed(loose, task, destination) >= allowed(strict, task, destination)


def test_offline_is_stricter_than_sensitive_than_normal() -> None:
    assert strictest(Mode.NORMAL, Mode.SENSITIVE) is Mode.SENSITIVE
    assert strictest(Mode.SENSITIVE, Mode.OFFLINE, Mode.NORMAL) is Mode.OFFLINE
