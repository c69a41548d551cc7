"""Fields: values of which the name of their key says that they are somebody's.

Names, street addresses, dates of birth, numbers of passports, licences, accounts and patients.
The table; `assigned` reads it in text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

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
_SIGN: Final = r"(?:n\.?[\xba\xb0o]\.?\s?)?"
_STREET: Final = re.compile(
    rf"""\#?{_HOUSE},?\s(?:[NSEW]\.?\s)?[^\W\d_][\w.'\u2019\-]+.*
      | (?:[A-Za-z]{{1,4}}/\s?)?[^\W\d_][\w.'\u2019\- ]*[^\W\d_]\.?,?\s{_SIGN}{_HOUSE}(?!\w).*
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
        if not pattern.fullmatch(text):
            return False
        digits = "".join(c for c in text if c.isdigit())
        return len(set(digits)) > 2 and digits not in "12345678901234567890"

    return is_number


def _keys(text: str) -> tuple[str, ...]:
    return tuple(" ".join(key.split()) for key in text.split(";"))


def is_person(text: str) -> bool:
    """A name, and not what the field of one is called: `first_name: Vorname`."""
    return is_name(text) and spoken(text).strip() not in _FIELD_OF


def is_whole_name(text: str) -> bool:
    """The same of two words at least, where the key is one of other things too."""
    return is_name(text, fewest=2) and is_person(text) and not text.isupper()


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
            name; student name; person name; user full name; owner name; given names;
            forenames; manager name; doctor; physician; signatory; applicant; applicant
            name; tenant name; member name; passenger name; emergency contact; billing
            name; shipping name; payee; next of kin; spouse; mothers maiden name;
            driver name; sender name; nachname; vorname; vollstandiger name;
            prenom; nom; nom complet; nombre; apellido; apellidos; nombre completo;
            cognome; achternaam; voornaam; sobrenome; nome completo; imie; nazwisko;
            author; author name; fname; lname; nome; nome e cognome; nomi; nome social; nombres;
            primer nombre; primer apellido; segundo apellido; apelido; familienname; rufname;
            geburtsname; kundenname; patientenname; ansprechpartner; ansprechpartnerin;
            kontaktperson; kontoinhaber; karteninhaber; antragsteller; unterzeichner; prenoms; nom
            de famille; nom de naissance; titulaire; destinataire; destinatario; titular;
            intestatario; voornamen; familienaam; roepnaam; contactpersoon; fornamn; efternamn;
            fornavn; etternavn; efternavn; mellemnavn; etunimi; sukunimi; jmeno; prijmeni;
            priezvisko; imiona; imie i nazwisko; keresztnev; vezeteknev; csaladnev; prenume; soyad;
            soyadi; adi soyadi; ad soyad; prezime; eesnimi; perekonnanimi; имя;
            фамилия; отчество; фио; прізвище; 氏名; 姓名; 이름
            """
        ),
        is_person,
        bare=False,
    ),
    Field(
        "person",
        _keys(
            """
            display name; manager; approver; customer; client; holder; buyer; subscriber; seller;
            resident; occupant; tenant; landlord; attendee; participant; witness; guardian; nurse;
            caregiver; therapist; teacher; student; pupil; advisor; lawyer; insured; policyholder;
            reviewed by; approved by; created by; signed by; checked by; prepared by; requested
            by; submitted by; verified by; handled by; reported by; assigned to; escalated to;
            gemeldet von; erstellt von; bearbeitet von; gepruft von; freigegeben von; genehmigt
            von; eingereicht von; bearbeiter; bearbeiterin; sachbearbeiter; sachbearbeiterin;
            verfasser; mieter; bewohner; kunde; kundin; patientin; zustandig; signale par; cree
            par; valide par; redige par; approuve par; responsable; interlocuteur; aprobado por;
            creado por; revisado por; firmado por; contacto; paciente; cliente; aprovado por;
            criado por; responsavel; segnalato da; approvato da; creato da; referente; paziente;
            zglosil; zatwierdzil; sporzadzil; osoba kontaktowa; pacjent; klient; gemeld door;
            aangemaakt door; goedgekeurd door; klant; skapad av; godkand av; opprettet av
            """
        ),
        is_whole_name,
        bare=False,
    ),
    Field(
        "street-address",
        _keys(
            """
            address; addr; street; street address; home address; billing address;
            shipping address; mailing address; delivery address; postal address;
            address line; addressline; street line; streetaddress; residence;
            residential address; addr line; strasse; anschrift; adresse;
            direccion; calle; rue; indirizzo; endereco; adres; domicilio; domicile; morada;
            logradouro; wohnort; wohnadresse; lieferadresse; rechnungsanschrift; ulica; adress;
            gatuadress; gateadresse; osoite; katuosoite; adresa; lakcim; straat; via; адрес; улица
            """
        ),
        is_street,
        bare=False,
    ),
    Field(
        "date-of-birth",
        _keys(
            """
            dob; bday; date of birth; dateofbirth; birth date; birthdate; birthday; birth
            day; born; born on; geburtsdatum; geboren; geboren am; fecha de
            nacimiento; fecha nacimiento; date de naissance; date naissance; data di
            nascita; data nascita; data de nascimento; geboortedatum; data urodzenia;
            birth; d o b; nacimiento; nascimento; naissance; nascita; urodzenia; geburtstag;
            gebdatum; geb; nato il; nata il; nacido el; nacida el; fodselsdato;
            fodselsdag; fodelsedatum; fodelsedag; syntymaaika; datum narozeni; narozeni;
            szuletesi datum; data nasterii; dogum tarihi; datum rodenja; geboren op; geboortedag;
            дата рождения; 生年月日; 出生日期
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
_COUNTED: Final = words("number no num nr value text str string field raw plain")
_COUNT: Final = re.compile(rf"(?: (?:{'|'.join(sorted(_COUNTED))}))* $")
_TAILS: Final = tuple({key.split()[-1] for key in _FIELD_OF} | _COUNTED)

_JOINTS: Final = ("", " ", "_", "-", ".")
_SHORT: Final = words("nom rue nome nomi via geb фио")
"""Keys that stand inside many a word, `true` for one: looked for only where they end as keys do."""

_ACCENTED: Final = words(
    """
    prénom dirección straße führerschein imię příjmení jméno født fødsel födelse keresztnév
    vezetéknév születési geprüft zuständig créé validé rédigé signalé approuvé responsável zgłosił
    zatwierdził sporządził godkänd endereço świętego doğum narození družstvo né née soyadı nașterii
    """
)


def keywords() -> frozenset[str]:
    """Every spelling of every key, in lower case, as the engine looks for them."""
    spelt = {joint.join(key.split()) for key in _FIELD_OF for joint in _JOINTS}
    ended = {key + end for key in _SHORT for end in ('"', "'", ":", "=", " =", ">")}
    return frozenset(spelt - _SHORT | ended | _ACCENTED | {'"given"', '"line"'})


PARTS_OF_RECORDS: Final = MappingProxyType(
    {"family": "family name", "given": "given name", "line": "address line"}
)
"""What FHIR calls the parts of a name and of an address, in lists of one."""


def field_in_record(key: str, line: str) -> Field | None:
    """The field of a part of a name or an address, where another part of it is on the line.

    Args:
        key: `family`, `given` or `line`.
        line: In lower case.
    """
    if not _RECORDED.search(line):
        return None
    return _FIELD_OF.get(PARTS_OF_RECORDS[key])


_RECORDED: Final = re.compile(
    r"\"given\"\s?:\s?\[|\"postalcode\"\s?:|\"line\"\s?:\s?\[\s?\"[^\"]*[0-9]"
)


@lru_cache(maxsize=4096)
def field_of(key: str) -> Field | None:
    """The field whose key the last words of `key` are; `first_name_label` has none."""
    if key.isascii() and not key.lower().rstrip("0123456789_-").endswith(_TAILS):
        return None
    said = spoken(key)
    for text in dict.fromkeys((said, _COUNT.sub(" ", said))):
        parts = text.split()
        for count in range(min(4, len(parts)), 0, -1):
            last = parts[-count:]
            field = _FIELD_OF.get(" ".join(last)) or _FIELD_OF.get("".join(last))
            if field:
                return field
    return None
