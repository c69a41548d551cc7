"""Commands and calls that take a password at a known place, without a key that names it.

    sshpass -p …    mysql -u root -p…    curl -u me:…    net use Z: \\\\host\\share …
    IDENTIFIED BY '…'    ConvertTo-SecureString "…"    HTTPBasicAuth("me", "…")

One row for each: letters that stand on the line, and what it looks like. Every repeat is bounded,
so a line costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.judge import judge_value
from codegrex_lsp.privacy.detect.keys import Key
from codegrex_lsp.privacy.detect.passwords import is_likely, is_word_and_number

_VALUE: Final = r"""(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)'|(?P<bare>[^\s"'`|;&<>,)\]]+))"""
_BLANK: Final = r"""["']?[\s,=]{1,4}"""  # between words of a command line, or of a list of them
_REST: Final = r"[^|;&]{0,200}?"
_TEXT: Final = r"""(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)')"""
_USER: Final = r"""(?:"[^"]{0,120}"|'[^']{0,120}'|\$?[\w.]{1,60})\s{0,4},\s{0,4}"""

_LIKELY: Final = r"""(?:"(?P<double_likely>[^"]+)"|'(?P<single_likely>[^']+)')"""
"""A string of a call that may take others: it must look like a password by itself."""

_FIELD: Final = r"""(?:passw(?:or)?d|passwort|pwd)\w{0,20}["'\])/i]"""  # of a form, by its name
_TYPED: Final = ("enter", "enters", "type", "types", "fill", "fills", "entered", "typed")

_ROWS: Final = (
    (("sshpass",), rf"""sshpass{_REST}["'\s]-p["']?[\s,]{{0,4}}{_VALUE}"""),
    (
        ("mysql", "mariadb", "mycli"),
        rf"""(?:mysql|mariadb|mycli)\w*\b{_REST}["'\s]-p(?=[^\s"',]|'[^'\s,]|"[^"\s,]){_VALUE}""",
    ),
    (
        ("curl",),
        rf"""curl\b{_REST}["'\s](?:-u|--user|-U|--proxy-user)(?:{_BLANK})?(?P<q>["'])?[^\s:"']{{1,120}}:"""
        r"""(?P<pair>(?(q)[^"']+|(?:'[^']+'|"[^"]+"|[^\s"'|;&]+)))""",
    ),
    (
        ("--proxy-user",),
        rf"""curl\b{_REST}["'\s](?:(?-i:-U)|--proxy-user)(?:{_BLANK})?["']?[^\s:"']{{1,120}}:(?P<pair>[^\s"'|;&]+)""",
    ),
    (("lftp",), rf"""\blftp\b{_REST}\s-u\s{{0,2}}["']?[\w.@\-]{{1,64}},{_VALUE}"""),
    (("plink", "pscp", "psftp", "putty"), rf"""\s-pw{_BLANK}{_VALUE}"""),
    (("snmp",), rf"""\bsnmp\w+\s{_REST}\s(?-i:-A){_BLANK}{_VALUE}"""),
    (("snmp",), rf"""\bsnmp\w+\s{_REST}\s(?-i:-X){_BLANK}{_VALUE}"""),
    (
        ("sudo -s", "kinit", "-stdin", "cryptsetup", "chpasswd", "gpg ", "smbpasswd", "ssh-add"),
        rf"""\b(?:echo|printf)\s(?:-\w+\s|["']%s[^"']{{0,8}}["']\s){{0,2}}{_VALUE}\s*\|\s*(?:sudo\s(?!-S))?"""
        r"""(?:sudo\s(?-i:-S)|kinit|cryptsetup|gpg|smbpasswd|ssh-add|[\w.\-/]{1,40}\s[^|]{0,200}-stdin)""",
    ),
    (
        ("docker", "podman", "helm", "skopeo", "buildah", "nerdctl", "oras"),
        rf"""\blogin\b{_REST}["'\s]-p{_BLANK}{_VALUE}""",
    ),
    (("az login", "cf login", "oc login"), rf"""\blogin\b{_REST}\s-p{_BLANK}{_VALUE}"""),
    (("psexec", "winexe"), rf"""(?:psexec|winexe){_REST}\s-p{_BLANK}{_VALUE}"""),
    (("net use",), rf"""net use\s(?:\S+\s){{1,3}}(?!\\\\){_VALUE}\s+/u"""),
    (("net use",), rf"""net use{_REST}/user:\S+\s{_VALUE}"""),
    (("net user",), rf"""net user\s\S+\s{_VALUE}\s+/add"""),
    (("cmdkey", "/pass:", "xfreerdp"), rf"""\s/p(?:ass(?:word)?)?:{_VALUE}"""),
    (("redis-cli",), rf"""redis-cli{_REST}\s-a{_BLANK}{_VALUE}"""),
    (
        ("mongo", "sqlcmd", "bcp ", "ipmitool", "sqoop", "influx"),
        rf"""(?:mongo\w*|sqlcmd|bcp|ipmitool|sqoop|influx)\b{_REST}\s-[pP]{_BLANK}{_VALUE}""",
    ),
    (
        ("mosquitto", "osql", "isql", "sqlcmd"),
        rf"""(?:mosquitto_(?:pub|sub)|osql|isql|sqlcmd)\b{_REST}\s-(?-i:P)(?!assw|ort\b)(?:{_BLANK})?{_VALUE}""",
    ),
    (
        ("storepass", "keypass"),
        rf"""\s-(?:src|dest|new)?(?:store|key)pass(?:{_BLANK}){_VALUE}""",
    ),
    (("ssh-keygen",), rf"""ssh-keygen\b{_REST}\s-[NP]{_BLANK}{_VALUE}"""),
    (("rclone obscure",), rf"""rclone\sobscure\s{_VALUE}"""),
    (("kinit",), rf"""kinit\b{_REST}\s<<<\s?{_VALUE}"""),
    (("set_password(",), rf"""set_password\(\s{{0,4}}(?:{_USER}){{2}}{_TEXT}"""),
    (("passwordtoken(",), rf"""passwordtoken\(\s{{0,4}}{_USER}{_TEXT}"""),
    (("security_credentials",), rf"""security_credentials["']?,\s{{0,4}}{_TEXT}"""),
    (("mysqladmin",), rf"""mysqladmin\b{_REST}\spassword\s{_VALUE}"""),
    (("schtasks",), rf"""schtasks\b{_REST}\s/rp\s{_VALUE}"""),
    (("ldap",), rf"""ldap(?:search|modify|add|delete|passwd|whoami){_REST}\s-w{_BLANK}{_VALUE}"""),
    (("smbclient", "rpcclient"), rf"""client{_REST}\s-U\s*["']?[^\s%"']{{1,80}}%{_VALUE}"""),
    (("rabbitmqctl",), rf"""rabbitmqctl\s(?:add_user|change_password)\s\S+\s{_VALUE}"""),
    (("htpasswd",), rf"""htpasswd\s-\w*b\w*\s(?:\S+\s){{2}}{_VALUE}"""),
    (("chpasswd",), r"""["']?[\w.\-]{1,32}:(?P<pair>[^\s"':|]+)["']?\s*\|\s*(?:sudo\s)?chpasswd"""),
    (
        ("secret ", "password ", "isakmp"),
        rf"""^\s{{0,4}}(?:enable|username\s\S{{1,64}}(?:\sprivilege\s\d+)?)\s(?:secret|password)"""
        rf"""(?:\s[05])?\s{_VALUE}\s*$""",
    ),
    (("isakmp key",), rf"""isakmp\skey\s(?:\d\s)?{_VALUE}\saddress"""),
    (("community",), rf"""\bsnmp-server\scommunity\s{_VALUE}\s+r[ow]\b"""),
    (("community",), rf"""^\s*r[ow]community6?\s{_VALUE}"""),
    (("community",), rf"""\bsnmp\w{{0,8}}[_.\-]?community["']?\s?[:=]\s?{_VALUE}"""),
    (("createuser ",), rf"""^\s*createuser\s\S+\s(?:md5|sha[\w\-]*)\s{_VALUE}"""),
    (("createuser ",), rf"""^\s*createuser\s.{{1,160}}\s(?:des|aes[\w\-]*)\s{_VALUE}"""),
    (
        ("user ",),
        r"""^\s*(?:acl\ssetuser|user)\s\S{1,64}\s(?:[^>\s]\S{0,80}\s){0,6}>(?P<pair>\S+)""",
    ),
    (("openssl",), rf"""openssl{_REST}\s-k{_BLANK}{_VALUE}"""),
    (("-pass",), rf"""-pass(?:in|out)?{_BLANK}["']?pass:{_VALUE}"""),
    (("7z", "rar "), rf"""\b(?:7z\w?|rar|unrar)\b{_REST}\s-h?p{_VALUE}"""),
    (("zip",), rf"""\b(?:un)?zip\b{_REST}\s-P{_BLANK}{_VALUE}"""),
    (
        ('pass to "', 'word to "', 'phrase to "', "word {"),
        rf"""\bset\s+\w{{0,40}}pass\w{{0,40}}\s+(?:to\s+{_TEXT}|\{{(?P<pair>[^{{}}]+)\}})""",
    ),
    (("http -", "https -"), rf"""\bhttps?\s{_REST}(?:-a|--auth){_BLANK}[\w.\-]{{1,64}}:{_VALUE}"""),
    (("secret set",), rf"""secret\sset\s{_REST}(?:-b|--body){_BLANK}{_VALUE}"""),
    (
        ("<<<",),
        rf"""\bread\s[^|;&<]{{0,80}}\b\w*(?:pass|pw|secret)\w*\s{{0,4}}<<<\s{{0,4}}{_VALUE}""",
    ),
    (("new pdo",), rf"""new\spdo\((?:{_USER}){{2}}{_TEXT}"""),
    (("sqlplus",), rf"""sqlplus\s(?:-\w+\s){{0,3}}["']?[\w$]{{1,60}}/{_VALUE}"""),
    (("@tcp(", "@unix("), r"""["'`][\w.\-]{1,64}:(?P<pair>[^"'`\s]{1,256})@(?:tcp|unix)\("""),
    (("jdbc:oracle",), r"""jdbc:oracle:\w{1,8}:[\w.]{1,64}/(?P<pair>[^"'`\s]{1,256})@"""),
    (
        ("identified",),
        rf"""identified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?"""
        rf"""(?:{_TEXT}|(?P<bare_likely>[^\s"'`;,()]{{6,64}}))""",
    ),
    (("convertto-secure",), rf"""convertto-securestring\s+(?:-string\s+)?{_TEXT}"""),
    (("convertto-secure",), rf"""{_TEXT}\s*\|\s*convertto-securestring"""),
    (
        ("basicauth", "basic_auth", "digestauth", "networkcredential", "passwordcredentials"),
        rf"""(?:basic_?auth|digestauth|networkcredential|passwordcredentials)[ (]\s{{0,4}}"""
        rf"""{_USER}(?:some\()?{_TEXT}""",
    ),
    (
        ("credentials(", "auth(", "login("),
        rf"""(?:credentials|(?<!plain)auth|login)\(\s{{0,4}}{_USER}{_TEXT}\s{{0,4}}[,)]""",
    ),
    (("plainauth(",), rf"""plainauth\(\s{{0,4}}(?:{_USER}){{2}}{_TEXT}"""),
    (("userpwd",), r"""userpwd["']?\s?[,=:]>?\s{0,4}["'][^:"']{1,80}:(?P<pair>[^"']+)"""),
    (("createasync(", "signwith("), rf"""(?:createasync|signwith)\(\s{{0,4}}{_USER}{_TEXT}"""),
    (("algorithm.hmac",), rf"""algorithm\.hmac\d{{3}}\(\s{{0,4}}{_TEXT}"""),
    (("fernet(",), rf"""fernet\(\s{{0,4}}b?{_TEXT}"""),
    (
        ("hashpw(", "password(", "bcrypt.", "password_hash(", "password_verify("),
        r"""(?:hashpw|generatefrompassword|bcrypt\.(?:hash|compare)(?:sync)?|password_(?:hash|verify)"""
        rf"""|(?:check|verify|match|compare)e?s?_?password)\(\s{{0,4}}(?:\[\]byte\()?b?{_TEXT}""",
    ),
    (("session(",), rf"""session\(\s{{0,4}}\{{[^{{}}]{{0,120}}?secret:\s{{0,4}}{_TEXT}"""),
    (("real_connect(",), rf"""real_connect\(\s{{0,4}}(?:{_USER}){{3}}{_TEXT}"""),
    (("ftp(", "ftp_tls("), rf"""\bftp(?:_tls)?\(\s{{0,4}}(?:{_USER}){{2}}{_TEXT}"""),
    (("dbi->connect(",), rf"""dbi->connect\(\s{{0,4}}(?:\$\w+\s?,\s?|{_USER}){_USER}{_TEXT}"""),
    (("oracle",), r"""oracle\w*\.connect\(\s{0,4}["'][\w$]{1,60}/(?P<pair>[^"'@\s]{1,128})@"""),
    (
        (".fill(", ".type(", "fill_in ", "set_value(", "setvalue("),
        rf"""(?:fill|type|value)(?:_in)?[ (][^;]{{0,100}}?"""
        rf"""{_FIELD}{{1,6}},\s{{0,4}}(?:with:\s?)?{_TEXT}""",
    ),
    (
        (
            *(".fill(", ".type(", "sendkeys(", "send_keys(", "set_value(", "setvalue("),
            *("thenreturn(", "willreturn(", "and_return(", "returnvalue(", ".returns("),
        ),
        rf"""{_FIELD}{{1,6}}\.(?:\w{{1,12}}\(\)\.)?"""
        r"""(?:fill|type|send_?keys|set_?value|(?:then|will|and_|mock)?_?returns?(?:value)?)"""
        rf"""\(\s{{0,4}}{_TEXT}""",
    ),
    (
        tuple(f"{verb} {quote}" for verb in _TYPED for quote in "\"'"),
        rf"""\b(?:{"|".join(_TYPED)})\s{_TEXT}\s(?:in|into|as|for)\s[^"']{{0,24}}["']?passw""",
    ),
    (
        ("passwordauthentication", ".login(", ".authenticate(", "mysqli("),
        rf"""(?:passwordauthentication\w*|\.login|\.authenticate)\(\s{{0,4}}{_USER}{_TEXT}""",
    ),
    (("credentials.basic(",), rf"""credentials\.basic\(\s{{0,4}}{_USER}{_TEXT}"""),
    (("auth(",), rf"""\w[.:]auth\(\s{{0,4}}{_LIKELY}\s{{0,4}}\)"""),
    (
        ("credentialsimpl(",),
        rf"""usernamepassword\w{{0,40}}impl\([^()]{{0,200}}?{_USER}{_TEXT}\s{{0,4}}\)""",
    ),
    (
        (".connect(", "connection("),
        rf"""(?:\.connect|\bconnection)\(\s{{0,4}}{_USER}(?:\d{{1,5}}\s?,\s?)?{_USER}{_LIKELY}""",
    ),
    (("sendline(",), rf"""\.sendline\(\s{{0,4}}b?{_LIKELY}\s{{0,4}}\)"""),
    (("wifi.begin(",), rf"""wifi\.begin\(\s{{0,4}}{_USER}{_TEXT}"""),
    (("getpass",), rf"""getpass\b[^"']{{0,60}}\blambda\b[^"':]{{0,20}}:\s{{0,4}}{_TEXT}"""),
    (
        ("crypt(", "unlock("),
        rf"""\b(?:de|en)?(?:crypt|unlock)\(\s{{0,4}}(?:[^()"']{{1,80}},\s{{0,4}})?{_LIKELY}\s{{0,4}}[,)]""",
    ),
    (
        ("equal(", "equals(", "equal "),
        rf"""equals?[ (]\s{{0,4}}{_TEXT},\s{{0,4}}[\w.$>\-]{{0,60}}(?:password|passwd|pwd)\b""",
    ),
    (
        ('word" with', "word' with"),
        rf"""\bfill(?:s|ed)?\s(?:in\s)?["'][^"']{{0,40}}pass\w{{0,8}}["']\swith\s{_TEXT}""",
    ),
    (
        ('" with', "' with"),
        rf"""\b(?:log|sign)\w{{0,3}}[ \-]in\s(?:as|with)\s(?:"[^"]{{1,80}}"|'[^']{{1,80}}')\s"""
        rf"""(?:and|with)\s{_LIKELY}""",
    ),
    (("auth",), rf"""\bauth\s?[=:(]\s?[(\[]?\s?{_USER}{_TEXT}\s?[)\]]"""),
    (
        ("jwt.",),
        rf"""jwt\.(?:sign|verify|encode|decode)\(\s{{0,4}}[^()"']{{1,120}},\s{{0,4}}{_TEXT}""",
    ),
    (("createhmac",), rf"""createhmac\(\s{{0,4}}["']\w{{1,20}}["']\s{{0,4}},\s{{0,4}}{_TEXT}"""),
    (("cookieparser",), rf"""cookieparser\(\s{{0,4}}{_TEXT}"""),
    (
        ("getconnection", "mysqli", "mysql_connect", "mysql.connect", "ftp_login", "psycopg"),
        rf"""(?:getconnection|mysqli|connect|login)\((?:{_USER}){{1,3}}?{_USER}{_TEXT}""",
    ),
)
_PATTERNS: Final = tuple(
    (frozenset(words), re.compile(form, re.IGNORECASE)) for words, form in _ROWS
)
_PASSWORD_LINE: Final = re.compile(
    r"^[\w.*\-]{1,255}:(?:\d{2,5}|\*):[\w*.$\-]{1,64}:[\w*.@\-]{1,64}:(?P<bare>[^\s:,;()]{4,128})$"
)
"""A line of `.pgpass`: host:port:database:user:password."""

