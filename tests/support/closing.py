"""Closing summary: every test that was not run, and why. Nothing is left out in silence.

With `CODEGREX_REQUIRE_ALL=1` a test that was not run turns the whole run red, save where its
reason begins with `other platform`.
"""

from __future__ import annotations

import os
from collections import defaultdict

import pytest

OTHER_PLATFORM = "other platform"


class Closing:
    """Collects what was not run. One per run."""

    def __init__(self, *, required: bool) -> None:
        self.required = required
        self.reasons: defaultdict[str, list[str]] = defaultdict(list)

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Remember a skipped test, or a file that skipped itself while it was collected."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, "")
        self.reasons[reason.removeprefix("Skipped: ") or "no reason given"].append(report.nodeid)

    @property
    def forbidden(self) -> bool:
        """Whether something was not run that had to be."""
        return self.required and any(
            not reason.startswith(OTHER_PLATFORM) for reason in self.reasons
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.forbidden and session.exitstatus in (pytest.ExitCode.OK, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int
    ) -> None:
        terminalreporter.section("not run")
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            terminalreporter.write_line(
                "The run stopped early; what it did not reach is not named."
            )
        elif not self.reasons:
            terminalreporter.write_line("Everything that was selected ran.")
        for reason, tests in sorted(self.reasons.items()):
            terminalreporter.write_line(reason, bold=True)
            for test in tests:
                terminalreporter.write_line(f"  {test}")
        if self.forbidden:
            terminalreporter.write_line(
                "CODEGREX_REQUIRE_ALL=1: what was not run counts as failed.", red=True
            )


def pytest_configure(config: pytest.Config) -> None:
    required = os.environ.get("CODEGREX_REQUIRE_ALL") == "1"
    config.pluginmanager.register(Closing(required=required), "codegrex-closing")
