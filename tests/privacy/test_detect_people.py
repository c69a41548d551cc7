"""What belongs to people, found by position, key and form; and code that only resembles it."""

from __future__ import annotations

import re
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Gated, Line, LineDetector
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.lines import WINDOW, lower_keeping_length
from codegrex_lsp.privacy.detect.personal import personal_detectors
from codegrex_lsp.privacy.detect.personal.above import Above
from codegrex_lsp.privacy.detect.personal.columns import Row
from codegrex_lsp.privacy.detect.personal.keys import phrases, says, spoken
from codegrex_lsp.privacy.detect.personal.names import is_name
from codegrex_lsp.privacy.detect.personal.sums import luhn

AT = "@"
NAME = "Alice " + "Miller"
MAIL = f"alice.miller{AT}acme-corp.com"
BORN = "1985-" + "07-09"
ETHEREUM = "0x" + "52908400098527886E0F" + "7030069857D2E4169EE7"
STREET = "742 Evergreen " + "Terrace, Springfield"


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine(personal_detectors(), budget_ms=60_000)
    engine.warm_up("all")
    return engine


def found(engine: Engine, text: str, name: str = "x.py") -> dict[str, str]:
    """What stands in the spans, with the type of each."""
    spans = engine.spans(text, level="all", path_name=name)
    return {text[span.start : span.end]: span.type for span in spans}


AUTHOR = [
    "# Author: {}",
    "# Authors: {}, Bob Hope and Carol van Dyke",
    " * @author {}",
    '__author__ = "{}"',
    ":author: {}",
    "// Copyright (c) 2019-2024 {}",
    "# Copyright © 2021, {}. All rights reserved.",
    "Signed-off-by: {} <x" + AT + "firma.de>",
    "    Co-authored-by: {}",
    "Reviewed-by: {}",
    "# written by {} in 2020",
    "// Originally created by {}.",
    '"author": "{} <x' + AT + 'firma.de>",',
    'maintainer = "{}"',
    "LABEL maintainer={}",
    "# Thanks to {} for the idea",
    "\\author{{{}}}",
    "* {} <x" + AT + "firma.de>",
]


@pytest.mark.parametrize("line", AUTHOR)
@pytest.mark.parametrize(
    "name", [NAME, "J. R. Ewing", "Jos\u00e9 Garc\u00eda", "Ana-Maria de Souza"]
)
def test_a_name_in_the_position_of_an_author_is_found(engine: Engine, line: str, name: str) -> None:
    assert found(engine, line.format(name), "x.yaml").get(name) == "person"


def test_every_author_of_a_list_is_found(engine: Engine) -> None:
    assert set(found(engine, AUTHOR[1].format(NAME))) == {NAME, "Bob Hope", "Carol van Dyke"}


@pytest.mark.parametrize("login", ["amiller", "alice.m"])
def test_whoever_is_to_do_something_is_a_person(engine: Engine, login: str) -> None:
    assert found(engine, f"# TODO({login}): later") == {login: "person"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.vcf", f"FN:{NAME}"),
        ("a.vcf", f"FN;CHARSET=UTF-8:{NAME}"),
        ("a.ics", f"ORGANIZER;CN={NAME}:mailto:{MAIL}"),
        ("a.ics", f'ATTENDEE;CN="{NAME}";ROLE=REQ-PARTICIPANT:mailto:{MAIL}'),
        ("a.ldif", f"cn: {NAME}"),
        ("passwd", f"amiller:x:1000:1000:{NAME},,,:/home/amiller:/bin/zsh"),
        ("a.log", f'mail to "{NAME}" <{MAIL}> queued'),
        ("a.php", f"$mail->addAddress('{MAIL}', '{NAME}');"),
        ("a.py", f'Order(billing_name="{NAME}")'),
        ("a.rb", f'full_name {{{{ "{NAME}" }}}}'.replace("{{", "{").replace("}}", "}")),
        ("a.md", f"Customer: {NAME}"),
        ("a.json", f'"holder": "{NAME}"'),
        ("a.tex", rf"\signature{{{NAME}}}"),
    ],
)
def test_a_person_is_found_in_cards_and_calls(engine: Engine, name: str, line: str) -> None:
    assert found(engine, line, name).get(NAME) == "person"


