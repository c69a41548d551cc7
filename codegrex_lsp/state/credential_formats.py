"""What credential files look like: their text in, keys and values out. No file is touched here.

Formats after their makers' public pages: dotenv (`KEY=value`), `.netrc` (inetutils), `.npmrc`,
`.pypirc` and `~/.aws/credentials` (INI), Docker's `config.json`, GitHub CLI's `hosts.yml`, Google
Cloud's JSON credentials.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any, Final

Pair = tuple[str, str]
"""A key and its value, without quotes."""

_PAIR: Final = re.compile(
    r"""^[ \t]*(?:export[ \t]+|-[ \t]+)?(?:[^\s=#"']*[:/])?(?P<key>[A-Za-z_][\w.\-]{0,127})
        [ \t]*[=:][ \t]*
        (?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|(?P<bare>[^\r\n]*))""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_COMMENT: Final = re.compile(r"\s+#.*$")
_NETRC: Final = re.compile(r"(?:^|\s)(?:password|account)\s+(?P<value>\"[^\"]*\"|\S+)")
_USERINFO: Final = re.compile(r"^[a-z][a-z0-9+.\-]*://[^/\s:@]*:(?P<password>.+)@[^@]*$", re.I)


def lines(text: str) -> Iterator[Pair]:
    """`KEY=value` and `key: value` lines: dotenv, INI, npmrc, simple YAML."""
    for match in _PAIR.finditer(text):
        if match["double"] is not None:
            yield match["key"], match["double"]
            yield match["key"], _unescaped(match["double"])
        elif match["single"] is not None:
            yield match["key"], match["single"]
        else:
            yield match["key"], _COMMENT.sub("", match["bare"]).strip().strip("\"'")


def netrc(text: str) -> Iterator[Pair]:
    """Passwords of `.netrc`, whose words may stand on any line."""
    for match in _NETRC.finditer(text):
        yield "password", match["value"].strip('"')


def tree(text: str) -> Iterator[Pair]:
    """Strings of a JSON document with their keys; nothing where it is none."""
    try:
        yield from _leaves("", json.loads(text))
    except (ValueError, RecursionError):
        return


def values(key: str, value: str) -> Iterator[Pair]:
    """What of a value is the secret.

    Of a URL its password; of a private key each line; of Docker's `auth` the whole and the
    password in it; else all of it.
    """
    if match := _USERINFO.match(value):
        yield "password", match["password"]
    elif "\n" in value:
        yield from (("private_key", line.strip()) for line in value.split("\n") if _is_body(line))
    else:
        yield key, value
        if key in ("auth", "_auth", "_password") and (decoded := _decoded(value)):
            yield "password", decoded.partition(":")[2] or decoded


def _leaves(key: str, node: Any) -> Iterator[Pair]:
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _leaves(str(name), child)
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(key, child)
    elif isinstance(node, str):
        yield key, node


def _is_body(line: str) -> bool:
    return len(line.strip()) >= 24 and not line.lstrip().startswith("-----")


def _unescaped(value: str) -> str:
    return value.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def _decoded(value: str) -> str:
    try:
        return b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
