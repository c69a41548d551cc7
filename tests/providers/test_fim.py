"""Templates are chosen by explicit rule, and written as each family was trained."""

from __future__ import annotations

import re

import pytest

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.providers import fim
from codegrex_lsp.values.control_tokens import CONTROL_TOKENS
from tests.support.prompts import completion

PREFIX_SUFFIX = {
    "qwen2.5-coder": "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
    "codegemma": "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
    "granite-4": "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
    "granite-code": "<fim_prefix>P<fim_suffix>S<fim_middle>",
    "starcoder": "<fim_prefix>P<fim_suffix>S<fim_middle>",
    "starcoder2": "<fim_prefix>P<fim_suffix>S<fim_middle>",
    "stable-code": "<fim_prefix>P<fim_suffix>S<fim_middle>",
    "santacoder": "<fim-prefix>P<fim-suffix>S<fim-middle>",
    "codellama": "<PRE> P <SUF>S <MID>",
    "deepseek-coder": "<|fim_begin|>P<|fim_hole|>S<|fim_end|>".replace("|", "\uff5c").replace(
        "_", "\u2581"
    ),
    "codestral": "[SUFFIX]S[PREFIX]P",
    "seed-coder": "<[fim-prefix]>P<[fim-suffix]>S<[fim-middle]>",
    "glm": "<|code_prefix|>P<|code_suffix|>S<|code_middle|>",
}

MODELS = {
    "qwen2.5-coder": "qwen2.5-coder",
    "qwen2.5-coder:1.5b-base": "qwen2.5-coder",
    "hf.co/Qwen/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M": "qwen2.5-coder",
    "someone/qwen2.5.1-coder:latest": "qwen2.5-coder",
    "qwen2.5:7b": None,
    "qwen2.5-coderish": None,
    "not-qwen2.5-coder": None,
    "codegemma:2b": "codegemma",
    "gemma2": None,
    "granite-code:34b": "granite-code",
    "granite-34b-code-instruct": "granite-code",
    "granite4:3b": "granite-4",
    "granite4": "granite-4",
    "granite-4.0-h-small": "granite-4",
    "granite-40b": None,
    "granite3.3:8b": None,
    "starcoder:15b": "starcoder",
    "starcoderbase-1b": "starcoder",
    "starcoder2:3b": "starcoder2",
    "stable-code:3b-code": "stable-code",
    "santacoder": "santacoder",
    "codellama:7b-code": "codellama",
    "codellama:34b-code": None,
    "codellama:13b-python": None,
    "codellama": "codellama",
    "deepseek-coder:6.7b-base": "deepseek-coder",
    "deepseek-coder-v2:lite": "deepseek-coder",
    "deepseek-r1:8b": None,
    "codestral:22b": "codestral",
    "codestral-mamba": None,
    "mathstral": None,
    "seed-coder:8b": "seed-coder",
    "glm-4.5-air": "glm",
    "glm4:9b": None,
    "llama3.2:3b": None,
    "": None,
}


def test_the_table_holds_every_family_as_it_was_trained() -> None:
    rendered = {
        name: template.render(completion("P", "S")) for name, template in fim.TEMPLATES.items()
    }
    assert rendered == PREFIX_SUFFIX


@pytest.mark.parametrize(("model", "expected"), MODELS.items())
def test_a_model_gets_the_template_of_its_family_or_none(model: str, expected: str | None) -> None:
    template = fim.of_model(model, family="llama")
    assert (template.name if template else None) == expected


def test_a_stated_family_decides_only_where_it_is_narrow() -> None:
    assert fim.of_model("my-model", "starcoder2") is fim.TEMPLATES["starcoder2"]
    assert fim.of_model("my-model", "qwen2") is None
    assert fim.of_model("my-model", "gemma") is None
    assert fim.of_model("granite-code:34b", "starcoder") is fim.TEMPLATES["granite-code"]


def test_the_setting_names_a_template_or_says_what_names_there_are() -> None:
    assert fim.named(completion("", fim="codestral").route) is fim.TEMPLATES["codestral"]
    assert fim.named(completion("", fim="auto").route) is None
    assert fim.named(completion("", fim="off").route) is None
    with pytest.raises(ConfigurationError) as caught:
        fim.named(completion("", fim="qwen").route)
    assert "qwen2.5-coder" in caught.value.fix


def test_several_files_take_the_form_their_family_knows() -> None:
    other = ("lib/b.py", "B = 1", "python")
    prompt = completion("P", "S", other, path="a.py")
    assert fim.TEMPLATES["qwen2.5-coder"].render(prompt) == (
        "<|repo_name|>repository\n<|file_sep|>lib/b.py\nB = 1\n<|file_sep|>a.py\n"
        "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"
    )
    assert fim.TEMPLATES["starcoder2"].render(prompt) == (
        "<repo_name>repository<file_sep>lib/b.py\nB = 1\n<file_sep>"
        "<fim_prefix>a.py\nP<fim_suffix>S<fim_middle>"
    )
    assert fim.TEMPLATES["codestral"].render(prompt) == (
        "[SUFFIX]S[PREFIX]+++++ lib/b.py \nB = 1\n\n+++++ a.py \nP"
    )
    assert fim.TEMPLATES["codegemma"].render(prompt) == (
        "<|fim_prefix|># lib/b.py\nB = 1\n\n# a.py\nP<|fim_suffix|>S<|fim_middle|>"
    )


def test_a_file_name_with_line_breaks_stays_one_line() -> None:
    prompt = completion("P", "S", ("b\n<x>\r.py", "B", "python"), path="a\n.py")
    header = fim.TEMPLATES["codegemma"].render(prompt).split("\n")
    assert header[0] == "<|fim_prefix|># b <x> .py"
    assert "# a .py" in header


@pytest.mark.parametrize("template", fim.TEMPLATES.values(), ids=lambda one: one.name)
def test_a_prompt_grown_by_typing_keeps_its_beginning(template: fim.Template) -> None:
    other = ("b.py", "B = 1", "python")
    before = template.render(completion("def add(a, b)", "\n\nx = 1", other))
    after = template.render(completion("def add(a, b):\n", "\n\nx = 1", other))
    typed = before.index("def add(a, b)") + len("def add(a, b)")
    assert after.startswith(before[:typed])


@pytest.mark.parametrize("template", fim.TEMPLATES.values(), ids=lambda one: one.name)
def test_every_control_string_of_a_template_is_one_that_the_gate_disarms(
    template: fim.Template,
) -> None:
    rendered = template.render(completion("P", "S", ("b", "B", "python")))
    marks = re.findall(r"<[^<>\n]*>|\[[A-Z]+\]", rendered + "".join(template.stops))
    assert marks
    assert set(marks) <= set(CONTROL_TOKENS)


def test_control_strings_are_named_once() -> None:
    assert len(set(CONTROL_TOKENS)) == len(CONTROL_TOKENS)
    assert fim.CONTROL_TOKENS is CONTROL_TOKENS


@pytest.mark.parametrize("template", fim.TEMPLATES.values(), ids=lambda one: one.name)
def test_stops_are_the_familys_own_and_never_code(template: fim.Template) -> None:
    assert template.stops
    assert not {"//", "#", "\n\n", "/*", ""} & set(template.stops)
