"""Cuts what the suggestion repeats of the text that already stands right of the cursor."""

from __future__ import annotations

from codegrex_lsp.engine.tidy.site import Site


def drop_overlap(text: str, site: Site) -> str:
    """`text` without an end that is the beginning of what follows the cursor.

    `foo(a|)` with the suggestion `, b)` becomes `, b`; a suggestion that begins to write the
    next line of the document once more ends before it.
    """
    after = site.after.rstrip()
    if after:
        for size in range(min(len(after), len(text)), 0, -1):
            if text.endswith(after[:size]) and (size == len(after) or size > 2):
                return text[:-size]
    return _without_next_line(text, site)


def _without_next_line(text: str, site: Site) -> str:
    following = next((line.strip() for line in site.below.split("\n") if line.strip()), "")
    if len(following) < 3:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and line.strip() == following:
            return "\n".join(lines[:number]).rstrip()
    return text
