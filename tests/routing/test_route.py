"""Routes follow the table, the person's order, and the model's real place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.routing.route import Candidate, choose, listed, refused
from codegrex_lsp.settings.model import Chat, Completion, Settings
from codegrex_lsp.values.mode import Destination, Mode, Task, allowed
from codegrex_lsp.values.route import LOCAL_KINDS, Detour, ModelFacts, ProviderConfig, Route

KINDS = [*sorted(LOCAL_KINDS), "openai", "anthropic", "codegrex", "something-new"]

candidates = st.builds(
    lambda kind, address, remote: Candidate(
        ProviderConfig(kind, kind), "m", address, ModelFacts(remote=remote)
    ),
    st.sampled_from(KINDS),
    st.sampled_from(list(Destination)),
    st.sampled_from(["", "https://models.example"]),
)
text_tasks = st.sampled_from([task for task in Task if task.bears_text])


@given(text_tasks, st.sampled_from(list(Mode)), candidates)
def test_no_route_is_given_that_the_table_forbids(
    task: Task, mode: Mode, offered: Candidate
) -> None:
    chosen = choose(task, mode, offered)
    if isinstance(chosen, Detour):
        assert chosen.expected
        return
    assert allowed(mode, task, chosen.destination)
    if chosen.destination is Destination.LOCAL:
        assert chosen.provider.kind in LOCAL_KINDS and not chosen.facts.remote


@given(text_tasks, candidates)
def test_a_stricter_mode_never_opens_a_route(task: Task, offered: Candidate) -> None:
    modes = sorted(Mode, key=lambda mode: mode.strictness)
    opened = [isinstance(choose(task, mode, offered), Route) for mode in modes]
    assert opened == sorted(opened, reverse=True)


def candidate(kind: str, *, remote: str = "") -> Candidate:
    return Candidate(ProviderConfig(kind, kind), "m", Destination.LOCAL, ModelFacts(remote=remote))


@pytest.mark.parametrize("mode", [Mode.SENSITIVE, Mode.OFFLINE])
def test_an_alias_of_a_cloud_model_is_refused(mode: Mode) -> None:
    chosen = choose(Task.CHAT, mode, candidate("ollama", remote="https://models.example"))
    assert isinstance(chosen, Detour)
    assert chosen.code == "refused-by-mode"
    assert "another machine" in chosen.message


def test_a_cloud_kind_on_loopback_is_cloud() -> None:
    assert isinstance(choose(Task.CHAT, Mode.SENSITIVE, candidate("openai")), Detour)


def test_a_model_that_could_not_be_checked_is_not_used() -> None:
    unknown = Candidate(ProviderConfig("ollama", "ollama"), "m", Destination.LOCAL)
    assert isinstance(choose(Task.COMPLETION, Mode.SENSITIVE, unknown), Detour)


def test_a_refusal_names_every_provider_and_why() -> None:
    quiet = Detour("ollama", "provider-unreachable", "it does not answer.")
    cloud = Detour("openai", "refused-by-mode", "it is in the cloud", expected=True)
    told = refused([quiet, cloud])
    assert told.code == "no-provider"
    assert "ollama: it does not answer; openai: it is in the cloud" in told.message
    assert refused([cloud]).code == "refused-by-mode"


def test_a_refusal_by_the_organisation_is_told_from_one_by_mode() -> None:
    policy = Detour("openai", "refused-by-policy", "your organisation", expected=True)
    mode = Detour("mistral", "refused-by-mode", "it is in the cloud", expected=True)
    quiet = Detour("ollama", "provider-unreachable", "it does not answer.")
    assert refused([policy, policy]).code == "refused-by-policy"
    assert refused([policy, mode]).code == "refused-by-mode"
    assert refused([policy, quiet]).code == "no-provider"


def test_an_empty_list_of_routes_says_so() -> None:
    assert refused([]).code == "no-routes"


def test_each_task_has_its_list_in_the_persons_order() -> None:
    settings = Settings(completion=Completion(routes=("b", "a", "b")), chat=Chat(routes=("c", "a")))
    assert listed(settings, Task.COMPLETION) == ("b", "a")
    for task in (Task.CHAT, Task.EDIT, Task.COMMIT_MESSAGE):
        assert listed(settings, task) == ("c", "a")
