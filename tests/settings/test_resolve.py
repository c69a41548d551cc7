"""Layering: which source wins, what a repository may state, what happens to nonsense."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.settings import Choice, Resolved, Sources, overlay, resolve
from codegrex_lsp.settings.pins import Pins, Standing
from codegrex_lsp.settings.statements import MOST_PROBLEMS
from codegrex_lsp.values.mode import Mode


class House:
    """A machine, a person and a repository whose files a test writes."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "workspace"
        self.folder.mkdir()
        self.sources = Sources(root / "machine.toml", root / "user.toml")

    def machine(self, text: str) -> House:
        self.sources.machine.write_text(text, encoding="utf-8")
        return self

    def user(self, text: str) -> House:
        self.sources.user.write_text(text, encoding="utf-8")
        return self

    def repository(self, text: str) -> House:
        (self.folder / ".codegrex.toml").write_text(text, encoding="utf-8")
        return self

    def with_(self, **changes: Any) -> House:
        self.sources = replace(self.sources, **changes)
        return self

    def resolved(self) -> Resolved:
        return resolve(self.sources, self.folder)

    @property
    def mode(self) -> str:
        return self.resolved().settings.privacy.mode.value


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def policy(settings: dict[str, Any]) -> Standing:
    return Standing(pinned=True, pins=Pins(settings=settings))


def keys_of(resolved: Resolved) -> list[str]:
    return [problem.key for problem in resolved.problems]


def test_nothing_said_means_the_defaults_without_a_problem(house: House) -> None:
    resolved = house.resolved()
    assert resolved.settings.privacy.mode is Mode.SENSITIVE
    assert (resolved.problems, resolved.votes, resolved.mode_source) == ((), (), "default")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"user": "normal"}, "normal", id="the person may relax the default"),
        pytest.param({"machine": "normal"}, "normal", id="the administrator may relax it too"),
        pytest.param({"flag": "normal"}, "normal", id="and so may a flag"),
        pytest.param({"environ": "offline"}, "offline", id="the environment can tighten"),
        pytest.param(
            {"user": "sensitive", "environ": "normal"}, "sensitive", id="it can not loosen"
        ),
        pytest.param({"user": "sensitive", "flag": "normal"}, "sensitive", id="a flag can not"),
        pytest.param({"user": "normal", "flag": "offline"}, "offline", id="a flag tightens"),
        pytest.param({"machine": "offline", "user": "normal"}, "offline", id="machine beats user"),
        pytest.param({"machine": "normal", "user": "offline"}, "offline", id="user beats machine"),
        pytest.param({"user": "offline", "editor": "normal"}, "normal", id="editor relaxes user"),
        pytest.param(
            {"user": "offline", "chosen": "normal"}, "normal", id="mode set relaxes the user file"
        ),
        pytest.param(
            {"chosen": "offline", "editor": "normal"}, "normal", id="editor is for a workspace"
        ),
        pytest.param(
            {"editor": "offline", "here": "normal"}, "normal", id="the workspace choice is last"
        ),
        pytest.param({"chosen": "normal", "here": "offline"}, "offline", id="and may tighten"),
        pytest.param({"repository": "offline"}, "offline", id="a repository tightens the default"),
        pytest.param(
            {"repository": "sensitive", "here": "normal"}, "sensitive", id="and the person's choice"
        ),
        pytest.param({"repository": "normal"}, "sensitive", id="a repository loosens nothing"),
        pytest.param({"cap": "normal"}, "sensitive", id="a cap is a limit and not a wish"),
        pytest.param({"cap": "sensitive", "here": "normal"}, "sensitive", id="a cap holds"),
        pytest.param({"cap": "offline", "flag": "normal"}, "offline", id="against flags as well"),
    ],
)
def test_the_mode_is(house: House, said: dict[str, str], expected: str) -> None:
    for name in ("machine", "user", "repository"):
        if name in said:
            getattr(house, name)(f'privacy.mode = "{said[name]}"')

    def mode(name: str) -> Mode | None:
        return Mode(said[name]) if name in said else None

    house.with_(
        editor={"privacy": {"mode": said.get("editor")}},
        environ={"CODEGREX_MODE": said.get("environ", "")},
        flags={"privacy.mode": said.get("flag")},
        choice=Choice(mode("chosen"), mode("here")),
        policy=policy({"privacy.mode": said["cap"]} if "cap" in said else {}),
    )
    assert house.mode == expected


