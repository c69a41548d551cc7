"""Secrets come in by a prompt that does not show them, or by standard input; never as arguments."""

from __future__ import annotations

import sys
from typing import Final

from codegrex_lsp.cli.exits import UsageError

_LONGEST: Final = 16 * 1024


def entered(verb: str, what: str, question: str) -> str:
    """A secret.

    Args:
        verb: Who asks, for sentences.
        what: What it is, e.g. `key`.
        question: The prompt, where somebody can answer it.

    Raises:
        UsageError: There was none, or the terminal would show it.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        text = _prompted(verb, what, question)
    else:
        text = sys.stdin.read(_LONGEST) if sys.stdin is not None else ""
    if not text.strip():
        raise UsageError(f"{verb}: no {what} was entered, so nothing was changed")
    return text


def _prompted(verb: str, what: str, question: str) -> str:
    import getpass
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(question, sys.stderr)
        except getpass.GetPassWarning:
            raise UsageError(
                f"{verb}: this terminal would show the {what}", fix="Give it on standard input."
            ) from None
        except EOFError:
            return ""
