"""Layers the sources, keeps the valid parts, reports the rest, takes the strictest.

Sources, weakest first: defaults, machine file, user file, the person's choice for the machine,
the editor, the person's choice for the workspace, environment, flags. Where no direction is
stricter, the last source that states a key wins, and a repository file may not state it at all.

Where a direction is stricter (the mode, redaction, history...):

1. The person speaks once. Among user file, choice for the machine, editor and choice for the
   workspace, the last that states the key replaces the others: that is how a person relaxes
   their own earlier choice. A choice for the workspace (`mode set`) stands above the editor's
   setting, because the editor does not tell its workspace settings from its general ones.
2. Machine file, person, environment and flags are wishes; the strictest of them counts. The
   default counts only where nobody wished anything, so it never blocks relaxing.
3. Organisation policy and repository file are limits. They tighten what stands without them,
   the default included, and loosen nothing. Nobody relaxes beyond them.
4. What can not be read counts as the default and may tighten, never replace: a spoiled file
   must not open a door that the same file, whole, would have kept shut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from codegrex_lsp.settings import build, caps, files, statements
from codegrex_lsp.settings.model import Choice, Problem, Resolved, Vote
from codegrex_lsp.settings.pins import NO_POLICY, SOURCE, Standing
from codegrex_lsp.settings.schema import BY_NAME, KEYS, Key, find
from codegrex_lsp.settings.statements import Authority, Statement
from codegrex_lsp.values.mode import Mode

REPOSITORY_FILE: Final = ".codegrex.toml"
MODE: Final = "privacy.mode"
ROUTES: Final = ("completion.routes", "chat.routes")


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that may state a setting, apart from the repository.

    Attributes:
        machine: The administrator's file.
        user: The person's file.
        environ: Environment variables.
        flags: Dotted key → value, from the command line.
        editor: Settings from the editor, nested or dotted; see `overlay` for several answers.
        editor_workspace_trusted: False where the editor says that the workspace is not trusted;
            its settings can then only tighten, as a repository file.
        choice: What the person chose with `mode set` or from the status bar.
        policy: How things stand with the organisation's policy.
    """

    machine: Path
    user: Path
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    flags: Mapping[str, object] = field(default_factory=dict, repr=False)
    editor: Mapping[str, object] = field(default_factory=dict, repr=False)
    editor_workspace_trusted: bool = True
    choice: Choice = field(default_factory=Choice)
    policy: Standing = NO_POLICY


def resolve(sources: Sources, folder: Path | None) -> Resolved:
    """The settings for one workspace folder. Never raises: what is wrong becomes a Problem.

    Args:
        sources: Where to look.
        folder: Root of the workspace folder, whose `.codegrex.toml` counts; or None.
    """
    pins = sources.policy.pins
    problems = caps.told(sources.policy)
    said: dict[str, list[Statement]] = {}
    for statement in _gather(sources, folder, problems):
        said.setdefault(statement.key, []).append(statement)
    values: dict[str, Any] = {key.name: key.default for key in KEYS if "<id>" not in key.name}
    winners: dict[str, str] = {}
    broken = set()
    for name, words in said.items():
        outcome = settle(_row(name), words)
        if outcome.value is None:
            broken.add(name.split(".")[1])
            continue
        values[name] = outcome.value
        if outcome.source:
            winners[name] = outcome.source
    caps.take_liberties(values, winners, pins, problems)
    made = build.settings(values, broken, winners, problems)
    made = caps.narrow(made, _spoken_of(winners, values), pins, problems)
    mode = settle(BY_NAME[MODE], said.get(MODE, []))
    return Resolved(
        settings=made,
        sources=winners,
        votes=mode.votes,
        mode_source=mode.source or "default",
        problems=tuple(problems),
        policy=sources.policy,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one key came to.

    Attributes:
        value: In wire form; None where it is unreadable and nothing may stand for it.
        source: Who decided it; empty where the default stands.
        votes: Every word on the mode, those that were replaced included; empty for other keys.
    """

    value: Any
    source: str
    votes: tuple[Vote, ...] = ()


def settle(key: Key, said: Sequence[Statement]) -> Outcome:
    """The effective value of `key`, by the rules at the top of this file."""
    if key.stricter is None:
        return Outcome(said[-1].value, said[-1].source) if said else Outcome(key.default, "")
    replaced = _replaced([s for s in said if s.authority is Authority.PERSON])
    counted = [s for s in said if s not in replaced]
    wished = any(s.authority is not Authority.LIMIT for s in counted)
    words = [s.value for s in counted] if wished else [key.default, *(s.value for s in counted)]
    value = key.stricter.strictest(words)
    return Outcome(
        value,
        _decided(key, value, counted, wished),
        tuple(Vote(s.source, Mode(s.value), s in counted) for s in said if key.name == MODE),
    )


def _replaced(person: Sequence[Statement]) -> Sequence[Statement]:
    """The person's earlier words: those before the last one that could be read."""
    sound = [number for number, statement in enumerate(person) if statement.sound]
    return person[: sound[-1]] if sound else ()


def _decided(key: Key, value: Any, counted: Sequence[Statement], wished: bool) -> str:
    if not wished and value == key.default:
        return ""
    first = next((s.source for s in counted if s.value == value), "")
    return first or " + ".join(dict.fromkeys(s.source for s in counted))


def _spoken_of(winners: Mapping[str, str], values: Mapping[str, Any]) -> set[str]:
    """Ids of providers that somebody's settings describe or list in routes."""
    described = {name.split(".")[1] for name in winners if name.startswith("providers.")}
    return described.union(*(values[name] for name in ROUTES if name in winners))


def _row(name: str) -> Key:
    key = find(name)
    assert key is not None, "statements are made of known keys only"
    return key


def _gather(sources: Sources, folder: Path | None, problems: list[Problem]) -> list[Statement]:
    """Every source's statements, weakest first; limits come where CONTRACT lists them."""
    person, wish, limit = Authority.PERSON, Authority.WISH, Authority.LIMIT
    choice, trusted = sources.choice, sources.editor_workspace_trusted
    pinned = sources.policy.pins.settings
    said = [Statement(SOURCE, limit, name, value) for name, value in pinned.items()]
    said += _from_file("machine file", wish, sources.machine, problems)
    if folder is not None:
        said += _from_file("repository file", limit, folder / REPOSITORY_FILE, problems)
    said += _from_file("user file", person, sources.user, problems)
    said += _chosen("choice for this machine", person, choice.machine)
    source, authority = ("editor", person) if trusted else ("editor, not trusted", limit)
    said += statements.read(source, authority, sources.editor, problems)
    said += _chosen("choice for this workspace", person, choice.workspace)
    if not choice.sound:
        said.append(Statement("unreadable choices", person, MODE, Mode.SENSITIVE.value, False))
    environment = {
        key.name: sources.environ[key.environment]
        for key in KEYS
        if key.environment and sources.environ.get(key.environment)
    }
    said += statements.read("environment", wish, environment, problems)
    said += statements.read("command line", wish, sources.flags, problems)
    return said


def _chosen(source: str, authority: Authority, mode: Mode | None) -> list[Statement]:
    return [] if mode is None else [Statement(source, authority, MODE, mode.value)]


def _from_file(
    source: str, authority: Authority, path: Path, problems: list[Problem]
) -> list[Statement]:
    try:
        raw = files.read_toml(path)
    except files.Unreadable as trouble:
        problems.append(Problem(source, "", f"{path.name} {trouble}"))
        return statements.unreadable(f"{source}, unreadable", authority)
    return statements.read(source, authority, raw, problems)