def test_every_vote_is_listed_and_the_replaced_ones_are_marked(house: House) -> None:
    house.machine('privacy.mode = "normal"').user('privacy.mode = "offline"')
    resolved = house.with_(choice=Choice(workspace=Mode.SENSITIVE)).resolved()
    assert [(vote.source, vote.mode.value, vote.counted) for vote in resolved.votes] == [
        ("machine file", "normal", True),
        ("user file", "offline", False),
        ("choice for this workspace", "sensitive", True),
    ]
    assert resolved.mode_source == "choice for this workspace"


def test_where_no_direction_is_stricter_the_last_source_wins(house: House) -> None:
    house.machine("completion.maxTokens = 1").user("completion.maxTokens = 2")
    assert house.resolved().settings.completion.max_tokens == 2
    resolved = house.with_(editor={"completion.maxTokens": 3}).resolved()
    assert resolved.settings.completion.max_tokens == 3
    assert resolved.sources["completion.maxTokens"] == "editor"
    house.with_(flags={"completion.maxTokens": 4})
    assert house.resolved().settings.completion.max_tokens == 4


def test_a_person_relaxes_their_own_redaction_but_not_the_administrators(house: House) -> None:
    house.user('privacy.redactLocal = "all"').with_(editor={"privacy.redactLocal": "off"})
    assert house.resolved().settings.privacy.redact_local == "off"
    house.machine('privacy.redactLocal = "secrets"')
    assert house.resolved().settings.privacy.redact_local == "secrets"


def test_lists_that_tighten_add_up_over_the_sources(house: House) -> None:
    house.machine('privacy.pathPolicies = [{glob = "a", level = "never"}]')
    house.repository('privacy.pathPolicies = [{glob = "b", level = "local"}]')
    house.user('privacy.pathPolicies = [{glob = "c", level = "redact"}]')
    resolved = house.resolved()
    assert [p.glob for p in resolved.settings.privacy.path_policies] == ["a", "b", "c"]
    named = "machine file + repository file + user file"
    assert resolved.sources["privacy.pathPolicies"] == named


def test_a_language_that_one_source_switches_off_is_off(house: House) -> None:
    house.repository("[completion.languages]\nmarkdown = false\npython = true")
    house.user("[completion.languages]\nmarkdown = true\npython = false")
    languages = house.resolved().settings.completion.languages
    assert dict(languages) == {"markdown": False, "python": False}


@pytest.mark.parametrize(
    "line",
    [
        'privacy.mode = "normal"',
        'privacy.redactLocal = "off"',
        "privacy.names = false",
        "privacy.useGitignore = false",
        "privacy.knownSecrets = false",
        'privacy.allow = ["0123456789abcdef"]',
        'privacy.privateHosts = ["evil.example"]',
        'privacy.readAnyway = [".env"]',
        'completion.routes = ["openai"]',
        'chat.routes = ["openai"]',
        "chat.historyDays = 365",
        "terminal.capture = true",
        "terminal.maxLines = 9000",
        "telemetry.enabled = true",
        "telemetry.sampleRate = 1.0",
        'network.proxy = "http://evil.example:1"',
        'network.caBundle = "evil.pem"',
        'providers.ollama.baseUrl = "https://evil.example"',
        'providers.evil.kind = "openai-compatible"',
        'providers.embedded.model = "evil.gguf"',
        'providers.openai.headers = {X-Evil = "1"}',
    ],
)
def test_a_repository_is_refused_by_name(house: House, line: str) -> None:
    before = house.resolved().settings
    resolved = house.repository(line).resolved()
    assert resolved.settings == before
    (problem,) = resolved.problems
    assert problem.source == "repository file"
    assert problem.key == line.split(" = ")[0]
    assert "is refused" in problem.reason
    assert "evil" not in problem.reason


@pytest.mark.parametrize("key", ["server.path", "executable", "apiKey", "providers.x.apiKey"])
def test_there_is_no_key_for_an_executable_or_a_secret(house: House, key: str) -> None:
    resolved = house.repository(f'{key} = "evil"').resolved()
    (problem,) = resolved.problems
    assert key.startswith(problem.key) and "is not a setting" in problem.reason
    assert "evil" not in str(resolved.problems)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('privacy.mode = "offline"', lambda s: s.privacy.mode is Mode.OFFLINE),
        ('privacy.redactLocal = "all"', lambda s: s.privacy.redact_local == "all"),
        ("completion.enabled = false", lambda s: not s.completion.enabled),
        ("completion.neighbours = false", lambda s: not s.completion.neighbours),
        ('chat.history = "session"', lambda s: s.chat.history == "session"),
        ("chat.historyDays = 7", lambda s: s.chat.history_days == 7),
        (
            'privacy.customPatterns = [{name = "ticket", pattern = "TICKET-[0-9]{6}"}]',
            lambda s: s.privacy.custom_patterns[0].name == "ticket",
        ),
    ],
)
def test_a_repository_can_tighten(house: House, line: str, read: Any) -> None:
    resolved = house.repository(line).resolved()
    assert read(resolved.settings)
    assert resolved.problems == ()


