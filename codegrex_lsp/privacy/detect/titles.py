"""What a find is called for people, and how its value may be hinted at without being shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from codegrex_lsp.privacy.detect import Span, rulebook


def title(type_: str) -> str:
    """A type's name for people.

    Args:
        type_: `Span.type`, e.g. `aws-access-key`.
    """
    rule = _rules().get(type_)
    return rule.name if rule else type_.replace("-", " ").replace("_", " ")


def shape(value: str, span: Span) -> str:
    """A value's length, after the beginning that every value of its form has: `ghp_…(40)`.

    The beginning is a keyword of the rule whose whole match is the value; of any other value,
    which a person may have chosen, nothing is shown.

    Args:
        value: The span's text.
        span: What was found.
    """
    rule = _rules().get(span.type) if span.rule == f"rules/{span.type}" else None
    keywords = rule.keywords if rule and "(?P<value>" not in rule.pattern else ()
    lowered = value.lower()
    known = max((len(word) for word in keywords if lowered.startswith(word)), default=0)
    return f"{value[:known]}…({len(value)})"


@cache
def _rules() -> Mapping[str, rulebook.Rule]:
    return {rule.id: rule for rule in rulebook.load()}
