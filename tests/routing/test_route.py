"""Routes follow the table, the person's order, and the model's real place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.routing.route import Candidate, choose
from codegrex_lsp.values.mode import Destination, Mode, Task, allowed
from codegrex_lsp.values.route import LOCAL_KINDS, ModelFacts, ProviderConfig, Refused, Route

KINDS = [*sorted(LOCAL_KINDS), "openai", "anthropic", "codegrex", "something-new"]

candidates = st.builds(
    lambda kind, address, remote, trouble: Candidate(
        ProviderConfig(kind, kind), "m", address, ModelFacts(remote=remote), trouble
    ),
    st.sampled_from(KINDS),
    st.sampled_from(list(Destination)),
    st.sampled_from(["", "https://models.example"]),
    st.sampled_from(["", "it does not answer"]),
)
text_tasks = st.sampled_from([task for task in Task if task.bears_text])


@given(text_tasks, st.sampled_from(list(Mode)), st.lists(candidates, max_size=5))
def test_no_route_is_given_that_the_table_forbids(
    task: Task, mode: Mode, offered: list[Candidate]
) -> None:
    chosen = choose(task, mode, offered)
    if isinstance(chosen, Refused):
        return
    for route in chosen:
        assert allowed(mode, task, route.destination)
        if route.destination is Destination.LOCAL:
            assert route.provider.kind in LOCAL_KINDS and not route.facts.remote


@given(text_tasks, st.lists(candidates, max_size=5))
def test_a_stricter_mode_never_opens_a_route(task: Task, offered: list[Candidate]) -> None:
    counts = []
    for mode in sorted(Mode, key=lambda mode: mode.strictness):
        chosen = choose(task, mode, offered)
        counts.append(0 if isinstance(chosen, Refused) else len(chosen))
    assert counts == sorted(counts, reverse=True)


def candidate(kind: str, *, remote: str = "", trouble: str = "") -> Candidate:
    facts = None if trouble else ModelFacts(remote=remote)
    return Candidate(ProviderConfig(kind, kind), "m", Destination.LOCAL, facts, trouble)


def test_the_persons_order_is_kept() -> None:
    chosen = choose(Task.COMPLETION, Mode.OFFLINE, [candidate("embedded"), candidate("ollama")])
    assert isinstance(chosen, tuple)
    assert [route.provider.id for route in chosen] == ["embedded", "ollama"]
    assert all(isinstance(route, Route) for route in chosen)


@pytest.mark.parametrize("mode", [Mode.SENSITIVE, Mode.OFFLINE])
def test_an_alias_of_a_cloud_model_is_refused(mode: Mode) -> None:
    chosen = choose(Task.CHAT, mode, [candidate("ollama", remote="https://models.example")])
    assert isinstance(chosen, Refused)
    assert chosen.code == "refused-by-mode"
    assert "another machine" in chosen.message


def test_a_cloud_kind_on_loopback_is_cloud() -> None:
    chosen = choose(Task.CHAT, Mode.SENSITIVE, [candidate("openai")])
    assert isinstance(chosen, Refused)


def test_a_refusal_names_every_provider_and_why() -> None:
    chosen = choose(
        Task.COMPLETION,
        Mode.SENSITIVE,
        [candidate("ollama", trouble="it does not answer"), candidate("openai")],
    )
    assert isinstance(chosen, Refused)
    assert chosen.code == "no-provider"
    assert [provider for provider, _ in chosen.passed_over] == ["ollama", "openai"]


def test_an_empty_list_of_routes_says_so() -> None:
    chosen = choose(Task.COMPLETION, Mode.NORMAL, [])
    assert isinstance(chosen, Refused)
    assert chosen.code == "no-routes"


def test_a_model_that_could_not_be_checked_is_not_used() -> None:
    unknown = Candidate(ProviderConfig("ollama", "ollama"), "m", Destination.LOCAL)
    chosen = choose(Task.COMPLETION, Mode.SENSITIVE, [unknown])
    assert isinstance(chosen, Refused)
