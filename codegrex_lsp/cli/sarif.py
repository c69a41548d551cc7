"""A scan as SARIF 2.1.0, the OASIS standard format for results of static analysis.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. No value is in it: a region says
where, and the message what and how long.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from codegrex_lsp import __version__
from codegrex_lsp.privacy.detect.titles import title

if TYPE_CHECKING:
    from codegrex_lsp.engine.search import Finding
    from codegrex_lsp.engine.tree import Skipped

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
BASE = "SRCROOT"
_LEVELS = {"secret": "error", "pii": "warning"}
_SEVERITY = {"secret": "8.0", "pii": "5.0"}
"""GitHub's `security-severity`, a CVSS-like number: high and medium."""


def log(
    findings: Sequence[Finding], skipped: Sequence[Skipped], folder: Path, *, failed: bool
) -> dict[str, Any]:
    """The whole document.

    Args:
        findings: What was found.
        skipped: What was not looked at.
        folder: The workspace folder; files in it are named relative to it.
        failed: Whether a detector gave up on a file.
    """
    rules = {one.rule: one for one in findings}
    index = {rule: at for at, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "CodeGrex",
                "semanticVersion": __version__,
                "rules": [_rule(one) for one in rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"uri": folder.as_uri().rstrip("/") + "/"}},
        "invocations": [
            {
                "executionSuccessful": not failed,
                "toolExecutionNotifications": [_skip(one, folder) for one in skipped],
            }
        ],
        "results": [_result(one, index[one.rule], folder) for one in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(one: Finding) -> dict[str, Any]:
    return {
        "id": one.rule,
        "shortDescription": {"text": title(one.type)},
        "defaultConfiguration": {"level": _LEVELS[one.kind]},
        "properties": {"tags": ["security", one.kind], "security-severity": _SEVERITY[one.kind]},
    }


def _result(one: Finding, rule: int, folder: Path) -> dict[str, Any]:
    region = {
        "startLine": one.line,
        "startColumn": one.column,
        "endLine": one.end_line,
        "endColumn": one.end_column,
    }
    return {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": _LEVELS[one.kind],
        "message": {"text": f"{title(one.type)} {one.shape}"},
        "locations": [
            {"physicalLocation": {"artifactLocation": _place(one.path, folder), "region": region}}
        ],
        "properties": {"kind": one.kind, "type": one.type, "confidence": one.confidence},
    }


def _skip(one: Skipped, folder: Path) -> dict[str, Any]:
    return {
        "level": "note",
        "message": {"text": f"not looked at: {one.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": _place(one.path, folder)}}],
    }


def _place(shown: str, folder: Path) -> dict[str, str]:
    """Where a file is: below the workspace folder if it is there, else absolute."""
    if shown == "-":
        return {"uri": "stdin"}
    path = Path(os.path.abspath(Path(shown).expanduser()))  # noqa: PTH100
    if not path.is_relative_to(folder):
        return {"uri": path.as_uri()}
    below = path.relative_to(folder).as_posix()
    return {"uri": quote(os.fsencode(below)), "uriBaseId": BASE}