def test_the_parts_of_a_card_are_found_one_by_one(engine: Engine) -> None:
    street = "84 Maple " + "Street"
    text = f"N:Miller;Alice;;;\nADR;TYPE=HOME:;;{street};Hamburg;;20095;Germany\n"

    assert found(engine, text, "a.vcf") == {
        "Miller": "person",
        "Alice": "person",
        street: "street-address",
    }


@pytest.mark.parametrize(
    "line",
    [
        '10.0.0.1 - {} [12/Mar/2024:06:26:01 +0000] "GET /x HTTP/1.1" 302 0',
        "Mar 12 06:25:24 web1 sshd[2112]: Accepted publickey for {} from 10.0.0.9 port 50112",
        "Mar 12 06:26:02 web1 sudo:   {} : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/bin/ls",
        "gw vpn[1]: user '{}' logged in from 10.0.0.9",
        '"status":200,"remote_user":"{}"',
        "pam_unix(sshd:session): session opened for user {} by (uid=0)",
    ],
)
@pytest.mark.parametrize("user", ["amiller", "alice.miller"])
def test_who_was_logged_in_is_found(engine: Engine, line: str, user: str) -> None:
    assert found(engine, line.format(user), "a.log") == {user: "user-name"}
    assert found(engine, line.format("root"), "a.log") == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("i live at 82 Maple Street, apartment", "82 Maple Street"),
        (f"anna: his name is {NAME}, as", NAME),
        ("She was born on 1958-10-05 in Berlin", "1958-10-05"),
        ("geboren am 05.10.1958", "05.10.1958"),
    ],
)
def test_what_somebody_tells_of_themselves_is_found(engine: Engine, line: str, value: str) -> None:
    assert list(found(engine, line, "a.txt")) == [value]


@pytest.mark.parametrize(
    "line",
    [
        "first_name: Vorname",
        'display_name = "Settings"',
        "FN:call me",
        "N:2;5;7",
        "cn: admin",
        "systemd-network:x:998:998:systemd Network Management:/:/sbin/nologin",
        "the value lives at 0x7fff, it lives in Module 12",
        "born 12 times",
        "IN NO EVENT SHALL <COPYRIGHT HOLDER> BE LIABLE",
        'From: "Sender" <x@example.net>',
        "10.0.0.1 - - [12/Mar/2024:06:26:01 +0000] GET",
        "phone: +1 (555) 010-0199",
    ],
)
def test_cards_and_logs_without_a_person_are_left_alone(engine: Engine, line: str) -> None:
    assert found(engine, line, "a.yml") == {}


def test_a_phone_and_an_address_are_found_below_their_heads(engine: Engine) -> None:
    phone, address = "(201) " + "293-8856", "62.23." + "45.7"
    text = f"id,name,phone,ip\n1,x,{phone},{address}\n2,y,{phone},10.0.0.1\n"

    assert found(engine, text, "a.csv") == {phone: "phone", address: "ip-address"}
    assert address not in found(engine, text.replace(",ip", ",version"), "a.csv")


def test_an_address_is_found_in_a_zone_and_in_a_rule(engine: Engine) -> None:
    address = "62.23." + "45.7"

    assert found(engine, f"@   IN  A     {address}", "zone")
    assert found(engine, f'cidr_blocks = ["{address}/32"]', "a.tf")


def test_a_mail_address_is_found_in_a_command_of_latex(engine: Engine) -> None:
    assert found(engine, rf"\author{{x \\ \texttt{{{MAIL}}}}}", "a.tex") == {MAIL: "email"}


NO_AUTHOR = [
    "# Copyright (c) 2001-2024 Python Software Foundation",
    "// Copyright 2020 Google LLC",
    "# Copyright (c) 2020, The Regents of the University of California",
    "Copyright 2019 The Kubernetes Authors.",
    "# Created by Django 4.2 on 2023-01-01",
    "# written by hand",
    "# generated by Docker Desktop",
    "# TODO(perf): faster",
    "# TODO(#1234): faster",
    "# TODO(API): faster",
    "author = models.ForeignKey(Author)",
    "class Author(Base):",
    "# Author: see AUTHORS",
    "owner: Team Platform",
    "contact = Contact(name)",
    "Reviewers: everyone",
]


@pytest.mark.parametrize("line", NO_AUTHOR)
def test_companies_programs_and_classes_are_no_authors(engine: Engine, line: str) -> None:
    assert found(engine, line) == {}


