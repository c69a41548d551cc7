"""The checks of `doctor`. Each is a function that gives findings and never raises through."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codegrex_lsp.cli.check import Check
from codegrex_lsp.cli.exits import internal
from codegrex_lsp.errors import CodegrexError

if TYPE_CHECKING:
    from codegrex_lsp.egress.ledger import Ledger
    from codegrex_lsp.engine.house import House, ProviderCheck
    from codegrex_lsp.settings.model import Resolved, Settings

LOW_DISK = 200 * 1000 * 1000
"""Bytes; below, the ledger may soon not be writable."""

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


async def every(house: House, folder: Path, *, offline: bool) -> list[Check]:
    """All checks, in the order in which a person would ask.

    Args:
        house: Built with the mode to check under.
        folder: The workspace.
        offline: Also prove that no public host is configured for use.
    """
    from codegrex_lsp.cli import key_checks

    resolved = house.resolved(folder)
    settings = resolved.settings
    found = [interpreter(), *of_settings(resolved), mode(resolved)]
    asked: list[tuple[str, Awaitable[list[Check]]]] = [
        ("providers", _providers(house, folder, settings)),
        ("keychain", key_checks.keychain(house)),
        ("keys", key_checks.keys(house, settings)),
    ]
    for name, answer in asked:
        try:
            found += await answer
        except Exception as error:
            found.append(_failed(name, error))
    plain: list[tuple[str, Callable[[], list[Check]]]] = [
        ("policy", lambda: policy(house)),
        ("embedded", lambda: embedded(settings)),
        ("ignore", lambda: ignore(house, folder)),
        ("certificates", lambda: certificates(settings)),
        ("proxies", lambda: proxies(os.environ, settings)),
        ("ledger", lambda: ledger(house.ledger)),
        ("folders", folders),
        ("ner", lambda: names(settings)),
    ]
    if offline:
        plain.append(("public-hosts", lambda: public_hosts(settings)))
    for name, check in plain:
        try:
            found += check()
        except Exception as error:
            found.append(_failed(name, error))
    return found


async def _providers(house: House, folder: Path, settings: Settings) -> list[Check]:
    return providers(await house.check_providers(folder), settings.completion.routes)


def _failed(name: str, error: Exception) -> Check:
    if isinstance(error, CodegrexError):
        return Check(name, "fail", error.message, error.fix)
    return Check(name, "fail", internal(error), "Please report this.")


def interpreter() -> Check:
    """Python, as this command runs in it."""
    version = platform.python_version()
    here = f"Python {version} on {platform.system()} {platform.machine()}"
    return Check("interpreter", "ok", here)


def of_settings(resolved: Resolved) -> list[Check]:
    """What was dropped from the settings. A source that can not be read at all is a failure."""
    found = [
        Check(
            f"settings.{problem.key}" if problem.key else "settings",
            "warn" if problem.key else "fail",
            f"{problem.source}: {problem.reason}",
            "The rest is in force; `codegrex-lsp config show` lists it.",
        )
        for problem in resolved.problems
    ]
    return found or [Check("settings", "ok", "every setting was understood")]


def mode(resolved: Resolved) -> Check:
    """The effective mode, and who voted."""
    now = resolved.settings.privacy.mode.value
    votes = ", ".join(f"{vote.source}: {vote.mode.value}" for vote in resolved.votes)
    told = f"{now}, decided by {resolved.mode_source}"
    return Check("mode", "ok", f"{told} ({votes})" if votes else told)


def policy(house: House) -> list[Check]:
    """The organisation's policy, and whether the person it is for could change it."""
    standing = house.policy()
    if not standing.pinned:
        return [Check("policy", "skip", "this machine pins no organisation policy")]
    if standing.code:
        return [Check("policy", "fail", standing.reason, standing.fix)]
    found = [Check("policy", "warn", note) for note in standing.notes]
    administrator = hasattr(os, "geteuid") and os.geteuid() == 0
    writable = [path.name for path in house.policy_files() if os.access(path, os.W_OK)]
    if writable and not administrator:
        told = f"whoever runs this can change {', '.join(writable)} of the machine's folder"
        fix = "Let only administrators write there, or the policy binds nobody."
        found.append(Check("policy", "warn", told, fix))
    assert standing.policy is not None
    told = f"{standing.policy.name} is in force, signed by {standing.policy.signer[:23]}…"
    return [Check("policy", "ok", told), *found]


def providers(answers: Sequence[ProviderCheck], routes: Sequence[str]) -> list[Check]:
    """Each provider that was asked, and whether a suggestion can come from any.

    Args:
        answers: Providers of every route, those for chat included.
        routes: `completion.routes`.
    """
    found = [_provider(answer) for answer in answers]
    ready = {
        answer.id
        for answer in answers
        if answer.task == "completion" and answer.reachable and answer.facts
    }
    usable = [name for name in routes if name in ready]
    if usable:
        found.append(Check("routes", "ok", f"suggestions come from {usable[0]}"))
    else:
        sentence = "no provider of completion.routes can be used, so there are no suggestions"
        fix = "Start Ollama, or run `codegrex-lsp models pull starter`."
        found.append(Check("routes", "fail", sentence, fix))
    return found


