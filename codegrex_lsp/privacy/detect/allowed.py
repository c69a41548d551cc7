"""Values that the person marked as not secret (`privacy.allow`), left out of what is found.

The gate, `scan` and the editor's diagnostics all look through an `Allowing`, so that they agree.
Only keyed hashes are kept: they mean nothing without the key, which stays on this machine.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from typing import Protocol

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level


class Scanner(Protocol):
    """What is needed of `detect.engine.Engine` by those who only want to know what it finds."""

    def spans(
        self,
        text: str,
        *,
        level: Level,
        language: str = "",
        path_name: str = "",
        cursor: int | None = None,
        uri: str = "",
    ) -> tuple[Span, ...]:
        """Every sensitive run of a whole document, or DetectorFailed."""
        ...


def keyed_hash(key: bytes, value: str) -> str:
    """What `privacy.allow` holds for a value: HMAC-SHA256 of its UTF-8, in hex.

    Args:
        key: `MachineSecret.derive("allow")`.
        value: A span's whole text.
    """
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class Allowing:
    """A scanner that passes over allowed values.

    Args:
        scanner: Whose spans are looked through.
        key: `MachineSecret.derive("allow")`.
        hashes: `privacy.allow`.
    """

    def __init__(self, scanner: Scanner, key: bytes, hashes: Collection[str]) -> None:
        self._scanner = scanner
        self._key = key
        self._hashes = frozenset(hashes)

    def spans(
        self,
        text: str,
        *,
        level: Level,
        language: str = "",
        path_name: str = "",
        cursor: int | None = None,
        uri: str = "",
    ) -> tuple[Span, ...]:
        """The scanner's spans, less those whose whole text is an allowed value."""
        found = self._scanner.spans(
            text, level=level, language=language, path_name=path_name, cursor=cursor, uri=uri
        )
        if not self._hashes or not found:
            return found
        return tuple(
            span
            for span in found
            if keyed_hash(self._key, text[span.start : span.end]) not in self._hashes
        )
