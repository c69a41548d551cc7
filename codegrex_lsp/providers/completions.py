"""Fill-in-the-middle on OpenAI's older wire: a prompt, and a suffix where the server takes one.

The path is the vendor's; the answer is read as `openai_chat.ChoiceReader` reads all choices.
"""

from __future__ import annotations

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import plain
from codegrex_lsp.providers.fim import Template
from codegrex_lsp.providers.openai_chat import model_field
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.ask import Role


def with_suffix(cleared: Cleared, sampling: Sampling) -> dict[str, object]:
    """A body with `prompt` and `suffix`; neighbours stand before the prefix as source."""
    prompt = plain.preamble(cleared) + cleared.text_of(Role.PREFIX)
    body: dict[str, object] = {"prompt": prompt}
    suffix = cleared.text_of(Role.SUFFIX)
    if suffix:
        body["suffix"] = suffix
    return body | _bounds(cleared, sampling, plain.stops(cleared, sampling))


def with_template(cleared: Cleared, sampling: Sampling, template: Template) -> dict[str, object]:
    """A body whose `prompt` is a family's own form."""
    stops = (*template.stops, *plain.stops(cleared, sampling))
    return {"prompt": template.render(cleared)} | _bounds(cleared, sampling, stops)


def inserts(cleared: Cleared) -> bool:
    """Whether this is a completion that the provider's own suffix endpoint answers."""
    return cleared.route.facts.can_insert and cleared.route.provider.fim != "off"


def _bounds(cleared: Cleared, sampling: Sampling, stops: tuple[str, ...]) -> dict[str, object]:
    body: dict[str, object] = model_field(cleared) | {
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "stream": True,
    }
    return body | {"stop": list(stops)} if stops else body
