"""What the name of a key says of its value: `DB_PASSWORD`, `apiKey`, `token_url`.

Names are judged by their words, never by their letters: `compass`, `tokenizer` and `keyboard` hold
the letters of a secret's name and are none.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import Final

from codegrex_lsp.privacy.detect.words import words


class Key(Enum):
    """What a key's name says of its value."""

    NOTHING = 0
    WEAK = 1
    """`key`, `auth`: secret only where the value looks random."""
    MACHINE = 2
    """`token`, `api_key`: made by a machine, so at least somewhat random."""
    SECRET = 3
    """`secret`: mostly made by a machine, at times by a person, and at times a name."""
    HUMAN = 4
    """`password`: whatever a person may think of."""
    PHRASE = 5
    """`jwt_secret`: made by a machine or by a person, and never the name of one."""


HINTS: Final = words(
    """
    pass pwd pswd passe pw secret token key cred auth senha contrase kennwort parola haslo heslo
    wachtwoord salasana clave mdp mnemonic salt seed otp cookie
    pepper sessid sessionid psk hasł hasla hesla parool lozink lösenord losenord adgangskod kodeord
    jelsz şifre sifre geheim segreto segredo sekret hemlig hemmelig jeton klucz schlüssel schluessel
    schlussel chave llave chiave sleutel clé_ cle_api cleapi nyckel парол секрет ключ токен
    密码 密碼 密钥 パスワード 비밀번호
    """
)
"""Letters, one group of which is in every name that this module knows. All are of lower case."""

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

_HUMAN: Final = re.compile(
    r"pass_?w(?:or)?d|passwort|kennwort|pass_?phrase|passe$|contrase|senha$|parola$|haslo$|heslo$"
    r"|wachtwoord|salasana|(?:^|_)(?:mdp|clave|pswd|psw|passcode)$|^pwd|pwd(?:$|_)"
    r"|(?:^|_)(?:pass|pw)(?:_\d+|_(?:prod|dev|test|stage|staging|old|new|live|local))?$"
    r"|(?:auth|priv|wpa|wifi|wlan|vnc|proxy|ldap|jks|p12|cert|app|web|user|db|root|admin|require|smtp|ftp|mail|login|my|sql|ssh|key|store)pass$|mnemonic"
    r"|seed_phrase|masterauth|(?:^|_)psk$|pre_?shared_?key$|(?:redis|valkey|memcached?)_auth$"
)
_HUMAN_ABROAD: Final = re.compile(
    r"(?:^|_)(?:mdp|clave|senhas?|hasl[oa]|hesl[oa]|parola|parool|lozink[ae]|wachtwoord)(?:_|$)"
    r"|mot_?(?:de_?)?passe|losenord|adgangskode|kodeord|passord|jelszo|(?:^|_)sifre(?:si)?(?:_|$)"
    r"|парол|密码|密碼|パスワード|비밀번호"
)
"""Other languages put what a password is for behind the word, and English before it."""

_KEYS_ABROAD: Final = r"(?:klucz|schlu?e?ssel|chave|llave|chiave|sleutel|cle|nyckel|ключ|密钥)"
_OF_A_SERVICE: Final = (
    r"(?:api|acces\w{0,3}|zugriffs?|secr\w{1,4}|geheim\w{0,2}|privat\w{0,2}|auth|licen\w{1,3})"
)
_PHRASE: Final = re.compile(
    r"(?:jwt|session|cookie|auth|signing|token|hmac)_secret$|secret_key_base$|(?:^|_)pepper$"
)
_SECRET: Final = re.compile(
    r"secret|geheim(?:nis)?(?:_|$)|segret[oa]|segred[oa]|(?:^|_)sekret(?:ny)?(?:_|$)|hemm?e?lig|секрет"
)
_MACHINE: Final = re.compile(
    r"token|(?:api|access|private|auth|account|encryption|signing|master|service|client|shared|"
    r"license|storage|session|webhook|deploy|app|db|database|consumer|hmac|jwt|aes|ssh|"
    r"admin|root|bot|secret|subscription|application|cipher|crypt|crypto|data)_?keys?(?:_|$)"
    r"|apikey|accesskey|authkey|credential|(?:totp|otp|mfa)_?(?:seed|key|secret)?$"
    r"|(?:session|auth)_?cookie|(?:^|_)jeton(?:_|$)|токен|zugriffsschlu?e?ssel"
    rf"|{_OF_A_SERVICE}_?{_KEYS_ABROAD}$|(?:^|_){_KEYS_ABROAD}_(?:d[aeo]_)?{_OF_A_SERVICE}(?:_|$)"
)
_WEAK: Final = re.compile(
    rf"(?:^|_)(?:auth|creds?|salt|seed|cookie|{_KEYS_ABROAD})$|key$|sess(?:ion)?id$"
)
_PUBLIC: Final = re.compile(
    r"algolia.*search|search_only|site_key|pass(?:word|wd|phrase)?_key$|anon_key$"
)
"""Keys that are public by design, and the name under which a password is kept."""

