"""`completion SHELL`: a script that completes the command's own verbs and flags."""

from __future__ import annotations

import argparse

from codegrex_lsp.cli.common import Arguments, Verbs, add_verb
from codegrex_lsp.cli.speech import data

SHELLS = ("bash", "zsh", "tcsh")


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    sentence = "Print a completion script for a shell (not to be confused with `complete`)."
    parser = add_verb(verbs, "completion", sentence, run)
    parser.add_argument("shell", choices=SHELLS)


def run(args: Arguments) -> int:
    """Print the script; it is generated from the parser, so it knows every verb and flag."""
    import shtab

    from codegrex_lsp.cli.parser import build

    data(shtab.complete(build(), args.shell))
    return 0