ASSIGNED = [
    '{key} = "{value}"',
    "{key}='{value}',",
    '"{key}": "{value}",',
    "'{key}' => '{value}',",
    '\\"{key}\\": \\"{value}\\"',
    '{key}: Final = "{value}"',
    'let {key}: String = "{value}";',
    "const {key} = `{value}`;",
    '{key} := "{value}"',
    'obj.set_{key}("{value}")',
    "<{key}>{value}</{key}>",
    '<property name="{key}" value="{value}"/>',
    'os.getenv("{key}", "{value}")',
    '{key}: String::from("{value}"),',
    "# {key}: {value}",
    "UPDATE t SET {key} = '{value}' WHERE id = 1",
    'config["{key}"] = "{value}"',
    '{key} <- "{value}"',
    'mapOf("{key}" to "{value}")',
    '"{key}" -> "{value}",',
    '#define {key} "{value}"',
    'char {key}[] = "{value}";',
    'set ${key} "{value}";',
    '{key} ||= "{value}"',
    '+    "{key}": "{value}",',
    '@JsonProperty("x") String {key} = "{value}";',
]
VALUES = [
    ("x.yaml", "{key}: {value}"),
    ("x.env", "{key}={value}"),
    ("x.ini", "{key} = {value}"),
    ("x.md", "- **{key}**: {value}"),
    ("main.tf", 'variable "{key}" {{\n  default = "{value}"\n}}'),
    ("x.yaml", '- name: {key}\n  value: "{value}"'),
    ("x.diff", '+- name: {key}\n+  value: "{value}"'),
    ("x.plist", "<key>{key}</key>\n<string>{value}</string>"),
]
FIELD_VALUES = [
    ("first_name", "Alice", "person"),
    ("lastName", "Miller", "person"),
    ("CUSTOMER_NAME", NAME, "person"),
    ("patient-name", NAME, "person"),
    ("street_address", STREET, "street-address"),
    ("billingAddress", "Hauptstra\u00dfe " + "12a, 10115 Berlin", "street-address"),
    ("date_of_birth", BORN, "date-of-birth"),
    ("dob", "09/07/" + "1985", "date-of-birth"),
    ("birthDate", "9 July " + "1985", "date-of-birth"),
    ("passport_number", "C01X" + "00T47", "passport"),
    ("driverLicenseNumber", "D123" + "4562", "driver-licence"),
    ("account_number", "40012" + "3987", "bank-account"),
    ("mrn", "8830" + "1442", "medical-record"),
]


@pytest.mark.parametrize(("key", "value", "type_"), FIELD_VALUES)
@pytest.mark.parametrize("syntax", ASSIGNED)
def test_a_value_is_found_by_its_key_in_code(
    engine: Engine, syntax: str, key: str, value: str, type_: str
) -> None:
    assert found(engine, syntax.format(key=key, value=value)).get(value) == type_


@pytest.mark.parametrize(("key", "value", "type_"), FIELD_VALUES)
@pytest.mark.parametrize(("name", "syntax"), VALUES)
def test_a_value_is_found_by_its_key_in_files_of_values(
    engine: Engine, name: str, syntax: str, key: str, value: str, type_: str
) -> None:
    assert found(engine, syntax.format(key=key, value=value), name).get(value) == type_


CSV = (
    "id,First Name,last_name,dob,ssn,note\n"
    "1,Alice,Miller,{born},{ssn},First Contact\n"
    '2,"Bob","de Souza","{born}",{ssn},x\n'
)
SSN = "536904" + "399"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["", "\n", "# people\n", "Look at this:\n" * 5])
def test_a_cell_is_found_by_the_head_of_its_column(engine: Engine, mark: str, before: str) -> None:
    text = before + CSV.format(born=BORN, ssn=SSN).replace(",", mark)
    spans = engine.spans(text, level="all", path_name="people.csv")
    values = [text[span.start : span.end] for span in spans]
    assert values == ["Alice", "Miller", BORN, SSN, "Bob", "de Souza", BORN, SSN]


