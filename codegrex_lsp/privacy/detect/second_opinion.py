"""detect-secrets' plugins as a second opinion, called below their engine.

What its engine does and we must not: verify over the network, filter by process-wide settings,
obey `allowlist` comments that were written for somebody else's checker, and report a fragment
(`ghp` of a GitHub token) as the secret. So a plugin's patterns are run here with positions, and
the span is always the whole token. Of its 27 plugins, the keyword and entropy ones are asked only
where the name of a key says that a secret follows; private keys and public addresses are left to
`private_keys` and `personal`, which find the whole value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.assignments import keys_in
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.judge import Key, is_stand_in, judge_key, judge_value
from codegrex_lsp.privacy.detect.words import words

_WORDS: Final = MappingProxyType(
    {
        "ArtifactoryDetector": ("akc", *(f"ap{digit}" for digit in "0123456789abcdef")),
        "AWSKeyDetector": words("a3t abia acca akia asia aws"),
        "AzureStorageKeyDetector": words("accountkey="),
        "BasicAuthDetector": words("://"),
        "CloudantDetector": words("cloudant clou_ clou- cl_ cl- clapi clkey clp cltoken"),
        "GitHubTokenDetector": words("ghp_ gho_ ghu_ ghs_ ghr_"),
        "GitLabTokenDetector": words(
            "glpat gldt glft glsoat glrt gr1348941 glcbt glimt glptt glagent gloas"
        ),
        "IbmCloudIamDetector": words("ibm iam_ iam- iamapi iamkey iamp iamtoken"),
        "IbmCosHmacDetector": words("secret"),
        "JwtTokenDetector": words("eyj"),
        "MailchimpDetector": tuple(f"-us{digit}" for digit in "0123456789"),
        "NpmDetector": words("_authtoken"),
        "OpenAIDetector": words("t3blbkfj"),
        "PypiTokenDetector": words("pypi-age"),
        "SendGridDetector": words("sg."),
        "SlackDetector": words("xox hooks.slack.com"),
        "SoftlayerDetector": words("softlayer sl_ sl- slapi slkey slp sltoken"),
        "SquareOAuthDetector": words("sq0csp"),
        "StripeDetector": words("k_live_"),
    }
)
"""Plugin → keywords, one of which is in every value it can find."""

_SHAPES: Final = MappingProxyType(
    {
        "DiscordBotTokenDetector": re.compile(r"\.[\w\-]{6}\.[\w\-]{27}"),
        "TelegramBotTokenDetector": re.compile(r":[\w\-]{35}"),
        "TwilioKeyDetector": re.compile(r"SK[a-z0-9]{32}"),
    }
)
"""Plugin → what is in every value it can find, for those without a keyword.

