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
            in none of the lists below counts as refused.
    """
    if code in _FINE:
        return Exit.FINE
    if code in _CONFIGURATION:
        return Exit.CONFIGURATION
    return Exit.PROVIDER if code in _PROVIDER or code.startswith("timeout-") else Exit.REFUSED


# A test reads the whole package for codes and fails where one is missing here.
_FINE = frozenset({"shown", "cached", "empty", "answered"})
_CONFIGURATION = frozenset(
    {"no-routes", "configuration", "bad-base-url", "no-base-url", "bad-header", "fim-unknown",
     "model-not-gguf", "provider-kind-unknown", "choice-not-stored", "settings-not-changed",
     "queue-not-stored",
     "no-key", "bad-key", "key-elsewhere", "client-slow", "keys-file", "keychain-missing",
     "keychain-locked", "keychain-slow", "keychain-lost", "keychain-refused", "keychain-failed",
     "keychain-index", "account-locked"}
)  # fmt: skip
_PROVIDER = frozenset(
    {"no-provider", "provider-failed", "provider-unreachable", "provider-busy", "tls-failed",
     "proxy-auth", "proxy-refused", "proxy-unreachable", "proxy-failed",
     "endpoint-missing", "key-refused", "quota-exhausted", "rate-limited", "content-refused",
     "request-refused", "model-missing", "model-not-loaded", "model-server-died",
     "embedded-missing", "pip-missing", "download-failed", "download-altered", "no-insert",
     "prompt-too-long", "bad-answer", "garbage", "cut-short", "stream-cut", "frame-too-long",
     "answer-too-large", "encoded-answer", "redirect-refused", "too-long", "unknown-placeholder",
     "cut-placeholder", "hidden-characters", "device-flow-missing", "sign-in-pending",
     "sign-in-slow-down", "sign-in-denied", "sign-in-expired", "sign-in-ended", "sign-in-refused"}
)  # fmt: skip