TABLES = [
    ("x.md", "| Name | First name | SSN |\n|---|:---|---|\n| a | {} | b |\n| c | {} | {} |\n"),
    ("x.sql", "INSERT INTO people (id, first_name, ssn) VALUES (1, '{}', 2), (3, '{}', '{}');"),
    ("x.sql", "INSERT INTO p (id, first_name, ssn) VALUES\n(1, '{}', 2),\n(3, '{}', '{}');"),
    ("x.py", "first_name = (\n    '{}'\n)\nfirst_name = \\\n    '{}'\nssn = (\n    '{}')"),
]


@pytest.mark.parametrize(("name", "text"), TABLES)
def test_a_value_is_found_below_its_key(engine: Engine, name: str, text: str) -> None:
    text = text.format("Alice", "Bob", SSN)
    assert set(found(engine, text, name)) == {"Alice", "Bob", SSN}


@pytest.mark.parametrize("before", ["ssn\\t", "ssn%3D", "\\nssn ", "ssn:"])
def test_an_escape_before_a_number_is_no_part_of_it(engine: Engine, before: str) -> None:
    assert set(found(engine, f"x = '{before}{SSN}'")) == {SSN}


def test_without_a_head_a_cell_is_only_a_cell(engine: Engine) -> None:
    rows = CSV.format(born=BORN, ssn=SSN).split("\n", 1)[1]
    assert found(engine, rows, "people.csv") == {}
    assert found(engine, "a,b,c,d,e,f\n" + rows, "people.csv") == {}


@pytest.mark.parametrize("born", ["date(1985, 7, 9)", "new Date('1985-07-09')"])
def test_a_day_is_found_in_the_call_that_makes_it(engine: Engine, born: str) -> None:
    (value,) = found(engine, f"dob = {born}")
    assert re.fullmatch(r"1985[-, 0]+7[-, 0]+9", value)


NO_FIELDS = [
    'first_name = "First name"',
    'label = "Last Name"',
    "first_name = models.CharField(max_length=30)",
    "first_name: str",
    "def greet(first_name, last_name):",
    "self.first_name = first_name",
    'first_name_label = "Vorname"',
    'ip_address = "127.0.0.1"',
    'address = "0x7ffe12"',
    'email_address = "a' + AT + 'example.com"',
    "address: 16 bytes",
    "birthday = None",
    'dob = "YYYY-MM-DD"',
    'created = "2024-01-31"',
    'passport = "optional"',
    "import passport from 'passport'",
    'const passport = require("passport");',
    'account_number = "1234567890"',
    'license = "MIT"',
    'license = "Apache-2.0"',
    'licenseNumber = ""',
    'street = "street"',
    "full_name = f'{first} {last}'",
    'manager = "ObjectManager"',
    'patient = Patient("x")',
    "employee = Employee.objects.get(id=40012345)",
]


@pytest.mark.parametrize("line", NO_FIELDS)
def test_keys_without_a_value_of_theirs_are_left_alone(engine: Engine, line: str) -> None:
    assert found(engine, line) == {}


CONTACTS = [
    (f'mail = "{MAIL}"', MAIL),
    (f"mailto:{MAIL}?subject=x", MAIL),
    (f"<{MAIL}>", MAIL),
    (f"see {MAIL}.", MAIL),
    (f'"to": ["{MAIL}", x]', MAIL),
    (f"user={MAIL}&x=1", MAIL),
    (f"m\u00fcller{AT}b\u00fccher.de", f"m\u00fcller{AT}b\u00fccher.de"),
    ("call +1 (415) 867-" + "5312 now", "+1 (415) 867-" + "5312"),
    ("phone: '(212) 736-" + "5000'", "(212) 736-" + "5000"),
    ('mobile_number = "+4915' + '123456789"', "+4915" + "123456789"),
    ('phone = "030 90' + '1820"', "030 90" + "1820"),
    ("host = '81.2." + "69.142'", "81.2." + "69.142"),
    ('  value: "81.2.' + '69.142"', "81.2." + "69.142"),
    ("81.2." + "69.142 - - [10/Oct/2000]", "81.2." + "69.142"),
    ("GET /v1/x from 81.2." + "69.142 Chrome/126.0.0.0", "81.2." + "69.142"),
    ("peer [2a02:8108:" + "8ac0:1f00::17]", "2a02:8108:" + "8ac0:1f00::17"),
    ("ether 3c:22:fb:" + "9a:4e:07", "3c:22:fb:" + "9a:4e:07"),
    ("mac = '3C-22-FB-" + "9A-4E-07'", "3C-22-FB-" + "9A-4E-07"),
    ("iban: 'GB29 NWBK 6016 " + "1331 9268 19'", "GB29 NWBK 6016 " + "1331 9268 19"),
    (f"eth wallet {ETHEREUM}", ETHEREUM),
]