_PLAIN_LAST: Final = words(
    """
    id ids name names file files filename filepath path paths dir folder url uri urls endpoint host
    port type types kind length len size min max field fields label labels placeholder regex re
    pattern header headers version count limit timeout policy provider manager validator
    validators format error errors message msg mode index hash hashes hashed hasher ring pair
    press board code scope scopes permission permissions expiry expires expiration ttl age date
    lifetime duration interval seconds minutes
    time at strength rule rules prefix suffix input hint help text title description
    attempts reset change changed store storage service class template parser handler helper util
    utils ref reference list set map bytes encoding algorithm alg alias issuer audience enabled
    required usage used status state param params parameter arg args argument column attribute
    attr prompt getter setter env var variable link page form view icon button event func fn
    function callback method factory builder generator filter exception schema model config
    settings options option selector locator xpath css idx pos position offset start end begin
    arn location source src target owner user encoder decoder converter resolver interceptor
    listener serializer hashers lock username email prop property meta metadata spec
    encryption
    table charset chars alphabet separator sep delimiter delim identifier ident check checker
    checks word words kwargs module stream bucket subject info period pem crt cer der pfx jks txt
    json yaml yml xml zip py js ts html css md csv log sh so h c go rs java comment comments
    """
)
_PLAIN_ANYWHERE: Final = words(
    """
    public primary foreign sort cache partition monkey turkey author authors tokenizer tokenizers
    tokenize tokenized secretary csrf xsrf passenger bypass max min num keyboard keyword keywords
    pad eos bos unk keyframe keyframes donkey compass passive passing passed hotkey keycode pubkey
    keypress keydown keyup routing composite unique translation i18n idempotency forgot show
    hide toggle invalid missing wrong incorrect secretsmanager publishable sitekey
    primaria primaire primario foranea estrangeira publica publico publique pubblica offentlich
    sekretariat sekretar palabra palavra
    """
)


_OF_THE_NAME_BEFORE: Final = words("value val text default plain raw key prod dev test live")
"""Last parts of a dotted name that say nothing themselves: `db.password.value`."""


_ASKS_ALWAYS: Final = re.compile(r"redis|valkey|memcache")
"""Servers whose `auth` is a password and nothing else."""

_PLAIN_LETTERS: Final = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O"})


@lru_cache(maxsize=4096)
def judge_key(key: str) -> Key:
    """What a name says. `key` is an identifier in any spelling: camel, snake, kebab, dotted."""
    *before, last = _without_accents(key).split(".")
    if before and last.lower() in _OF_THE_NAME_BEFORE:
        return max(_judge(before[-1]), _judge(f"{before[-1]}_{last}"), key=lambda k: k.value)
    if before and last.lower() == "auth" and _ASKS_ALWAYS.search(key.lower()):
        return Key.HUMAN
    return _judge(last)


def _without_accents(key: str) -> str:
    if key.isascii():
        return key
    parts = unicodedata.normalize("NFD", key.translate(_PLAIN_LETTERS))
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


def is_plain(key: str) -> bool:
    """Whether a name is the one of a field, `email` or `file_name`, and no person's."""
    parts = [word.lower() for word in _WORDS.findall(key)]
    return not parts or parts[-1] in _PLAIN_LAST or parts[-1] in _FIELDS


_FIELDS: Final = words(
    """
    role roles group groups shell home image tag login avatar phone address company department
    created updated modified last first date day zone region database db driver engine adapter
    usuario benutzer benutzername nutzer utilisateur identifiant utente uzytkownik gebruiker nombre
    nome nom imie name rol rola titel titre correo courriel beschreibung ort stadt tipo
    typ operation
    priv privs privilege privileges grant grants acl right rights
    """
)


def _judge(key: str) -> Key:
    parts = [word.lower() for word in _WORDS.findall(key)]
    while parts and parts[-1].isdigit():
        parts.pop()
    if not parts or not _PLAIN_ANYWHERE.isdisjoint(parts):
        return Key.NOTHING
    if parts[-1] in _PLAIN_LAST:
        return Key.NOTHING
    joined = "_".join(parts)
    if key.isupper() and joined.endswith("secret_key"):
        return Key.PHRASE
    if _PUBLIC.search(joined):
        return Key.NOTHING
    for pattern, kind in (
        (_HUMAN, Key.HUMAN),
        (_HUMAN_ABROAD, Key.HUMAN),
        (_PHRASE, Key.PHRASE),
        (_SECRET, Key.SECRET),
        (_MACHINE, Key.MACHINE),
        (_WEAK, Key.WEAK),
    ):
        if pattern.search(joined):
            return kind
    return Key.NOTHING
