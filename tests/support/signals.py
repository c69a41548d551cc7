"""Signals as in a terminal, whoever started the run.

A shell's background job and `nohup` hand an ignored SIGINT or SIGHUP down to every process, and a
server that inherits one can not be ended by it: that is for whoever started it to say, not for us.
"""

from __future__ import annotations

import signal

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Take the usual signals back, for this process and those that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGHUP", "SIGQUIT", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
