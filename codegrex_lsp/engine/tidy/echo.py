"""Drops what only repeats: the line's own beginning, the lines above, or itself."""

from __future__ import annotations

from typing import Final

from codegrex_lsp.engine.tidy.site import Site

MOST_REPEATS: Final = 3


def drop_prefix_echo(text: str, site: Site) -> str:
    """`text` without a first line that begins by writing the cursor's line once more."""
    before = site.before.strip()
    start = text.lstrip(" \t")
    if len(before) >= 4 and start.startswith(before):
        rest = start[len(before) :]
        return rest.lstrip(" \t") if site.before[-1:].isspace() else rest
    return text


def drop_loop(text: str, site: Site) -> str:
    """`text` without what follows a line that comes three times.

    Nothing is left where it only copies the last line above the cursor.
    """
    lines = text.split("\n")
    above = next((line.strip() for line in reversed(site.above.split("\n")) if line.strip()), "")
    whole = (site.before + lines[0]).strip()
    if len(lines) == 1 and len(whole) > 3 and whole == above:
        return ""
    seen: dict[str, int] = {}
    for line in lines:
        key = line.strip()
        if len(key) < 4:
            continue
        seen[key] = seen.get(key, 0) + 1
        if seen[key] >= MOST_REPEATS:
            first = next(i for i, other in enumerate(lines) if other.strip() == key)
            return "\n".join(lines[: first + 1]).rstrip()
    return text


def drop_blank(text: str, site: Site) -> str:
    """Nothing where the suggestion is only white space; else `text` without a blank end."""
    stripped = text.rstrip()
    if not stripped:
        return ""
    # A suggestion that would only indent a blank line is no help.
    return stripped
