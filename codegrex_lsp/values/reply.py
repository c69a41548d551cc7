"""What comes back: suggestions, and decisions that say why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from codegrex_lsp.values.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a request ended as it did. Status bar, doctor, ledger and JSON read this one object.

    Attributes:
        code: Stable kebab-case reason, e.g. `shown`, `cached`, `superseded`, `ignored`.
        message: One calm sentence without user text.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the provider states them; 0 where it does not.

    Attributes:
        prompt_tokens: The whole prompt, cached or not.
        completion_tokens: The answer, thoughts that are not shown included.
        cached_tokens: How many of the prompt's came from the provider's prompt cache.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text to put in place of a range of the home document.

    Attributes:
        text: What to insert.
        start: First replaced character of the document, 0-based.
        end: One past the last replaced character.
    """

    text: Sealed
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """One kind of masked value in one origin, without the value.

    Attributes:
        origin: `Origin.label` of the text it stood in.
        kind: `secret` or `pii`.
        type: For people and the ledger, e.g. `aws-access-key`, `email`.
        placeholder: What stands in for it.
        count: Occurrences in what would be sent.
    """

    origin: str
    kind: str
    type: str
    placeholder: str
    count: int


@dataclass(frozen=True, slots=True)
class WithheldPiece:
    """A piece that was not sent.

    Attributes:
        origin: `Origin.label`.
        code: Stable reason code.
        rule: Which rule decided, as `file:line: pattern`, a rule's name, or empty.
    """

    origin: str
    code: str
    rule: str = ""
