"""Detection beside detect-secrets and Presidio: warm, cold, long lines, bulk and dense text.

The peers get the same texts in the same run, without a network: detect-secrets with its default
plugins through its own API, Presidio with its English pattern recognisers, one by one.
"""

from __future__ import annotations

import random
import statistics
import string
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.house import source
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.privacy.detect.engine import Engine

Row = tuple[str, str, str]
CHANCE = random.Random(11)
LEVELS: tuple[Level, ...] = ("secrets", "all")
HOSTILE = {
    "50 KB of one character or pair": [c * (50_000 // len(c)) for c in ("a", "a.", "=", "'", "/")],
    "40 KB of digits": ["1.1.1." * 7_000, "1234567 " * 5_000, "1" * 40_000],
    "60 KB of keys without end": ["token=" * 10_000, "key='abc1234567890' " * 3_000],
}


def ms(function: Callable[[], object], runs: int = 5) -> float:
    """The median of some runs, in ms."""
    times = []
    for _ in range(runs):
        begun = time.process_time()
        function()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times)


def standard_library(characters: int) -> str:
    """Code that many people wrote: the first so many characters of the standard library."""
    text = ""
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        text += file.read_text(encoding="utf-8", errors="replace")
        if len(text) >= characters:
            break
    return text[:characters]


def minified(characters: int) -> str:
    """One line as a bundler writes it, with a key or token here and there as bundles have them."""
    parts = [
        "var ",
        "function(",
        "return ",
        "){",
        "};",
        "e.exports=",
        "t.",
        "n(",
        ")",
        ",",
        "===",
        "!0",
    ]
    parts += [
        "this.",
        "null",
        "?",
        ":",
        "&&",
        "[",
        "]",
        '"click"',
        '"div"',
        ".key",
        ".token",
        "1e3",
    ]
    weights = [10] * (len(parts) - 4) + [2, 1, 1, 3]
    names = [
        "".join(CHANCE.choices(string.ascii_letters, k=CHANCE.randint(1, 8))) for _ in range(300)
    ]
    text: list[str] = []
    size = 0
    while size < characters:
        text += [CHANCE.choices(parts, weights)[0], CHANCE.choice(names)]
        size += len(text[-1]) + len(text[-2])
    return "".join(text)[:characters]


def dense(characters: int) -> str:
    """Nothing but assignments of tokens and passwords."""
    lines = []
    while sum(map(len, lines)) < characters:
        token = "".join(CHANCE.choices(string.ascii_letters + string.digits, k=36))
        lines.append(f'github_token = "gh{"p_"}{token}"\npassword = "{token[:14]}"\n')
    return "".join(lines)[:characters]


def cold(engine: Engine, text: str, level: Level, runs: int = 5) -> float:
    def once() -> None:
        engine.forget()
        engine.spans(text, level=level, language="python", path_name="main.py")

    return ms(once, runs)


def warm(engine: Engine, text: str) -> tuple[float, float]:
    """Median and 99th percentile, in ms, of scans after one line has changed."""
    lines = text.split("\n")
    times = []
    for run in range(300):
        at = 200 + 5 * run
        lines[at] = f"    limit_{run} = {run} * total"
        edited = "\n".join(lines)
        cursor = edited.index(lines[at]) + len(lines[at])
        begun = time.process_time()
        engine.spans(edited, level="all", language="python", path_name="main.py", cursor=cursor)
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


class DetectSecrets:
    """Its default plugins and filters, through its own API."""

    def __call__(self, text: str) -> None:
        from detect_secrets import SecretsCollection
        from detect_secrets.settings import default_settings

        with tempfile.TemporaryDirectory() as folder, default_settings():
            file = Path(folder) / "main.py"
            file.write_text(text, encoding="utf-8")
            SecretsCollection().scan_file(str(file))


class Presidio:
    """Its English pattern recognisers, over the whole text."""

    def __init__(self) -> None:
        import tldextract.tldextract as suffixes

        # Without this its e-mail recogniser would fetch a list from two hosts.
        suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=(), cache_dir=None)
        from presidio_analyzer import PatternRecognizer, RecognizerRegistry

        registry = RecognizerRegistry()
        registry.load_predefined_recognizers(languages=["en"])
        self._recognisers: list[Any] = [
            one for one in registry.recognizers if isinstance(one, PatternRecognizer)
        ]

    def __call__(self, text: str) -> None:
        for one in self._recognisers:
            one.analyze(text, one.supported_entities, None)


def bulk(text: str, level: Level) -> float:
    """MB a second where each text is looked at once, as `scan` does."""
    engine = Engine(cache_lines=0, budget_ms=120_000)
    engine.warm_up(level)
    return len(text) / 1_000 / cold(engine, text, level, 5)


def measure() -> list[Row]:
    engine = Engine(budget_ms=120_000)
    engine.warm_up("all")
    secrets, presidio = DetectSecrets(), Presidio()
    file, small = source(2_000), source(2_000)[:8_000]
    library, line, thick = standard_library(1_000_000), minified(100_000), dense(8_000)
    engine.spans(library, level="all", path_name="main.py")  # every pattern is compiled now

    def beside(text: str) -> str:
        ours = "{:.1f} / {:.1f} ms".format(*(cold(engine, text, level) for level in LEVELS))
        return f"{ours} secrets / all ({peers(text)})"

    def peers(text: str) -> str:
        times = [ms(lambda peer=peer: peer(text), 2) for peer in (secrets, presidio)]
        return "detect-secrets {:.0f}, Presidio {:.0f} ms".format(*times)

    engine.spans(file, level="all", language="python", path_name="main.py")
    median, late = warm(engine, file)
    part = library[:100_000]
    slow = [100 / ms(lambda peer=peer: peer(part), 1) for peer in (secrets, presidio)]
    speed = "{:.1f} / {:.1f} MB/s secrets / all".format(*(bulk(library, level) for level in LEVELS))
    theirs = "detect-secrets {:.2f}, Presidio {:.2f} MB/s".format(*slow)
    changed = f"{median:.2f} ms, p99 {late:.2f} (whole file: {peers(file)})"
    rows = [
        ("one changed line of 2,000, all", changed, "≤ 0.4 ms, p99 ≤ 1 ms"),
        ("8 KB never seen before", beside(small), ""),
        ("2,000 lines never seen before", beside(file), "≤ 25 ms"),
        ("one line of 100 KB", beside(line), "≤ 20 ms"),
        ("8 KB of nothing but secrets", beside(thick), ""),
        ("1 MB of the standard library", f"{speed} ({theirs})", "≥ 15 MB/s for secrets"),
    ]
    for name, texts in HOSTILE.items():
        worst = max(cold(engine, text, "all", 3) for text in texts)
        rows.append((f"worst of {name}", f"{worst:.0f} ms", "≤ 50 ms"))
    return [(f"redaction: {what}", measured, target) for what, measured, target in rows]


if __name__ == "__main__":
    for what, measured, target in measure():
        print(f"{what:70} {measured:80} {target}")
