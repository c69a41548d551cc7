"""Diffs: what a file gives away, its diff gives away too, and the marks stay where they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.views import views
from tests.support import planted

RANDOM = "Q7Zw2Xe9Rc4V" + "t1ByQ7Zw2Xe9"

FILES = {
    "a.pem.txt": planted.pem(),
    "secret.yaml": f"kind: Secret\nmetadata:\n  name: x\ndata:\n  window: {RANDOM}",
    "values.yaml": f"client_secret: >-\n  {RANDOM}\nport: 80",
    "list.yaml": f'- name: DB_PASSWORD\n  value: "{planted.PASSWORD}"',
    "main.tf": f'variable "db_password" {{\n  default = "{planted.PASSWORD}"\n}}',
    "a.py": f'password = """\n{planted.PASSWORD}\n"""',
    "people.csv": f"id,password\n1,{planted.PASSWORD}\n2,{planted.PASSWORD}",
}
"""Files whose secrets only more than one line gives away."""

SECRET = {name: RANDOM if RANDOM in text else planted.PASSWORD for name, text in FILES.items()}
SECRET["a.pem.txt"] = planted.KEY_LINES[3]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def masked(engine: Engine, text: str, **more: str) -> str:
    """The text with every span cut out."""
    for span in reversed(engine.spans(text, level="secrets", **more)):  # type: ignore[arg-type]
        text = text[: span.start] + "⟨⟩" + text[span.end :]
    return text


def marked(text: str, mark: str) -> str:
    return "".join(f"{mark}{line}\n" for line in text.split("\n"))


def diff_of(name: str, body: str) -> str:
    return f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -1,9 +1,9 @@\n{body}"


@pytest.mark.parametrize("mark", ["+", "-", " "])
@pytest.mark.parametrize("name", FILES)
def test_a_diff_hides_what_its_file_hides(engine: Engine, name: str, mark: str) -> None:
    body = marked(FILES[name], mark)

    result = masked(engine, body, language="diff", path_name=name)

    assert SECRET[name] in body
    assert SECRET[name] not in result
    assert [line[0] for line in result.splitlines()] == [mark] * body.count("\n")


@pytest.mark.parametrize("name", FILES)
def test_file_names_say_what_kind_of_file_is_changed(engine: Engine, name: str) -> None:
    result = masked(engine, diff_of(name, marked(FILES[name], "+")), language="diff")

    assert SECRET[name] not in result
    assert f"+++ b/{name}\n@@ -1,9 +1,9 @@\n+" in result


def test_old_lines_do_not_part_a_value_from_its_name(engine: Engine) -> None:
    old, new = planted.PASSWORD, planted.PASSWORD[::-1]
    taken = "".join(f"-  x{number}: 1\n" for number in range(9))
    diff = f' - name: DB_PASSWORD\n{taken}-  value: "{old}"\n+  value: "{new}"\n'

    result = masked(engine, diff, language="diff", path_name="values.yaml")

    assert new not in result


def test_in_the_diff_of_a_merge_each_line_has_two_marks(engine: Engine) -> None:
    body = FILES["list.yaml"].replace("- name", "++- name").replace("  value", "++  value")
    diff = f"diff --cc list.yaml\n@@@ -1,2 -1,2 +1,2 @@@\n{body}"

    assert SECRET["list.yaml"] not in masked(engine, diff, language="diff")


@pytest.mark.parametrize("language", ["log", "markdown", "git-commit", ""])
def test_a_diff_in_the_middle_of_other_text_is_seen(engine: Engine, language: str) -> None:
    diff = diff_of("secret.yaml", marked(FILES["secret.yaml"], "+"))

    result = masked(engine, f"$ git diff\n{diff}\n$ \n", language=language)

    assert RANDOM not in result
    assert result.startswith("$ git diff\ndiff --git ")


def test_code_in_a_diff_is_read_as_code(engine: Engine) -> None:
    body = marked("password = settings_of_this_shop\ntoken = read_token_of_2023", "+")

    assert masked(engine, diff_of("a.py", body), language="diff").endswith(body)


def test_text_that_is_no_diff_loses_nothing_by_being_called_one(engine: Engine) -> None:
    lines = planted.pem().split("\n")
    lines[2:4] = [f"+{lines[2][1:]}", f"-{lines[3][1:]}"]

    result = masked(engine, "\n".join(lines), language="diff")

    for line in planted.KEY_LINES:
        assert line[1:] not in result


def test_a_secret_that_is_typed_in_a_diff_is_seen_before_it_is_whole(engine: Engine) -> None:
    before = "-x = 1\n+x = 2\n+key = '" + planted.ANTHROPIC[:16]

    spans = engine.spans(f"{before}'\n", level="secrets", language="diff", cursor=len(before))

    assert any(span.start < len(before) <= span.end for span in spans)


LINES = st.text(st.sampled_from("+- @ab\r"), max_size=6)


@given(st.lists(LINES, min_size=1, max_size=12))
def test_every_character_but_the_marks_is_in_a_view_and_comes_back(lines: list[str]) -> None:
    text = "\n".join(lines)
    seen: set[int] = set()
    for view in views(text, "diff", ""):
        for at, character in enumerate(view.text):
            for span in view.back([Span(at, at + 1, "secret", "x", "x")]):
                assert text[span.start : span.end] == character
                seen.add(span.start)
    marks = {sum(map(len, lines[:i])) + i for i, line in enumerate(lines) if line[:1] in "+- "}
    unseen = {at for at, c in enumerate(text) if c != "\n"} - seen
    assert unseen <= marks | {at + 1 for at in marks} | {at + 2 for at in marks} or "@@@" in text


@given(st.lists(LINES, min_size=1, max_size=12), st.data())
def test_a_cursor_stands_before_the_same_text_in_every_view(
    lines: list[str], data: st.DataObject
) -> None:
    text = "\n".join(lines)
    cursor = data.draw(st.integers(0, len(text)))
    line_end = (text + "\n").index("\n", cursor)
    for view in views(text, "diff", ""):
        at = view.cursor(cursor)
        if at is not None:
            rest = view.text[at : (view.text + "\n").index("\n", at)]
            assert text[cursor:line_end].endswith(rest)


def test_a_text_without_a_diff_is_its_own_view() -> None:
    [view] = views("+a\n-b", "python", "a.py")

    assert (view.text, view.kind, view.cursor(3)) == ("+a\n-b", FileKind.CODE, 3)
