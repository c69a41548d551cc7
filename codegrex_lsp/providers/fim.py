"""Fill-in-the-middle: which template a model was trained on, by explicit rule and never by guess.

A wrong template gives nonsense that looks like code, so a model that no rule names gets none.
Forms and control strings are those of the families' model cards and tokenizers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.privacy.cleared import Cleared, ClearedPiece
from codegrex_lsp.providers import plain
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.control_tokens import CONTROL_TOKENS as CONTROL_TOKENS
from codegrex_lsp.values.route import Route


@dataclass(frozen=True, slots=True)
class Template:
    """How one family marks prefix, suffix and hole.

    Attributes:
        name: As `providers.<id>.fim` names it.
        names: Regular expression for the model's base name, which must match from its start up
            to its end or to a `-`, `:` or `.`.
        prefix: Mark before the prefix.
        suffix: Mark before the suffix.
        middle: Mark where the answer begins; empty where it begins after the prefix.
        ends: End-of-text strings of the family.
        files: Several files as one prompt: pieces, path of the current file and its prefix in,
            text before the prefix mark and the prefix itself out. None: as plain text.
        suffix_first: The suffix comes before the prefix.
    """

    name: str
    names: str
    prefix: str
    suffix: str
    middle: str
    ends: tuple[str, ...]
    files: Callable[[Sequence[ClearedPiece], str, str], tuple[str, str]] | None = None
    suffix_first: bool = False

    @property
    def stops(self) -> tuple[str, ...]:
        """Strings that end an answer: the family's own marks and its end-of-text."""
        marks = (self.prefix, self.suffix, self.middle)
        return tuple(dict.fromkeys(mark.strip() for mark in (*marks, *self.ends) if mark))

    def render(self, cleared: Cleared) -> str:
        """The raw prompt. Grown by typing, it keeps its beginning."""
        prefix, suffix = cleared.text_of(Role.PREFIX), cleared.text_of(Role.SUFFIX)
        others, current = plain.context(cleared), plain.current(cleared)
        head = ""
        if others and self.files is not None:
            head, prefix = self.files(others, current, prefix)
        elif others:
            prefix = plain.preamble(cleared) + prefix
        before = f"{head}{self.prefix}{prefix}"
        if self.suffix_first:
            return f"{self.suffix}{suffix}{before}{self.middle}"
        return f"{before}{self.suffix}{suffix}{self.middle}"


def _qwen(others: Sequence[ClearedPiece], current: str, prefix: str) -> tuple[str, str]:
    files = "".join(f"<|file_sep|>{plain.path(p)}\n{p.text.reveal()}\n" for p in others)
    return f"<|repo_name|>{_REPOSITORY}\n{files}<|file_sep|>{current}\n", prefix


def _starcoder2(others: Sequence[ClearedPiece], current: str, prefix: str) -> tuple[str, str]:
    files = "".join(f"<file_sep>{plain.path(p)}\n{p.text.reveal()}\n" for p in others)
    return f"<repo_name>{_REPOSITORY}{files}<file_sep>", f"{current}\n{prefix}"


def _codestral(others: Sequence[ClearedPiece], current: str, prefix: str) -> tuple[str, str]:
    files = "".join(f"+++++ {plain.path(p)} \n{p.text.reveal()}\n\n" for p in others)
    return "", f"{files}+++++ {current} \n{prefix}"


_REPOSITORY: Final = "repository"
"""Always this: a workspace's real name is nobody's business."""

_PIPED: Final = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
_PLAIN: Final = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>")
_END: Final = "<|endoftext|>"

TEMPLATES: Final = MappingProxyType(
    {
        template.name: template
        for template in (
            Template(
                "qwen2.5-coder",
                r"qwen2\.5(?:\.1)?-coder",
                *_PIPED,
                (_END, "<|fim_pad|>", "<|file_sep|>", "<|repo_name|>", "<|im_end|>"),
                _qwen,
            ),
            Template("codegemma", r"codegemma", *_PIPED, ("<|file_separator|>", "<eos>")),
            Template("granite-4", r"granite-?4(?:\.\d+)?", *_PIPED, ("<|end_of_text|>",)),
            Template("granite-code", r"granite(?:-\d+b)?-code", *_PLAIN, (_END,)),
            Template("starcoder", r"starcoder(?:base)?", *_PLAIN, (_END, "<filename>")),
            Template("starcoder2", r"starcoder2", *_PLAIN, (_END, "<file_sep>"), _starcoder2),
            Template("stable-code", r"stable-code", *_PLAIN, (_END,)),
            Template(
                "santacoder", r"santacoder", "<fim-prefix>", "<fim-suffix>", "<fim-middle>", (_END,)
            ),
            Template(
                "codellama",
                # The Python and 34B models were not trained to infill (Code Llama paper, table 1).
                r"codellama(?!.*(?:python|34b))",
                "<PRE> ",
                " <SUF>",
                " <MID>",
                ("<EOT>", "</s>"),
            ),
            Template(
                "deepseek-coder",
                r"deepseek-coder",
                "<\uff5cfim\u2581begin\uff5c>",
                "<\uff5cfim\u2581hole\uff5c>",
                "<\uff5cfim\u2581end\uff5c>",
                ("<\uff5cend\u2581of\u2581sentence\uff5c>", "<|EOT|>"),
            ),
            Template(
                "codestral",
                r"codestral(?!-mamba)",
                "[PREFIX]",
                "[SUFFIX]",
                "",
                ("</s>", "[MIDDLE]", "+++++ "),
                _codestral,
                suffix_first=True,
            ),
            Template(
                "seed-coder",
                r"seed-coder",
                "<[fim-prefix]>",
                "<[fim-suffix]>",
                "<[fim-middle]>",
                ("<[end\u2581of\u2581sentence]>",),
            ),
            Template(
                "glm",
                r"glm-?4\.[5-9]",
                "<|code_prefix|>",
                "<|code_suffix|>",
                "<|code_middle|>",
                (_END, "<|user|>"),
            ),
        )
    }
)
"""Family → template, as `providers.<id>.fim` names it."""


def named(route: Route) -> Template | None:
    """The template that the person's settings name, or None where they say `auto` or `off`.

    Raises:
        ConfigurationError: The setting names a template that does not exist.
    """
    setting = route.provider.fim
    if setting in ("", "auto", "off"):
        return None
    if setting not in TEMPLATES:
        raise ConfigurationError(
            f"The setting providers.{route.provider.id}.fim names an unknown template.",
            code="fim-unknown",
            fix=f"Use auto, off, or one of: {', '.join(TEMPLATES)}.",
        )
    return TEMPLATES[setting]


def of_model(model: str, family: str) -> Template | None:
    """The template of a model by its own name, else by the family that the server states.

    Args:
        model: As the server names it, e.g. `hf.co/Qwen/Qwen2.5-Coder-7B-GGUF:Q4_K_M`.
        family: As the server names it, e.g. `starcoder2`. Where it is a wider one, e.g. `qwen2`,
            it decides nothing.
    """
    base = model.rpartition("/")[2].lower().removesuffix(".gguf")
    for template in TEMPLATES.values():
        if re.match(rf"{template.names}(?=$|[-:.])", base):
            return template
    return TEMPLATES.get(family) if family in ("starcoder", "starcoder2") else None
