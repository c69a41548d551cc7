"""The whole parser; the shell's completion reads it too."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from codegrex_lsp import __version__
from codegrex_lsp.cli import (
    chat,
    check_ignore,
    complete,
    completion,
    config,
    demo,
    doctor,
    keys,
    ledger,
    login,
    logout,
    mode,
    models,
    policy,
    preview,
    scan,
    telemetry,
    whoami,
)
from codegrex_lsp.cli.common import add_common

VERBS = (
    complete,
    chat,
    preview,
    scan,
    check_ignore,
    mode,
    models,
    keys,
    login,
    logout,
    whoami,
    ledger,
    config,
    policy,
    telemetry,
    doctor,
    demo,
    completion,
)


class _Parser(argparse.ArgumentParser):
    """Names unknown flags and repeats nothing else: an argument too many may be a key."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        known, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flags = [word.partition("=")[0] for word in unknown if word.startswith("--")]
            self.error(f"unrecognized arguments: {' '.join(flags) or len(unknown)}")
        return known

    def error(self, message: str) -> NoReturn:
        """Exit with usage. A value given to a flag that takes none is not repeated either."""
        flag, ignored, _ = message.partition("ignored explicit argument")
        super().error(f"{flag}takes no value" if ignored else message)


def build() -> argparse.ArgumentParser:
    """A parser that puts the chosen verb's function into `run`."""
    parser = _Parser(
        prog="codegrex-lsp",
        description="AI code suggestions from which nothing leaves unless you allowed it.",
        epilog="Without a verb, and with standard input not a terminal, it serves LSP.",
    )
    parser.add_argument("--version", action="version", version=f"codegrex-lsp {__version__}")
    parser.add_argument("--stdio", action="store_true", help="serve LSP on standard input/output")
    # Editors that use vscode-languageclient add this; the process id also comes in `initialize`.
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    add_common(parser)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    for verb in VERBS:
        verb.add_to(verbs)
    return parser