def test_an_editor_in_an_untrusted_workspace_counts_as_a_repository(house: House) -> None:
    house.user('privacy.mode = "sensitive"')
    house.with_(
        editor={
            "privacy": {"mode": "normal", "redactLocal": "all"},
            "providers": {"ollama": {"baseUrl": "https://evil.example"}},
        },
        editor_workspace_trusted=False,
    )
    resolved = house.resolved()
    assert resolved.settings.privacy.mode is Mode.SENSITIVE
    assert resolved.settings.privacy.redact_local == "all"
    assert keys_of(resolved) == ["privacy.mode", "providers.ollama.baseUrl"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"privacy = [", "not TOML"),
        (b"[privacy]\nmode == 3\n", "line 2"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a = " + b"[" * 50_000, "nesting"),
        (b"a = 1" + b"0" * 5000, "number"),
        (b"# " + b"x" * 10_000_000, "larger than"),
    ],
)
def test_a_spoiled_file_is_a_problem_and_opens_no_door(
    house: House, content: bytes, reason: str
) -> None:
    (house.folder / ".codegrex.toml").write_bytes(content)
    resolved = house.user('privacy.mode = "normal"\ncompletion.maxTokens = 7').resolved()
    (problem,) = resolved.problems
    assert (problem.source, problem.key) == ("repository file", "")
    assert reason in problem.reason
    assert resolved.settings.completion.max_tokens == 7
    assert resolved.settings.privacy.mode is Mode.SENSITIVE
    assert resolved.mode_source == "repository file, unreadable"


def test_a_folder_in_the_files_place_is_a_problem(house: House) -> None:
    (house.folder / ".codegrex.toml").mkdir()
    assert "is a folder" in house.resolved().problems[0].reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="other platform: no named pipes")
def test_a_pipe_in_the_files_place_does_not_hang(house: House) -> None:
    os.mkfifo(house.folder / ".codegrex.toml")
    assert "regular file" in house.resolved().problems[0].reason


def test_a_file_that_may_not_be_read_is_a_problem(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.user("completion.maxTokens = 7")

    def refuse(*args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    resolved = house.resolved()
    assert resolved.problems[-1].reason == "user.toml can not be opened: permission denied"
    assert resolved.settings.completion.max_tokens == 128


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ('privacy.mode = "ofline"', "privacy.mode", "did you mean `offline`?"),
        ("privacy.mode = 3", "privacy.mode", "expects one of normal, sensitive, offline"),
        ('privacy.names = "yes"', "privacy.names", "expects true or false, not text"),
        ("privacy.nmes = true", "privacy.nmes", "did you mean `privacy.names`?"),
        ("privacy = 3", "privacy", "expects a table"),
        ("wholly = 3", "wholly", "is not a setting"),
        ("completion.maxTokens = true", "completion.maxTokens", "not true or false"),
        ("completion.maxTokens = 0", "completion.maxTokens", "1 to 4,096 tokens"),
        ("completion.maxTokens = 1.5", "completion.maxTokens", "whole number"),
        ("telemetry.sampleRate = nan", "telemetry.sampleRate", "0 to 1"),
        ('completion.debounceMs = "fast"', "completion.debounceMs", "auto"),
        ('completion.routes = "ollama"', "completion.routes", "a list, not text"),
        ('completion.routes = ["A B"]', "completion.routes[1]", "provider id"),
        ("network.timeouts = {conect = 3}", "network.timeouts", "did you mean `connect`?"),
        ("network.timeouts = {idle = -1}", "network.timeouts.idle", "0.1 to 600"),
        ('privacy.pathPolicies = [{glob = "x"}]', "privacy.pathPolicies[1]", "`level`"),
        ('privacy.allow = ["x"]', "privacy.allow[1]", "keyed hash"),
        ('privacy.privateHosts = ["http://x"]', "privacy.privateHosts[1]", "host name"),
        ('privacy.privateHosts = ["8.0.0.0/8"]', "privacy.privateHosts[1]", "not private"),
        ("completion.maxTokens = 2020-01-01", "completion.maxTokens", "something else"),
    ],
)
def test_a_bad_value_is_named_and_the_rest_is_kept(
    house: House, line: str, key: str, words: str
) -> None:
    resolved = house.user(f"{line}\ncompletion.contextTokens = 777").resolved()
    (problem,) = resolved.problems
    assert (problem.source, problem.key) == ("user file", key)
    assert words in problem.reason
    assert resolved.settings.completion.context_tokens == 777


