"""Writes what is made from the tables of settings: pages, the schema, the VS Code manifest.

python -m codegrex_lsp.settings.generate           writes them
python -m codegrex_lsp.settings.generate --check   exits 1 and names those that are stale
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from codegrex_lsp.settings import providers_page
from codegrex_lsp.settings.schema import KEYS, Key, Scope
from codegrex_lsp.settings.shapes import Record
from codegrex_lsp.settings.statements import CLIENT_ONLY

PAGE: Final = Path("docs/settings.md")
SCHEMA: Final = Path("docs/settings.schema.json")
MANIFEST: Final = Path("vscode-client/package.json")

_PROVIDERS: Final = "Providers by id: built-in ones refined, others described."


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a settings file."""
    sections = {
        section: _closed({key.name.partition(".")[2]: _described(key) for key in keys})
        for section, keys in _sections()
        if section != "providers"
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CodeGrex settings",
        **_closed({**sections, "providers": _providers_schema()}),
    }


def manifest_configuration() -> dict[str, Any]:
    """`contributes.configuration` of the VS Code manifest."""
    properties = {
        f"codegrex.{key.name}": {**_described(key, of="markdownDescription"), "scope": key.scope}
        for key in KEYS
        if "<id>" not in key.name
    }
    properties["codegrex.providers"] = {
        **_providers_schema(),
        "default": {},
        "scope": Scope.MACHINE,
    }
    return {"title": "CodeGrex", "properties": properties}


def restricted() -> list[str]:
    """Keys whose workspace value VS Code is to pass over until the workspace is trusted."""
    plain = [f"codegrex.{key.name}" for key in KEYS if "<id>" not in key.name]
    return [*plain, "codegrex.providers"]


def settings_page() -> str:
    """The settings page, in Markdown."""
    tables = "\n".join(f"## {section}\n\n{_table(keys)}" for section, keys in _sections())
    return _INTRODUCTION + "\n" + tables


def _sections() -> Iterator[tuple[str, list[Key]]]:
    for section, keys in groupby(KEYS, lambda key: key.name.partition(".")[0]):
        yield section, list(keys)


def _described(key: Key, of: str = "description") -> dict[str, Any]:
    default = {} if key.default is None else {"default": key.default}
    return {of: key.told, **key.type.schema(), **default}


def _providers_schema() -> dict[str, Any]:
    fields = {key.name.rpartition(".")[2]: _described(key) for key in KEYS if "<id>" in key.name}
    return {"description": _PROVIDERS, "type": "object", "additionalProperties": _closed(fields)}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


_INTRODUCTION: Final = """\
# Settings

<!-- Made from codegrex_lsp/settings/schema.py by `python -m codegrex_lsp.settings.generate`. -->

In an editor a key is written `codegrex.` + its name; in TOML files, the name alone:

```toml
[privacy]
mode = "normal"

[providers.ollama]
model = "qwen2.5-coder:7b-base"
```

Sources, weakest first: defaults, the machine's file (`/etc/codegrex/config.toml` on Linux), your
own file (`config.toml` in the folder that `codegrex-lsp config show` names), the editor,
environment variables, command-line flags. A value that can not be used is left out and named;
everything else is kept.

**Where a direction is stricter**, the order does not count and the strictest value wins. The one
exception is you: among your own file, `codegrex-lsp mode set` and your editor, the most deliberate
word replaces the others, so you can relax what you once tightened. For the mode that order is,
from weak to strong: your file, your choice for the machine, the editor, your choice for the
workspace.

**A repository's own file**, `.codegrex.toml` at the root of a workspace folder, can only tighten.
It may state the keys marked *repository*, never looser than their default; anything else in it is
refused by name. The editor's settings count in the same way in a workspace that is not trusted.

**An organisation's policy** caps all of them, where the machine pins a key for one: see
[policy](policy.md).

A source that is spoiled counts as the defaults where a direction is stricter, until it is mended.

*Machine* keys are yours alone: VS Code does not take them from a workspace.
"""


def _table(keys: Sequence[Key]) -> str:
    lines = ["| key | value | default | what it does | who |", "| --- | --- | --- | --- | --- |"]
    for key in keys:
        cells = (f"`{key.name}`", _value_words(key), _default_words(key), key.told, _who(key))
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _value_words(key: Key) -> str:
    return f"`{key.type.words}`" if isinstance(key.type, Record) else key.type.words


def _default_words(key: Key) -> str:
    if key.default is None:
        return ""
    return f"`{json.dumps(key.default)}`"


def _who(key: Key) -> str:
    notes = ["machine"] if key.scope is Scope.MACHINE else []
    notes += ["repository"] if key.repository else []
    notes += [key.stricter.words] if key.stricter else []
    notes += [f"`{key.environment}`"] if key.environment else []
    return ", ".join(notes)


def _manifest(current: str) -> str:
    """The manifest with our sections replaced and the client's own keys kept."""
    manifest = json.loads(current)
    contributes = manifest.setdefault("contributes", {})
    made = manifest_configuration()
    kept = {
        name: value
        for part in _as_list(contributes.get("configuration", {}))
        for name, value in part.get("properties", {}).items()
        if _of_client(name)
    }
    made["properties"] = {**kept, **made["properties"]}
    contributes["configuration"] = made
    untrusted = manifest.get("capabilities", {}).get("untrustedWorkspaces")
    if isinstance(untrusted, dict):
        named = untrusted.get("restrictedConfigurations", [])
        untrusted["restrictedConfigurations"] = [
            *(name for name in named if _of_client(name)),
            *restricted(),
        ]
    indent = "\t" if "\n\t" in current else 2
    return json.dumps(manifest, indent=indent, ensure_ascii=False) + "\n"


def _of_client(name: str) -> bool:
    return name.removeprefix("codegrex.").partition(".")[0] in CLIENT_ONLY


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def copies(root: Path) -> Mapping[Path, str]:
    """Each generated file below `root` and what it is to hold."""
    made = {
        root / PAGE: settings_page(),
        root / providers_page.PAGE: providers_page.page(),
        root / SCHEMA: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
    }
    manifest = root / MANIFEST
    if manifest.exists():
        made[manifest] = _manifest(manifest.read_text(encoding="utf-8"))
    return made


def stale(root: Path) -> list[str]:
    """Names of generated files that differ from the table."""
    return [
        path.relative_to(root).as_posix()
        for path, text in copies(root).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str], root: Path) -> int:
    """Write or check the copies below `root`; the exit code."""
    old = stale(root)
    if "--check" in arguments:
        for name in old:
            sys.stderr.write(f"{name} is stale: run python -m codegrex_lsp.settings.generate\n")
        return 1 if old else 0
    for path, text in copies(root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.relative_to(root).as_posix() in old:
            path.write_text(text, encoding="utf-8")
            sys.stderr.write(f"wrote {path.relative_to(root).as_posix()}\n")
    return 0


if __name__ == "__main__":
    checkout = Path(__file__).parents[2]
    if not (checkout / "pyproject.toml").exists():
        raise SystemExit("this command writes into a checkout of CodeGrex, and this is none")
    raise SystemExit(main(sys.argv[1:], checkout))