_EQUAL: Final = re.compile(r"equal.*(?:passw|pwd)", re.IGNORECASE)
"""From the word on, what every comparison with a password holds; tests compare on many lines."""

_USER_LINE: Final = re.compile(
    r"^\"[^\"\s]{1,63}\" \"(?:(?P<bare>md5[0-9a-f]{32})|(?P<double_likely>[^\"\s]{6,128}))\"\s*$"
)
"""A line of a list of users, as PgBouncer has it."""

_PASSWORD_LINE_WORDS: Final = frozenset({":5432:", ":5433:", ":6432:", ":*:"})


class Commands:
    """Passwords in command lines, SQL statements and calls."""

    name = "commands/1"
    level: Level = "secrets"
    keywords = _PASSWORD_LINE_WORDS.union(*(words for words, _ in _ROWS))
    triggers: Sequence[str] = (r'^"[^"\s]{1,63}" "[^"\s]{6,128}"[ \t]*\r?$',)
    checks = MappingProxyType(dict.fromkeys(("equal(", "equals(", "equal "), _EQUAL.match))

    def wants(self, line: Line) -> bool:
        """Whether a command is named, or the line is one of a `.pgpass`."""
        if line.kind is FileKind.FORMS:
            return False
        if line.text.startswith('"'):
            return True
        if line.words is not None:
            return not self.keywords.isdisjoint(line.words)
        return any(word in line.lowered for word in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """The password's span, without its quotes."""
        spans = []
        here = line.words
        if here is None:
            here = [word for word in self.keywords if word in line.lowered]
        for words, pattern in _PATTERNS:
            if not words.isdisjoint(here):
                spans += [_span(line, match) for match in pattern.finditer(line.text)]
        for pattern in (_PASSWORD_LINE, _USER_LINE):
            if match := pattern.match(line.text):
                spans.append(_span(line, match))
        return [span for span in spans if span is not None]

    def warm_up(self) -> None:
        """Nothing to import."""


def _span(line: Line, match: re.Match[str]) -> Span | None:
    group = next(name for name, value in match.groupdict().items() if value and name != "q")
    start, end = match.span(group)
    value = line.text[start:end]
    if value[0] == value[-1] and value[0] in "\"'" and len(value) > 2:
        start, end, value = start + 1, end - 1, value[1:-1]
    if group.endswith("_likely"):
        known = is_likely(value) or (group.startswith("bare") and is_word_and_number(value))
    else:
        known = judge_value(value, Key.HUMAN, quoted=group != "bare")
    if not known:
        return None
    return Span(start, end, "secret", "password", "command", 0.9)
