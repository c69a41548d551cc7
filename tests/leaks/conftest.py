"""What every sweep needs: somebody who vouches for names, and all that was printed and logged."""

from __future__ import annotations

import logging

import pytest

from tests.leaks.sweep import Printed
from tests.leaks.world import Authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def printed(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Printed:
    caplog.set_level(logging.DEBUG)

    def all_of_it() -> str:
        told = "".join(capfd.readouterr())
        return told + "\n".join(f"{r.getMessage()} {r.__dict__!r}" for r in caplog.records)

    return all_of_it
