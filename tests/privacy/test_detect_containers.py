"""Passwords in lists, maps and pairs: the container's name tells, wherever it opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.containers import Containers
from codegrex_lsp.privacy.detect.engine import Engine

ONE = "Winter" + "-Garden-1987"
TWO = "banane" + "4711!"


def found(text: str, name: str = "") -> list[str]:
    lines = text.split("\n")
    spans = Engine([Containers()]).spans(text, level="secrets", path_name=name)
    whole = "\n".join(lines)
    return [whole[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.py", 'passwords = ["{one}", "{two}"]'),
        ("a.py", 'passwords = [\n    "{one}",\n    "{two}",\n]'),
        ("a.py", 'user_passwords = {{"alice": "{one}", "bob": "{two}"}}'),
        ("a.py", 'accounts = {{\n    "alice": "{one}",\n    "bob": "{two}",\n}}'),
        ("a.py", 'CREDS = [("alice", "{one}"), ("bob", "{two}")]'),
        ("a.py", '@parametrize("user,password", [("alice", "{one}"), ("bob", "{two}")])'),
        ("a.py", '@parametrize("name, pw", [\n    ("alice", "{one}"),\n    ("bob", "{two}"),\n])'),
        ("a.kt", 'val passwords = listOf("{one}", "{two}")'),
        ("a.kt", 'val users = mapOf("alice" to "{one}", "bob" to "{two}")'),
        ("a.scala", 'val users = Map("alice" -> "{one}", "bob" -> "{two}")'),
        ("a.go", 'var basicUsers = map[string]string{{"alice": "{one}", "bob": "{two}"}}'),
        ("a.go", 'var defaultPasswords = []string{{"{one}", "{two}"}}'),
        ("a.go", 'var admins = []creds{{{{"alice", "{one}"}}, {{"bob", "{two}"}}}}'),
        ("a.c", 'static struct cred creds[] = {{ {{"app", "{one}"}}, {{"root", "{two}"}} }};'),
        ("a.rb", "USERS = {{ 'alice' => '{one}', 'bob' => '{two}' }}.freeze"),
        ("a.php", "$users = array('alice' => '{one}', 'bob' => '{two}');"),
        ("a.ts", "const users: Record<string, string> = {{ alice: '{one}', bob: '{two}' }};"),
        ("a.js", "app.use(basicAuth({{ users: {{ admin: '{one}', ops: '{two}' }} }}));"),
        ("a.swift", 'let accounts: [String: String] = ["alice": "{one}", "bob": "{two}"]'),
        ("a.exs", 'users = %{{"alice" => "{one}", "bob" => "{two}"}}'),
        ("a.kt", 'val creds = "bob" to "{one}"; val creds = "eve" to "{two}"'),
        ("a.py", 'LDAP_BIND = [("cn=a,dc=b", "{one}"), ("cn=b", "{two}")]'),
        ("a.py", 'PASSWORD_LIST = ["{one}", "{two}"]'),
        ("a.py", 'PASSWORD = (\n    "{one}"\n)\nPASSWORD = (\n    "{two}"\n)'),
        ("a.java", 'Map<String, String> users = Map.of("alice", "{one}", "bob", "{two}");'),
        ("a.toml", 'passwords = ["{one}", "{two}"]'),
        ("a.clj", '(def konten [["kasse" "{one}"] ["tresen" "{two}"]])'),
        ("a.erl", 'Benutzer = [{{<<"anna">>, <<"{one}">>}}, {{<<"jan">>, <<"{two}">>}}],'),
        (
            "a.swift",
            'static let testers: [(String, String)] = [\n  ("a", "{one}"),\n  ("b", "{two}"),\n]',
        ),
        ("a.pl", "my %konten = (\n    einkauf => '{one}',\n    verkauf => '{two}',\n);"),
        ("a.rb", "CREDENCIAIS = {{ 'matriz' => '{one}', 'filial' => '{two}' }}.freeze"),
        ("a.py", 'users = [["tutor", "{one}"], ["hiwi", "{two}"]]'),
        ("a.py", 'HASLO = (\n    "{one}"\n)\nSENHA = (\n    "{two}"\n)'),
        ("a.toml", '[credentials]\nalice = "{one}"\nbob = "{two}"'),
        ("a.yml", "users:\n  alice: {one}\n  bob: {two}"),
        ("a.yml", "passwords:\n  - {one}\n  - {two}"),
        ("a.yml", "chpasswd:\n  list: |\n    root:{one}\n    ubuntu:{two}\n  expire: False"),
    ],
)
def test_every_password_of_a_container_is_found(name: str, template: str) -> None:
    assert found(template.format(one=ONE, two=TWO), name) == [ONE, TWO]


@pytest.mark.parametrize(
    "text",
    [
        'roles = {"alice": "' + ONE + '"}',
        'users = {"alice": "administrator", "bob": "editor"}',
        'users = ["alice1985", "bob2000"]',
        'users = [\n    {"name": "alice85", "email": "a85@x.org"},\n]',
        'accounts = {"main": "node-12", "old": "4f2a9c01"}',
        'credentials = {"type": "authorized_user", "scopes": "email"}',
        'headers_of_credentials = {"OpenAI-Beta": "agents=v1"}',
        'accounts = {"main": "DE-2024-0001", "old": "eu-west-1"}',
        'logins = ["SuperUser2", "Guest12"]',
        "passwords = []",
        'passwords = ["first", "second"]',
        'passwords:\n  no_token: "No entry."\n  updated: Changed.',
        'parametrize("name,value", [("alice", "' + ONE + '")])',
        "[users]\nnext = ctrl+n",
        "chpasswd:\n  expire: False",
    ],
)
def test_other_lists_and_maps_are_left_alone(text: str) -> None:
    assert found(text, "a.yml" if ":\n" in text else "a.py") == []


def test_what_stands_behind_the_closing_bracket_is_no_part_of_it() -> None:
    text = f'passwords = ["{ONE}"]\nother = ["{TWO}"]\n'

    assert found(text, "a.py") == [ONE]


@given(st.text(alphabet="users=[({\"'})],:\n passwords-", max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    found(text, "a.py")