@pytest.mark.parametrize(("line", "value"), CONTACTS)
def test_contacts_and_accounts_are_found_whole(engine: Engine, line: str, value: str) -> None:
    assert value in found(engine, line)


NO_CONTACTS = [
    "C = A@B.T + x@self.w.T",
    f"ssh deploy{AT}prod.acme.com uptime",
    f"scp x deploy{AT}prod.acme.com:/srv",
    f"url = git{AT}github.com:acme/x.git",
    f"icon{AT}2x.png and logo{AT}3x.zip",
    f"user{AT}domain.com, foo{AT}bar.com",
    f'f"{{user}}{AT}acme.com"',
    f"uses: actions/checkout{AT}v4.1.2",
    "n = 4155552671",
    "range(1000000, 2000000)",
    "check_call(['truncate', '-s', '5368709120', f])",
    "date = '2024-01-31 12:00:00'",
    "00:11:22:33:44:55",
    "ff:ff:ff:ff:ff:ff",
    "01:00:5e:7f:ff:fa",
    "sha = 12:34:56:78:9a:bc:de:f0:12:34",
    "oid = 2.5.29.15",
    "version = '81.2.69.142'",
    "Mozilla/5.0 Chrome/126.0.6478.126",
    "OBJECT_IDENTIFIER = ObjectIdentifier('1.3.101.112')",
    "# Copyright (c) 1986 Sun Microsystems, Inc.",
    "mobile = 2013-2015",
    '"build": "4.19.128.1"',
    "std::vector<std::string>::iterator",
    "fe80::1 ::1 2001:db8::1 2001:db8:1:2:3:4:5:6",
    "x = 6364136223846793005",
    "1.7976931348623157e308",
    "uuid 4b3f2c1d-4539-1488-0343-646712345678",
    f"contract = '{ETHEREUM}'",
]


@pytest.mark.parametrize("line", NO_CONTACTS)
def test_what_only_resembles_a_contact_is_left_alone(engine: Engine, line: str) -> None:
    assert found(engine, line) == {}


def card(chance: Random) -> str:
    """A number of an issuer that passes Luhn and is nobody's favourite test number."""
    while True:
        head = chance.choice(["4539", "4716", "5291", "5512", "2430", "6011"])
        number = head + "".join(chance.choice("123456789") for _ in range(12))
        if luhn(number):
            return number


@pytest.mark.parametrize("seed", range(20))
def test_cards_are_found_plain_and_in_groups(engine: Engine, seed: int) -> None:
    number = card(Random(seed))
    groups = [number[at : at + 4] for at in range(0, 16, 4)]
    for text in (number, " ".join(groups), "-".join(groups)):
        assert text in found(engine, f'"{text}"')
        assert text in found(engine, f"credit_card = {text}")


@pytest.mark.parametrize("detector", personal_detectors(), ids=lambda one: one.name)
def test_a_gate_lets_every_find_pass(detector: LineDetector) -> None:
    """Lines that the gate does not name are never shown, so a gate must know all of them."""
    lines = [line.format(NAME) for line in AUTHOR]
    lines += [s.format(key=k, value=v) for s in ASSIGNED for k, v, _ in FIELD_VALUES]
    lines += [line for line, _ in CONTACTS]
    for text in lines:
        line = Line(text, lower_keeping_length(text))
        if detector.wants(line) and detector.scan_line(line):
            assert isinstance(detector, Gated)
            words = any(word in line.lowered for word in detector.keywords)
            assert words or any(re.search(one, text) for one in detector.triggers), text


