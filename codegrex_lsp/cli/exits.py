"""Exit codes, and how an error becomes one. No traceback is ever printed: frames quote text."""

from __future__ import annotations

import traceback
from enum import IntEnum
from pathlib import Path

from codegrex_lsp import errors

PACKAGE = Path(errors.__file__).parent


class Exit(IntEnum):
    """What the shell sees."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    CONFIGURATION = 3
    REFUSED = 4
    PROVIDER = 5
    INTERNAL = 70
    INTERRUPTED = 130


class UsageError(errors.CodegrexError):
    """An argument that can not be used as it stands; the message names it."""

    default_code = "usage"
    exit_code = Exit.USAGE


def internal(error: BaseException) -> str:
    """One sentence for an exception nobody expected: its type and our own frames, not its words.

    The words of an exception may quote a person's text, and so may the source lines that a
    traceback shows.
    """
    frames = [
        f"{Path(frame.filename).relative_to(PACKAGE).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(PACKAGE)
    ]
    where = f" at {' > '.join(frames)}" if frames else ""
    return f"something went wrong inside CodeGrex: {type(error).__name__}{where}"


def of_decision(code: str) -> Exit:
    """The exit code of a request that ended with a decision.

    Args:
        code: `Decision.code`, e.g. `shown`, `ignored-by-file`, `provider-unreachable`. What is
            not known to be fine or the provider's failure counts as refused.
    """
    if code in _FINE:
        return Exit.FINE
    if code == "no-routes":
        return Exit.CONFIGURATION
    return Exit.PROVIDER if code.startswith(_PROVIDER) else Exit.REFUSED


_FINE = frozenset({"shown", "cached", "empty"})
_PROVIDER = (
    "provider-",
    "timeout-",
    "bad-answer",
    "model-",
    "no-provider",
    "redirect-",
    "unknown-placeholder",
    "cut-placeholder",
)