Twilio's `AC…` is left out: it names an account and is no secret.
"""

_KEY_WORDS: Final = words("pass secret token key cred auth pwd")
"""Parts of the names of keys for which the keyword and entropy plugins are asked."""

_KEYWORD: Final = re.compile(
    r"pass|pwd|secret|contrase|(?:api|auth|ice|unt|db|base|priv|ate|ent)_?key"
)
"""What is in every name that the keyword plugin knows."""

_LONG_QUOTED: Final = re.compile(r"[\"'][\w+/\\\-=]{20}", re.ASCII)
"""What is in every line with a value for the entropy plugins."""

_SHORT: Final = words("BasicAuthDetector NpmDetector SlackDetector")
"""Plugins whose values may be short. All others need a run of `_RUN` in the line."""

_NEVER_ASKED: Final = frozenset({"PrivateKeyDetector", "IPPublicDetector"})
_RUN: Final = re.compile(r"[\w\-+/]{20}", re.ASCII)
_TOKEN: Final = re.compile(r"[\w\-./+=~]+", re.ASCII)
_TOKEN_CHARACTER: Final = re.compile(r"[\w\-]", re.ASCII)
_QUOTED_NEXT: Final = re.compile(r"[^\"'`]{0,40}[\"'`][^\"'`]{3}")
_QUOTED_LATER: Final = re.compile(rf"[\w.\-]*+{_QUOTED_NEXT.pattern}")
_NAMES_BEFORE: Final = re.compile(r"\s*(?:\w+\s?,\s?){1,8}")
"""Names of a tuple: the first value is not that of the last name."""

_REACH: Final = 256
"""Characters behind a key in which the keyword plugin looks for its value."""

_LONG: Final = 512
"""Characters from which a line is shown without a look at all of it for each word."""

_SEPARATED: Final = re.compile(r"[\s\"'`:=,\[\]]")


class SecondOpinion:
    """The plugins, built once, at the first line that may interest one of them."""

    name = "detect-secrets/1.5"
    level: Level = "secrets"
    keywords = _KEY_WORDS.union(*_WORDS.values())
    triggers = tuple(shape.pattern for shape in _SHAPES.values())

    def __init__(self) -> None:
        self._lock = Lock()
        self._plugins: dict[str, Any] = {}
        self._keyword_patterns: tuple[tuple[re.Pattern[str], int], ...] = ()

    @property
    def checks(self) -> Mapping[str, Check]:
        """Words of keys count before a quoted value, and most others in a long enough run."""
        runs = {word: _in_run for word, names in _BY_WORD.items() if _SHORT.isdisjoint(names)}
        keys = dict.fromkeys(_KEY_WORDS, _before_quotes)
        return {word: (keys | runs)[word] for word in keys.keys() ^ runs.keys()}

    def wants(self, line: Line) -> bool:
        """Whether there may be a long enough value, or a secret-bearing key's quoted one."""
        return (
            any(quote in line.text for quote in "\"'`")
            or "://" in line.lowered
            or "xox" in line.lowered
            or _RUN.search(line.text) is not None
        )

    def warm_up(self) -> None:
        """Import detect-secrets (about 0.2 s) and build its plugins, without its settings."""
        with self._lock:
            if self._plugins:
                return
            from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
            from detect_secrets.plugins.keyword import QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP

            classes: Collection[type[Any]] = get_mapping_from_secret_type_to_class().values()
            self._keyword_patterns = tuple(QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP.items())
            self._plugins = {
                plugin.__name__: plugin()
                for plugin in classes
                if plugin.__name__ not in _NEVER_ASKED
            }

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Whole tokens that a plugin points at, where nothing has been found yet."""
        known = bytearray(len(line.text))
        for span in line.found:
            known[span.start : span.end] = bytes((1,)) * (span.end - span.start)
        spans = list(self._by_format(line, known))
        keyed = _KEYWORD.search(line.lowered) or _LONG_QUOTED.search(line.text)
        if line.kind is FileKind.FORMS or not keyed:
            return spans
        keys = [
            (start, end)
            for start, end in keys_in(line)
            if judge_key(line.text[start:end]) is not Key.NOTHING
        ]
        if keys:
            spans += self._by_keyword(line, keys, known)
            spans += self._by_entropy(line, known)
        return spans

    def _by_format(self, line: Line, known: bytearray) -> Iterator[Span]:
        names = tuple(_plugins_for(line, known))
        long = names and _RUN.search(line.text) is not None
        for name in names:
            if not long and name not in _SHORT:
                continue
            if not self._plugins:
                self.warm_up()
            plugin = self._plugins[name]
            for pattern in plugin.denylist:
                for match in pattern.finditer(line.text):
                    span = _whole(line.text, match, name, plugin.secret_type)
                    if span is not None:
                        yield span

    def _by_keyword(
        self, line: Line, keys: Sequence[tuple[int, int]], known: bytearray
    ) -> Iterator[Span]:
        unknown = []
        for start, end in keys:
            value = _QUOTED_NEXT.match(line.text, end)
            if _NAMES_BEFORE.fullmatch(line.text, 0, start):
                continue
            if value and not known[value.end() - 1] and _KEYWORD.search(line.lowered, start, end):
                unknown.append((start, end))
        for begin, end in _reached(unknown):
            if not self._plugins:
                self.warm_up()
            for pattern, group in self._keyword_patterns:
                for match in pattern.finditer(line.text, begin, end):
                    word = _TOKEN.match(line.text, match.start())
                    key = judge_key(word.group()) if word else Key.NOTHING
                    first, last = match.span(group)
                    if judge_value(line.text[first:last], key, quoted=True):
                        yield Span(first, last, "secret", "password", "detect-secrets/keyword", 0.6)

    def _by_entropy(self, line: Line, known: bytearray) -> Iterator[Span]:
        if not any(quote in line.text for quote in "\"'"):
            return
        if not self._plugins:
            self.warm_up()
        for name in ("Base64HighEntropyString", "HexHighEntropyString"):
            plugin = self._plugins[name]
            for match in plugin.regex.finditer(line.text):
                value = match.group(2)
                if (
                    known[match.start(2)]
                    or len(value) < 20
                    or value.isalpha()
                    or is_stand_in(value)
                ):
                    continue
                if plugin.calculate_shannon_entropy(value) > plugin.entropy_limit:
                    start, end = match.span(2)
                    yield Span(start, end, "secret", "token", "detect-secrets/entropy", 0.5)


_BY_WORD: Final = MappingProxyType(
    {word: [n for n in _WORDS if word in _WORDS[n]] for word in frozenset().union(*_WORDS.values())}
)


def _in_run(text: str, at: int, end: int) -> bool:
    """Whether the line holds a run that is long enough for a value without quotes."""
    start = text.rfind("\n", 0, at) + 1
    return end - start > _LONG or _RUN.search(text, start, end) is not None


def _before_quotes(text: str, at: int, end: int) -> bool:
    """Whether a quoted value may follow a word of a key, or a long one stands in its line."""
    start = text.rfind("\n", 0, at) + 1
    if end - start > _LONG or _QUOTED_LATER.match(text, at, end):
        return True
    return _LONG_QUOTED.search(text, start, end) is not None


def _plugins_for(line: Line, known: bytearray) -> Iterator[str]:
    """Names of the plugins that may find something new."""
    here = _BY_WORD.keys() if line.words is None else _BY_WORD.keys() & line.words
    new = [word for word in here if _is_new(word, line.lowered, known)]
    yield from dict.fromkeys(name for word in new for name in _BY_WORD[word])
    for name, shape in _SHAPES.items():
        if any(not known[match.start()] for match in shape.finditer(line.text)):
            yield name


def _is_new(word: str, lowered: str, known: bytearray) -> bool:
    """Whether it stands somewhere outside of what is known."""
    at = lowered.find(word)
    while at >= 0 and known[at]:
        at = lowered.find(word, at + 1)
    return at >= 0


def _reached(keys: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The runs of text in which the values of these keys stand, none of them twice."""
    begin = end = -1
    for start, after in keys:
        if start > end:
            if end > 0:
                yield begin, end
            begin = start
        end = after + _REACH
    if end > 0:
        yield begin, end


def _whole(text: str, match: re.Match[str], name: str, kind: str) -> Span | None:
    """The token that `match` points at: all of it where it is one word, else its longest group."""
    start, end = match.span()
    if _SEPARATED.search(match.group().strip("\"' =:")) and match.re.groups:
        start, end = max(
            (match.span(group) for group in range(1, match.re.groups + 1)),
            key=lambda span: span[1] - span[0],
        )
    while start < end and text[start] in "\"' =:/\t":
        start += 1
    while end > start and text[end - 1] in "\"' \t":
        end -= 1
    if name != "BasicAuthDetector":
        while start > 0 and _TOKEN_CHARACTER.match(text, start - 1):
            start -= 1
        grown = _TOKEN.match(text, end - 1) if end > start else None
        end = max(end, grown.end()) if grown else end
    value = text[start:end]
    if value.count(".") == 1 and text.endswith("pk.", 0, start):  # Mapbox's public tokens
        return None
    if len(value) < 3 or is_stand_in(value) or not any(c.isdigit() for c in value):
        return None
    rule = f"detect-secrets/{name.removesuffix('Detector').lower()}"
    return Span(start, end, "secret", kind.lower().replace(" ", "-"), rule, 0.9)
