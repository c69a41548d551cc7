"""Sentences for what can go wrong on any wire. The server's own words are never passed on."""

from __future__ import annotations

from codegrex_lsp.errors import BadAnswer, ProviderError


def by_status(server: str, status: int) -> ProviderError:
    """Our error for an HTTP status.

    Args:
        server: Name of the server's program, for the sentence.
        status: The HTTP status.
    """
    if status in (401, 403):
        return BadAnswer(
            f"{server} did not accept the key.",
            code="key-refused",
            fix="Set the key anew: codegrex-lsp keys set",
            status=status,
        )
    if status in (429, 503):
        return BadAnswer(
            f"{server} is busy or still loading the model.",
            code="provider-busy",
            fix="Try again in a moment.",
            status=status,
        )
    if status == 404:
        return BadAnswer(
            f"{server} does not have this endpoint.",
            code="endpoint-missing",
            fix="Check the provider's kind and baseUrl.",
            status=status,
        )
    return BadAnswer(
        f"{server} failed with status {status}.",
        fix="Its own log says why.",
        status=status,
    )


def prompt_too_long(status: int) -> ProviderError:
    """The prompt does not fit into the model's context."""
    return BadAnswer(
        "The prompt is longer than the model's context.",
        code="prompt-too-long",
        fix="Raise the provider's numCtx or lower completion.contextTokens.",
        status=status,
    )


def in_band(server: str) -> ProviderError:
    """A failure stated inside a stream that began well."""
    return BadAnswer(f"{server} failed while it answered.", fix="Its own log says why.")