def _provider(answer: ProviderCheck) -> Check:
    name = f"provider.{answer.id}" + (".chat" if answer.task == "chat" else "")
    if not answer.asked:
        return Check(name, "skip", answer.message, answer.fix)
    if not answer.reachable or answer.facts is None:
        return Check(name, "warn", answer.message, answer.fix)
    if answer.destination == "local" and not answer.facts.verified:
        told = f"{answer.message}; it did not say that the model runs there"
        return Check(name, "warn", told, answer.fix)
    return Check(name, "ok", answer.message)


def embedded(settings: Settings) -> list[Check]:
    """The built-in model server: its library, and a model for it."""
    from codegrex_lsp import portable
    from codegrex_lsp.egress.starter import starter_path

    if "embedded" not in {*settings.completion.routes, *settings.chat.routes}:
        return [Check("embedded", "skip", "the embedded model is in no route")]
    if importlib.util.find_spec("xllamacpp") is None:
        fix = "Install it with `pipx install 'codegrex-lsp[embedded]'`."
        return [Check("embedded", "warn", "the embedded model server is not installed", fix)]
    provider = settings.providers.get("embedded")
    if provider is not None and provider.model:
        if Path(provider.model).expanduser().is_file():
            return [Check("embedded", "ok", "the model file of providers.embedded.model is there")]
        fix = "Correct the path in providers.embedded.model, or remove it to use the starter."
        return [Check("embedded", "fail", "the model file of the settings is not there", fix)]
    if starter_path(portable.folders()) is None:
        fix = "Run `codegrex-lsp models pull starter`."
        return [Check("embedded", "warn", "the starter model is not here", fix)]
    return [Check("embedded", "ok", "installed, with the starter model")]


def ignore(house: House, folder: Path) -> list[Check]:
    """Rule files in force. One that can not be read hides all it governs."""
    rules = house.ignore_rules(folder)
    found = [
        Check("ignore", "warn", f"{problem.source}: {problem.reason}")
        for problem in rules.problems()
    ]
    files = ", ".join(_short(file, folder) for file in rules.files())
    told = f"in force: {files}" if files else "no ignore file here; the built-in list is in force"
    return found or [Check("ignore", "ok", told)]


def certificates(settings: Settings) -> list[Check]:
    """Whose word counts for https, and whether the file of network.caBundle can be used."""
    from codegrex_lsp.egress import tls

    bundle = settings.network.ca_bundle
    tls.context(bundle)
    beside = ", and those of network.caBundle beside them" if bundle else ""
    return [Check("certificates", "ok", f"{tls.store()}{beside}")]


def proxies(environ: Mapping[str, str], settings: Settings) -> list[Check]:
    """Names of proxy variables, never their values: a proxy's URL may hold a password."""
    seen = [name for name in PROXIES if environ.get(name) or environ.get(name.lower())]
    if not seen:
        return [Check("proxies", "ok", "the environment names no proxy")]
    used = "for cloud providers only" if settings.network.proxy == "env" else "for nothing"
    told = f"{', '.join(seen)} set in the environment, used {used}; local models never use one"
    return [Check("proxies", "ok", told)]


def ledger(book: Ledger) -> list[Check]:
    """Whether the ledger can be written, and whether its chain is whole."""
    problem = book.check()
    verification = book.verify()
    found = [Check("ledger.chain", "ok" if verification.ok else "fail", verification.message)]
    if problem:
        fix = "Nothing goes to the cloud while it can not be written."
        return [Check("ledger", "fail", problem, fix), *found]
    return [Check("ledger", "ok", "it can be written"), *found]


def folders() -> list[Check]:
    """Whether settings, state, cache and models can be written, and how much room there is."""
    from codegrex_lsp import portable

    ours = portable.folders()
    for name in ("config", "state", "cache", "data"):
        place = _existing(getattr(ours, name))
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            told = f"the {name} folder can not be written: {error.strerror}"
            fix = "Free it, or set CODEGREX_HOME to a folder that can be written."
            return [Check("folders", "fail", told, fix)]
    free = shutil.disk_usage(_existing(ours.state)).free
    if free < LOW_DISK:
        return [Check("folders", "warn", f"only {free // 10**6} MB are free", "Free some space.")]
    return [Check("folders", "ok", f"writable, {free // 10**9} GB free")]


def names(settings: Settings) -> list[Check]:
    """Names of people and places need a language model of their own."""
    from codegrex_lsp.engine import names_server

    if not settings.privacy.names:
        return [Check("ner", "skip", "privacy.names is off")]
    if names_server.installed():
        return [Check("ner", "ok", "the model that finds people's names is installed")]
    told = "the model that finds people's names is not installed; names are found by structure only"
    return [Check("ner", "skip", told, "Run: pipx install 'codegrex-lsp[names]'")]


def public_hosts(settings: Settings) -> list[Check]:
    """Fails for every public host that a route or a proxy would use."""
    from codegrex_lsp.egress.address import declared
    from codegrex_lsp.values.mode import Destination

    found = []
    fix = "Remove it from the routes, or give it an address on this machine."
    for name in dict.fromkeys((*settings.completion.routes, *settings.chat.routes)):
        provider = settings.providers.get(name)
        if provider is None:
            continue
        hosts = settings.privacy.private_hosts
        if declared(provider.base_url, provider.kind, hosts) is not Destination.LOCAL:
            told = f"the route {name} leads to a public host or a cloud provider"
            found.append(Check("public-hosts", "fail", told, fix))
    if settings.network.proxy:
        told = "network.proxy is set"
        found.append(Check("public-hosts", "fail", told, "Remove it: offline mode uses none."))
    return found or [Check("public-hosts", "ok", "no route and no proxy names a public host")]


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _short(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
