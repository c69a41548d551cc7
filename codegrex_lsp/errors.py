"""The whole error family. Messages are for people and never carry user text.

    CodegrexError
    ├── ConfigurationError          settings, ignore files, policy: exit code 3
    ├── RefusedError                mode or policy says no: exit code 4
    │   ├── AddressRefused          the name led somewhere it may not
    │   └── ServedElsewhere         an answer came from a machine that it may not come from
    ├── DetectorFailed              detection raised or outlived its budget; nothing was sent
    ├── LedgerError                 the ledger can not be written or does not verify
    └── ProviderError               the other side failed: exit code 5
        ├── Unreachable             refused, no route, TLS failure, name not found
        ├── TimedOut                one of connect, first-token, idle, total
        ├── BadAnswer               status, redirect, garbage, or a stream cut short
        └── ModelMissing            the server is there, the model is not

Every error has a stable `code` (kebab-case), which status, doctor, ledger and JSON share, and a
`fix`: what the person can do about it, or an empty string.
"""

from __future__ import annotations


class CodegrexError(Exception):
    """Base of the family.

    Args:
        message: One calm sentence naming what is wrong. No user text, no key, no path below home.
        code: Stable reason code; the class default where None.
        fix: One sentence saying what to do, or empty.
    """

    default_code = "internal"
    exit_code = 70

    def __init__(self, message: str, *, code: str | None = None, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fix = fix


class ConfigurationError(CodegrexError):
    """Something the person wrote can not be used as it is."""

    default_code = "configuration"
    exit_code = 3


class RefusedError(CodegrexError):
    """Mode, policy or address said no; nothing was sent."""

    default_code = "refused"
    exit_code = 4


class AddressRefused(RefusedError):
    """The address actually used is not of the destination that was cleared."""

    default_code = "address-refused"


class ServedElsewhere(RefusedError):
    """A server named another machine in its answer; the answer was dropped.

    Args:
        host: Who really serves the model.
    """

    default_code = "served-remotely"

    def __init__(self, host: str) -> None:
        super().__init__(
            "the server passed this model on to another machine; the answer was dropped"
        )
        self.host = host


class DetectorFailed(CodegrexError):
    """Detection did not finish: code is `detector-failed` or `detector-too-slow`."""

    default_code = "detector-failed"
    exit_code = 4


class LedgerError(CodegrexError):
    """The ledger can not be written, so nothing may go to the cloud; or its chain is broken."""

    default_code = "ledger-unwritable"
    exit_code = 4


class ProviderError(CodegrexError):
    """The model's side failed. Nothing here is the person's fault or text.

    Attributes:
        retry_after: Seconds that the provider asks us to wait (429 and 503), or 0.
    """

    default_code = "provider-failed"
    exit_code = 5
    retry_after: float = 0.0


class Unreachable(ProviderError):
    """No connection could be made."""

    default_code = "provider-unreachable"


class TimedOut(ProviderError):
    """A limit passed: code is `timeout-connect`, `-first-token`, `-idle` or `-total`."""

    default_code = "timeout-total"


class BadAnswer(ProviderError):
    """An answer that can not be used.

    Args:
        status: HTTP status, or 0 where the failure is in the body.

    Attributes:
        unanswered: Whether a connection kept from an earlier request ended before the head of
            the answer was whole: the server had closed it, and a fresh one may do well.
    """

    default_code = "bad-answer"
    unanswered: bool = False

    def __init__(
        self, message: str, *, code: str | None = None, fix: str = "", status: int = 0
    ) -> None:
        super().__init__(message, code=code, fix=fix)
        self.status = status


class ModelMissing(ProviderError):
    """The server answers but does not have the model."""

    default_code = "model-missing"