DETECTORS = personal_detectors()
HOSTILE = (
    "a", "a.", "=", "@", "a@", "a@b.", "1", "1.", "1 ", "1-", "A1", ":", "a:", "0:", "1:2:", "A b ",
    "A. ", "by A ", "name: ", 'name="', "author: A, ", "© 2", "(c) ", "TODO(", "--dob ", "GB29 ",
    "3c:", "f00d.", "address ", "date of birth ", "12 ", "+1 ", "(", "A B <", "national id 9",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_takes_linear_time(piece: str) -> None:
    """Four times the text may cost about four times the time; quadratic work costs sixteen."""
    small, large = (cost((piece * length)[:length]) for length in (WINDOW // 2, WINDOW * 2))
    assert large < 10 * small + 0.02


def cost(text: str) -> float:
    """Seconds of processor time, the least of three."""
    line = Line(text, lower_keeping_length(text))
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        for detector in DETECTORS:
            detector.scan_line(line)
        best = min(best, time.process_time() - begun)
    return best


@given(st.text(max_size=200))
def test_no_text_makes_a_detector_raise_or_leave_the_line(text: str) -> None:
    text = text.replace("\n", " ")
    line = Line(text, lower_keeping_length(text))
    for detector in DETECTORS:
        for find in detector.scan_line(line):
            for span in spans_of(find):
                assert 0 <= span.start < span.end <= len(text)


def spans_of(find: object) -> list[Span]:
    """The spans that a clue may settle into, or the span itself."""
    if isinstance(find, Row):
        return [span for _, span, _ in find.cells]
    if isinstance(find, Above):
        return [find.span]
    assert isinstance(find, Span)
    return [find]


@pytest.mark.parametrize("text", ["taxId", "TAX_ID", "tax-id", '"Tax ID:"', "taxid", "my.tax.id"])
def test_a_key_is_read_however_it_is_spelt(text: str) -> None:
    assert says(spoken(text), phrases("tax id"))


@pytest.mark.parametrize("text", ["taxidermy", "syntax identity", "taxi d"])
def test_a_key_is_not_read_into_other_words(text: str) -> None:
    assert not says(spoken(text), phrases("tax id"))


@pytest.mark.parametrize(
    "text", [NAME, "Ludwig van Beethoven", "McDonald", "\u738b\u4f1f", "Zo\u00eb"]
)
def test_names_of_people_look_like_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "text", ["Acme Inc", "First Name", "HttpClient", "alice", "VARCHAR", "A1 B2", "The Project"]
)
def test_names_of_things_do_not(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    ("name", "line", "value"),
    [
        ("a.php", "['nome' => 'Davide', 'cognome' => 'Ferraro']", "Davide"),
        ("a.ts", "{ fornamn: 'Astrid', efternamn: 'Nystr\u00f6m' }", "Nystr\u00f6m"),
        ("a.yaml", "reviewed_by: Abigail Blackwood", "Abigail Blackwood"),
        ("a.md", "Gemeldet von: K\u00e4the Brinkmann (Durchwahl 15)", "K\u00e4the Brinkmann"),
        ("a.py", "Resident: customer_name: Rosalind Blackwood", "Rosalind Blackwood"),
        ("a.json", '"name": [{"family": "Cartwright", "given": ["Imogen"]}]', "Cartwright"),
        ("a.json", '"name": [{"family": "Cartwright", "given": ["Imogen"]}]', "Imogen"),
        ("a.json", '"address": [{"line": ["104 Maple Avenue"]}]', "104 Maple Avenue"),
        ("a.exs", "date_of_birth: ~D[1955-09-05]", "1955-09-05"),
        ("a.html", '<input name="data_nascimento" value="1950-05-04">', "1950-05-04"),
        ("a.json", '"direccion": "C/ Serrano 63"', "C/ Serrano 63"),
        ("DESCRIPTION", 'Authors@R: person("Thierry", "Fournier")', "Fournier"),
        ("a.md", "- Jitka Dvo\u0159\u00e1k (<jitka@post.cz>)", "Jitka Dvo\u0159\u00e1k"),
    ],
)
def test_a_person_is_found_in_other_languages_and_formats(name: str, line: str, value: str) -> None:
    spans = Engine().spans(line, level="all", path_name=name)
    assert value in [line[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    "line",
    [
        '"family": "Helvetica"',
        '"line": ["42 errors found"]',
        "created_by: cron",
        "assigned_to = next_worker",
        '"Language-Team: Polish <pl@li.org>"',
        'display_name = "Weekly Report"',
        "genome: Human",
    ],
)
def test_words_for_people_beside_other_things_are_left_alone(line: str) -> None:
    found = Engine().spans(line, level="all", path_name="a.py")
    assert [span for span in found if span.type in ("person", "street-address")] == []
