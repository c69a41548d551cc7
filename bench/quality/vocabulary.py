"""The words of a split. The two splits share none, so that nobody tunes on the words themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """What made-up values and texts are made of."""

    words: tuple[str, ...]
    users: tuple[str, ...]
    password_words: tuple[str, ...]
    keyboard_walks: tuple[str, ...]
    mnemonic_words: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]


def of(table: dict[str, str]) -> Vocabulary:
    """From a table of words separated by blanks; streets and cities by semicolons."""
    return Vocabulary(
        **{
            name: tuple(part.strip() for part in text.split(";"))
            if ";" in text
            else tuple(text.split())
            for name, text in table.items()
        }
    )
