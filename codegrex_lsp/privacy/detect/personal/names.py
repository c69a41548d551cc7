"""Names: whether a few words can be somebody's name, as far as their looks tell."""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.detect.words import words

_CAPITAL: Final = r"[^\W\d_a-z\u00df-\u00f6\u00f8-\u00ff]"
_PARTICLE: Final = (
    r"(?:van|von|der|den|de|del|della|di|da|dos|das|du|la|le|bin|ibn|al|el|ter|ten|zu|y|e|af|av)"
)
_WORD: Final = rf"(?:{_CAPITAL}\.|{_CAPITAL}[\w'\u2019]{{0,24}}(?:-[\w'\u2019]{{1,24}}){{0,2}})"

NAME: Final = rf"{_WORD}(?: (?:{_WORD}|{_PARTICLE}(?= ))){{0,4}}"
"""A pattern for up to five words, each in capitals or a particle between two."""

_NAME: Final = re.compile(NAME)
_FIRST_BARE: Final = re.compile(rf"{_PARTICLE} {NAME}", re.IGNORECASE)

_COMPANY: Final = words(
    """
    inc llc ltd limited gmbh ag kg corp corporation company co foundation project projects team
    authors contributors developers community university institute institut college school software
    group systems technologies technology labs laboratory laboratories solutions services
    consortium association organization organisation committee council department office center
    centre association society network networks media press google microsoft apple amazon facebook
    meta oracle ibm intel nvidia mozilla netflix twitter canonical hat redhat suse github gitlab
    apache python linux gnu free regents trustees members individual others everyone nobody bank
    industries international holdings ventures partners studio studios games entertainment ab oy
    sa srl sarl bv nv plc pty spa maintainers committers participants packaging authority core
    """
)
_NO_NAME: Final = words(
    """
    first last full middle given family name names surname surnames forename customer client
    patient user username person employee contact owner author string text str char varchar
    required optional unknown none null nil true false undefined default value values field label
    test testing example sample dummy placeholder redacted anonymous admin administrator guest your
    my the this that these new enter please all any no not yes in on for of to by with from
    copyright license licence version see todo fixme note class function method object type array list map
    integer boolean number date time id key data file path url code django docker jenkins travis
    bot dependabot renovate github-actions java javascript typescript eclipse pycharm visual studio
    intellij idea xcode vim emacs automatically generated created modified updated apache mit bsd
    gpl january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday http https www select insert into table
    and or if else return void public private static final const let var import export
    primary unique index foreign column varchar2 nvarchar initial suffix prefix title
    """
)
_SURE: Final = words("april may june august summer eve")
"""Months that are names too; kept where the key says that a name stands there."""


def is_name(text: str, *, fewest: int = 1) -> bool:
    """Whether `text` can be the name of a person and not of a company, a label or a product.

    Args:
        text: One name, without title and mail address.
        fewest: Words that it must have.
    """
    if not 2 <= len(text) <= 80 or not (_NAME.fullmatch(text) or _FIRST_BARE.fullmatch(text)):
        return False
    parts = [part.strip(".,").lower() for part in re.split(r"[ \-]", text)]
    if len(text.split(" ")) < fewest:
        return False
    if len(parts) == 1 and (text.isupper() and text.isascii()):
        return False
    if (
        len(parts) == 1
        and re.search(r"[a-z][A-Z]", text)
        and not re.match(r"(?:Mc|Mac|De|O)", text)
    ):
        return False
    if any(any(c.isdigit() for c in part) for part in parts):
        return False
    return not any(part in _COMPANY or (part in _NO_NAME and part not in _SURE) for part in parts)
