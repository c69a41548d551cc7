"""The chain of filters, in order. The cache comes before them: they may change, it may not."""

from __future__ import annotations

from codegrex_lsp.engine.tidy.echo import drop_blank, drop_loop, drop_prefix_echo
from codegrex_lsp.engine.tidy.ending import trim
from codegrex_lsp.engine.tidy.overlap import drop_overlap
from codegrex_lsp.engine.tidy.site import Site

FILTERS = (drop_prefix_echo, trim, drop_overlap, drop_loop, drop_blank)


def tidy(text: str, site: Site) -> str:
    """What to show of `text`, possibly nothing."""
    for step in FILTERS:
        text = step(text, site)
        if not text:
            return ""
    return text
