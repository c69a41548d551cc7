"""Fields: values of which the name of their key says that they are somebody's.

    first_name = "…"    "dob": "…"    Passport no: …    <street>…</street>    setLastName("…")

Names, street addresses, dates of birth, numbers of passports, licences, accounts and patients.
A key is read by its last words, so that `first_name_label` is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal.keys import spoken
from codegrex_lsp.privacy.detect.personal.names import is_name
from codegrex_lsp.privacy.detect.words import words


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of value.

    Attributes:
        type: Of the span.
        keys: Last words of the keys that hold it, in plain ASCII.
        is_value: Whether a text, without its quotes, is such a value.
        bare: Whether it is believed without quotes in code: digits are, names may be variables.
    """

    type: str
    keys: tuple[str, ...]
    is_value: Callable[[str], bool]
    bare: bool


_MONTH: Final = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|j[aä]n|m[aä]r|mai|okt|dez)[a-zä]{0,6}\.?"
)
_DATE: Final = re.compile(
    rf"""(?:(?:18|19|20)[0-9]{{2}}[\-/.][0-9]{{1,2}}[\-/.][0-9]{{1,2}}
        | [0-9]{{1,2}}[\-/.][ ]?[0-9]{{1,2}}[\-/.][ ]?(?:[0-9]{{4}}|[0-9]{{2}})
        | [0-9]{{1,2}}(?:st|nd|rd|th|\.)?[ \-]{_MONTH},?[ \-][0-9]{{4}}
        | {_MONTH}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ][0-9]{{4}}
        | (?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])
        | (?:18|19|20)[0-9]{{2}},[ ]?[0-9]{{1,2}},[ ]?[0-9]{{1,2}}
        | (?:19|20)[0-9]{{2}}\u5e74[0-9]{{1,2}}\u6708[0-9]{{1,2}}\u65e5
        )(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?:\.[0-9]{{1,9}})?
            (?:Z|[+\-][0-9]{{2}}:?[0-9]{{2}})?)?""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_BIRTH: Final = words("1900-01-01 1970-01-01 01/01/1970 01/01/1900 0001-01-01")

_HOUSE: Final = r"[0-9]{1,5}\s?[A-Za-z]?(?:[/\-][0-9]{1,4}[A-Za-z]?)?"
_STREET: Final = re.compile(
    rf"""\#?{_HOUSE},?\s(?:[NSEW]\.?\s)?[^\W\d_][\w.'\u2019\-]+.*
      | [^\W\d_][\w.'\u2019\- ]*[^\W\d_]\.?,?\s{_HOUSE}(?!\w).*
      | P\.?\s?O\.?\s?Box\s[0-9]+.*""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_STREET: Final = re.compile(
    r"""://|@|0x|\b(?:bytes?|bits?|words?|errors?|chars?|characters|items?|ms|seconds?|line|port|page
      |version|v[0-9])\b""",
    re.IGNORECASE | re.VERBOSE,
)

_PASSPORT: Final = re.compile(r"(?=(?:[A-Za-z]{0,3}[0-9]){5})[A-Za-z0-9]{6,12}")
_LICENCE: Final = re.compile(r"(?=(?:[^0-9]{0,8}[0-9]){4})[A-Z0-9](?:[ \-]?[A-Z0-9]){4,19}")
_ACCOUNT: Final = re.compile(r"(?=(?:[ \-]?[0-9]){6})[0-9](?:[ \-]?[0-9]){5,19}")
_RECORD: Final = re.compile(r"(?=(?:[A-Z\-]{0,5}[0-9]){5})[A-Z0-9](?:-?[A-Z0-9]){4,13}")


def is_birth(text: str) -> bool:
    """A day, however written, with or without a time; none that stands for no day."""
    return _DATE.fullmatch(text) is not None and text[:10] not in _NO_BIRTH


def is_street(text: str) -> bool:
    """A house number and a name, in either order; not a size, a URL or a mail address."""
    if len(text) > 160 or _NO_STREET.search(text) or not _STREET.fullmatch(text):
        return False
    letters = sum(c.isalpha() for c in text)
    return letters >= 4


def _number(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def is_number(text: str) -> bool:
        digits = "".join(c for c in text if c.isdigit())
        return (
            pattern.fullmatch(text) is not None
            and len(set(digits)) > 2
            and digits not in "12345678901234567890"
        )

    return is_number


def _keys(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(";"))


FIELDS: Final = (
    Field(
        "person",
        _keys(
            """
            full name; fullname; first name; firstname; last name; lastname; surname;
            given name; givenname; family name; familyname; middle name; middlename;
            maiden name; forename; legal name; real name; customer name; client name;
            patient name; patient; employee name; employee; contact name; contact
            person; cardholder; cardholder name; card holder; account holder; holder
            name; recipient name; recipient; beneficiary; beneficiary name; guest
            name; student name; person name; user full name; display name; owner name;
            manager name; manager; doctor; physician; signatory; applicant; applicant
            name; tenant name; member name; passenger name; emergency contact; billing
            name; shipping name; payee; next of kin; spouse; mothers maiden name;
            driver name; sender name; approver; nachname; vorname; vollstandiger name;
            prenom; nom; nom complet; nombre; apellido; apellidos; nombre completo;
            cognome; achternaam; voornaam; sobrenome; nome completo; imie; nazwisko;
            author; author name; fname; lname
            """
        ),
        is_name,
        bare=False,
    ),
    Field(
        "street-address",
        _keys(
            """
            address; addr; street; street address; home address; billing address;
            shipping address; mailing address; delivery address; postal address;
            address line; addressline; street line; streetaddress; residence;
            residential address; line; addr line; strasse; anschrift; adresse;
            direccion; calle; rue; indirizzo; endereco; adres
            """
        ),
        is_street,
        bare=False,
    ),
    Field(
        "date-of-birth",
        _keys(
            """
            dob; date of birth; dateofbirth; birth date; birthdate; birthday; birth
            day; born; born on; geburtsdatum; geboren; geboren am; fecha de
            nacimiento; fecha nacimiento; date de naissance; date naissance; data di
            nascita; data nascita; data de nascimento; geboortedatum; data urodzenia;
            birth; d o b
            """
        ),
        is_birth,
        bare=True,
    ),
    Field(
        "passport",
        _keys(
            """
            passport; passport number; passport no; passport num; passport id;
            passportnr; reisepass; passnummer; passeport; pasaporte; numero pasaporte;
            reisepassnummer
            """
        ),
        _number(_PASSPORT),
        bare=True,
    ),
    Field(
        "driver-licence",
        _keys(
            """
            driver license; drivers license; driver licence; drivers licence; driving
            license; driving licence; driver license number; drivers license number;
            driver licence number; drivers licence number; driving licence number;
            driving license number; dl number; dl no; license number; licence number;
            driverslicense; driverlicense; fuhrerscheinnummer; fuhrerschein; permis de
            conduire; driver license no; driving licence no; dln
            """
        ),
        _number(_LICENCE),
        bare=True,
    ),
    Field(
        "bank-account",
        _keys(
            """
            account number; account no; acct number; acct no; acctnum; accountnumber;
            bank account; bank account number; account num; bank account no; checking
            account; savings account; kontonummer; konto nr; numero de cuenta; numero
            de compte; sort code; bsb; clabe; acct
            """
        ),
        _number(_ACCOUNT),
        bare=True,
    ),
    Field(
        "medical-record",
        _keys(
            """
            mrn; medical record; medical record number; medical record no; patient id;
            patient number; health insurance number; health card number; member id
            """
        ),
        _number(_RECORD),
        bare=True,
    ),
)

_FIELD_OF: Final = MappingProxyType({key: field for field in FIELDS for key in field.keys})
_COUNTED: Final = re.compile(r"(?: (?:number|no|num|nr|value|text|str|string|field|raw|plain))* $")

_KEY: Final = re.compile(
    r"""(?<![\w\-])(?P<key>[^\W\d][\w\-]{0,48}(?:[ .][^\W\d][\w\-]{0,24}){0,4})
        ["'`\\\])*]{0,4}[ \t]{0,8}
        (?::[ ]?&?[A-Za-z][\w.\[\]<>?|]{0,30}[ ]?(?==)|\{[ ]?get;[ \w;]{0,20}\}[ ])?
        (?:is[ ](?=["'0-9A-Z])|:=|=>|==?=?|:|\(|>|\||,|\#|(?:value|content)[ ]?=|(?:NOT[ ])?I?LIKE[ ])
        [*]{0,2}[ \t]{0,8}(?:[\w.:]{1,24}\((?=["']))?(?:[bruf@$]{1,2}(?=["']))?(?P<quote>\\?["'`]|)
      | (?:--|\bENV[ ]|\bARG[ ])(?P<flag>[^\W\d][\w\-]{0,48})[ =](?P<flag_quote>["']?)""",
    re.VERBOSE,
)
_CALL: Final = re.compile(r"(?:new )?[\w.]{2,32}\(\s{0,2}[\"'`]?")
_BARE: Final = re.compile(r"[^\n;|<>\"'`{}\[\]()=]{1,120}")


class Fields:
    """Every row of FIELDS, in the syntaxes in which keys have values."""

    name = f"fields/1-{len(FIELDS)}"
    level: Level = "all"
    keywords = words(
        """
        name addr street birth born dob passport pass licen dln account acct mrn medical patient
        member holder recipient benefic employee contact manager doctor physician signator
        applicant emergency payee spouse approver author strasse anschrift adres direccion calle
        rue indirizzo endereco residence geburt geboren nacimiento naissance nascita nascimento
        geboorte urodzenia pasaporte passeport permis fuhrerschein führerschein konto cuenta compte
        sort bsb clabe nom apellido cognome imie nazwisko checking savings health d.o.b prénom
        dirección straße line dl_ dl-
        """
    )
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether a letter group of such a key is there."""
        return any(word in line.lowered for word in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """One span for each value that both its key and its looks give away."""
        spans = []
        position = 0
        while match := _KEY.search(line.text, position):
            position = max(match.end("key"), match.end("flag")) + 1
            field = _field_of(match["key"] or match["flag"])
            found = _value(line, match, field) if field else None
            if field and found:
                spans.append(Span(*found, "pii", field.type, "field", 0.75))
                position = found[1]
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def _field_of(key: str) -> Field | None:
    """The field whose key the last words of `key` are."""
    said = spoken(key)
    for text in dict.fromkeys((said, _COUNTED.sub(" ", said))):
        parts = text.split()
        for count in range(min(4, len(parts)), 0, -1):
            last = parts[-count:]
            field = _FIELD_OF.get(" ".join(last)) or _FIELD_OF.get("".join(last))
            if field:
                return field
    return None


def _value(line: Line, key: re.Match[str], field: Field) -> tuple[int, int] | None:
    """Where the value of a key stands, if it is one of its field."""
    start, quote = key.end(), key["quote"] or key["flag_quote"]
    if quote:
        end = line.text.find(quote, start, start + 200)
        if end < 0:
            return None
    else:
        call = _CALL.match(line.text, start) if field.type == "date-of-birth" else None
        start = call.end() if call else start
        bare = _BARE.match(line.text, start)
        if bare is None or not (field.bare or key["flag"] or _is_text(line, key)):
            return None
        end = bare.end()
        if key["flag"]:
            end = min(found for found in (line.text.find(" ", start, end), end) if found >= 0)
    start, end = _trimmed(line.text, start, end)
    for shorter in _ends(line.text, start, end) if not quote else (end,):
        if field.is_value(line.text[start:shorter]):
            return start, shorter
    return None


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Where a value without quotes may end: all of it, at a comma, at a blank; a few times."""
    yield end
    for separator in (", ", ",", "  ", " "):
        found = text.find(separator, start, end)
        if found > start:
            yield found
            if separator == " ":
                after = text.find(" ", found + 1, end)
                if after > 0:
                    yield after


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t*_":
        start += 1
    while end > start and text[end - 1] in " \t\r.,*\\":
        end -= 1
    return start, end


def _is_text(line: Line, key: re.Match[str]) -> bool:
    """Whether words stand for themselves here: in files of values, prose, markup and comments."""
    if line.kind is not FileKind.CODE or line.text[: key.end()].endswith(">"):
        return line.kind is not FileKind.FORMS
    before = line.text[: key.start()]
    return re.search(r"#|//|/\*|^\s*\*|<!--|--", before) is not None
