"""Values on several lines: strings, YAML blocks, here documents, Kubernetes secrets."""

from __future__ import annotations

from base64 import b64encode

import pytest

from codegrex_lsp.privacy.detect.blocks import Blocks
from codegrex_lsp.privacy.detect.engine import Engine
from tests.support.templates import expand

VALUE = expand("{A-Za-z0-9*12}7q{A-Za-z0-9*26}").text
HALVES = (VALUE[:20], VALUE[20:])
ENCODED = b64encode(VALUE.encode()).decode()


@pytest.fixture
def engine() -> Engine:
    return Engine([Blocks()])


def masked(engine: Engine, text: str) -> str:
    for span in reversed(engine.spans(text, level="secrets", path_name="a.yaml")):
        text = text[: span.start] + "⟨⟩" + text[span.end :]
    return text


FORMS = {
    "a triple-quoted string": 'db_password = """\n{0}\n{1}\n"""\nx = 1',
    "one that begins on its line": "db_password = '''{0}\n{1}'''\nx = 1",
    "a TOML string": 'api_token = """\\\n  {0}\\\n  {1}"""\n',
    "a template literal": "const apiToken = `{0}\n{1}`;",
    "a YAML block": "spec:\n  password: |\n    {0}\n    {1}\n  user: me",
    "a folded YAML block": "password: >-\n  {0}\n\n  {1}\nuser: me",
    "a YAML value on the next line": "password:\n  {0}{1}\nuser: me",
    "a here document": "password = <<-EOF\n  {0}\n  {1}\nEOF\nuser = me",
    "lines that end in carriage returns": "password: |\r\n  {0}\r\n  {1}\r\nuser: me\r\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_of_several_lines_goes_whole(engine: Engine, form: str) -> None:
    result = masked(engine, FORMS[form].format(*HALVES))

    assert HALVES[0] not in result and HALVES[1] not in result
    assert result == FORMS[form].replace("{0}{1}", "{0}").format("⟨⟩", "⟨⟩")


@pytest.mark.parametrize(
    "text",
    [
        'password_help = """\nAt least 8 characters, one of them a digit.\n"""',
        'password = """\nEnter your password here\n"""\nx = 1',
        "password:\n  type: string\n  minimum: 12",
        "passwords:\n  - first1234\n",
        "secrets:\n  token: x\n",
        "query = '''\nSELECT 1\n'''",
        'password = """\n{0}',
    ],
)
def test_other_blocks_are_left_alone(engine: Engine, text: str) -> None:
    assert masked(engine, text) == text


MANIFESTS = {
    "data below": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  pw: {0}\n",
    "data above": "data:\n  pw: {0}\nmetadata:\n  name: db\nkind: Secret\n",
    "plain data": "kind: Secret\nstringData:\n  pw: '{0}'\ntype: Opaque\n",
    "a block of data": "kind: Secret\ndata:\n  config.json: |\n    {0}\n",
    "an item of a list": "items:\n- kind: Secret\n  data:\n    pw: {0}\n- kind: ConfigMap\n",
    "an item whose data comes first": "items:\n- data:\n    pw: {0}\n  kind: Secret\n",
    "several documents": "kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  pw: {0}\n",
    "JSON": '{{\n  "kind": "Secret",\n  "data": {{\n    "pw": "{0}"\n  }}\n}}',
    "JSON on one line": '{{"kind": "Secret", "data": {{"pw": "{0}"}}}}',
    "a comment behind": "kind: Secret  # of the shop\r\ndata:\r\n  pw: {0}\r\n",
}


@pytest.mark.parametrize("form", MANIFESTS)
def test_the_data_of_a_kubernetes_secret_goes(engine: Engine, form: str) -> None:
    result = masked(engine, MANIFESTS[form].format(ENCODED))

    assert result == MANIFESTS[form].format("⟨⟩")


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\ndata:\n  pw: abcdefgh1234\n",
        "kind: Secret\nmetadata:\n  labels:\n    data: abcdefgh1234\n",
        "kind: Secret\n---\ndata:\n  pw: abcdefgh1234\n",
        "kind: Secret\ndata:\n  pw: {{ .Values.password }}\n  other: ${PW}\n",
    ],
)
def test_what_is_no_data_of_a_secret_stays(engine: Engine, text: str) -> None:
    assert masked(engine, text) == text


def test_an_edit_of_another_line_is_seen_at_once(engine: Engine) -> None:
    text = f"kind: ConfigMap\ndata:\n  pw: {ENCODED}\n"

    assert masked(engine, text) == text
    assert ENCODED not in masked(engine, text.replace("ConfigMap", "Secret"))


@pytest.mark.parametrize(
    "line", ['password = """', "password: |", "kind: Secret", "password = <<A"]
)
def test_thousands_of_openings_end_in_time(line: str) -> None:
    engine = Engine([Blocks()], budget_ms=20_000)

    assert len(engine.spans("\n".join([line] * 5_000), level="secrets")) <= 5_000