def test_a_misspelt_mode_never_lets_more_out_than_the_default(house: House) -> None:
    house.machine('privacy.mode = "ofline"').user('privacy.mode = "normal"')
    assert house.mode == "sensitive"


def test_a_misspelt_mode_does_not_replace_a_stricter_word_of_the_same_person(
    house: House,
) -> None:
    house.user('privacy.mode = "offline"').with_(editor={"privacy.mode": "nrmal"})
    assert house.mode == "offline"


def test_a_later_word_of_the_person_does_replace_a_misspelt_one(house: House) -> None:
    house.user('privacy.mode = "ofline"').with_(editor={"privacy.mode": "normal"})
    assert house.mode == "normal"


def test_choices_that_can_not_be_read_let_nothing_more_out(house: House) -> None:
    house.user('privacy.mode = "normal"').with_(choice=Choice(sound=False))
    assert house.mode == "sensitive"


def test_a_path_policy_with_an_unreadable_level_means_never(house: House) -> None:
    resolved = house.user('privacy.pathPolicies = [{glob = "x", level = "nevr"}]').resolved()
    assert resolved.settings.privacy.path_policies[0].level == "never"
    assert keys_of(resolved) == ["privacy.pathPolicies[1].level"]


def test_one_bad_pattern_does_not_take_the_good_ones_with_it(house: House) -> None:
    resolved = house.user(
        "privacy.customPatterns = ["
        '{name = "good", pattern = "AB[0-9]{4}"}, {name = "slow", pattern = "(a+)+$"}]'
    ).resolved()
    assert [p.name for p in resolved.settings.privacy.custom_patterns] == ["good"]
    assert keys_of(resolved) == ["privacy.customPatterns[2]"]


def test_no_problem_quotes_a_value(house: House) -> None:
    secret = "sk-" + "live" * 6
    house.user(
        f'privacy.mode = "{secret}"\ncompletion.routes = ["{secret}!"]\n'
        f'privacy.allow = "{secret}"\nnetwork.proxy = "socks://{secret}"\n'
        f'[providers.openai]\nbaseUrl = "https://me:{secret}@x.example"\n'
        f'headers = {{ Authorization = "{secret}", "{secret} {secret}" = "x" }}\n'
    )
    resolved = house.with_(flags={"network.caBundle": f"{secret}\n"}).resolved()
    assert len(resolved.problems) >= 7
    assert secret not in str(resolved.problems)
    assert secret not in repr(resolved)


def test_a_flood_of_nonsense_is_told_in_few_words(house: House) -> None:
    resolved = house.repository("\n".join(f"nonsense{n} = 1" for n in range(5000))).resolved()
    assert len(resolved.problems) == MOST_PROBLEMS + 1
    assert "and 4980 more" in resolved.problems[-1].reason


def test_a_strange_key_is_shown_short_and_printable(house: House) -> None:
    resolved = house.user('"a\\u001b[31m' + "x" * 500 + '" = 1').resolved()
    assert resolved.problems[0].key.isprintable()
    assert len(resolved.problems[0].key) < 100


def test_the_editor_may_nest_dot_or_prefix_its_keys(house: House) -> None:
    answers = (
        {"codegrex.completion.maxTokens": 5, "completion": {"contextTokens": 99}},
        {"codegrex": {"completion": {"maxTokens": 6, "contextTokens": None}}},
        None,
        "nonsense",
    )
    completion = house.with_(editor=overlay(*answers)).resolved().settings.completion
    assert (completion.max_tokens, completion.context_tokens) == (6, 99)


def test_keys_of_the_editors_client_are_not_ours_to_judge(house: House) -> None:
    editor = {"server": {"path": "x"}, "trace.server": "off", "codegrex.server.path": "y"}
    assert keys_of(house.with_(editor=editor).resolved()) == []
    assert keys_of(house.with_(editor={}).user("server.path = 1").resolved()) == ["server"]


@pytest.mark.parametrize("editor", [{3: 4}, {"privacy": None}, {"": {}}, {"a": [{}]}])
def test_whatever_an_editor_sends_is_survived(house: House, editor: Any) -> None:
    assert house.with_(editor=editor).mode == "sensitive"


def test_without_a_folder_there_is_no_repository(house: House) -> None:
    house.repository('privacy.mode = "offline"')
    assert resolve(house.sources, None).settings.privacy.mode is Mode.SENSITIVE


def test_the_policys_standing_is_handed_through(house: House) -> None:
    standing = policy({"privacy.mode": "offline"})
    assert house.with_(policy=standing).resolved().policy is standing
