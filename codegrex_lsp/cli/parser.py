"""The whole parser; the shell's completion reads it too."""

from __future__ import annotations

import argparse

from codegrex_lsp import __version__
from codegrex_lsp.cli import (
    check_ignore,
    complete,
    completion,
    config,
    demo,
    doctor,
    ledger,
    mode,
    models,
    preview,
    scan,
)
from codegrex_lsp.cli.common import add_common

VERBS = (
    complete,
    preview,
    scan,
    check_ignore,
    mode,
    models,
    ledger,
    config,
    doctor,
    demo,
    completion,
)


def build() -> argparse.ArgumentParser:
    """A parser that puts the chosen verb's function into `run`."""
    parser = argparse.ArgumentParser(
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
