"""Sealed: a person's text that does not print, pickle, copy into JSON or land in a log.

All user text inside the process travels in this type. `reveal()` is the only way to the
characters; a test lists the modules that may call it.
"""

from __future__ import annotations

from typing import NoReturn


class Sealed:
    """An immutable run of user text whose `repr`, `str` and `format` show only its length."""

    __slots__ = ("_sealed_text",)

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_sealed_text", text)

    def reveal(self) -> str:
        """The text itself. Callers are listed in tests/invariants."""
        text: str = object.__getattribute__(self, "_sealed_text")
        return text

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("Sealed text does not change")

    def __len__(self) -> int:
        return len(self.reveal())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} characters>"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __copy__(self) -> Sealed:
        return self

    def __deepcopy__(self, memo: object) -> Sealed:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("Sealed text is not serialised")


EMPTY = Sealed("")
