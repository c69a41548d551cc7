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
_FIRST_BARE: Final = re.compile(rf"{_PARTICLE} {NAME}")

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
    admin administrator all and anonymous any apache april array august author automatically
    boolean bot bsd by char class client code column const contact copyright created customer
    data date december default dependabot django docker dummy eclipse else emacs employee enter
    example export false family february field file final first fixme for foreign forename
    friday from full function generated github-actions given gpl guest http https id idea if
    import in index initial insert integer intellij into january java javascript jenkins july
    june key label last let licence license list map march may method middle mit modified monday
    my name names new nil no none not note november null number nvarchar object october of on
    optional or owner path patient person placeholder please prefix primary private public
    pycharm redacted renovate required return sample saturday see select september static str
    string studio suffix sunday surname surnames table test testing text that the these this
    thursday time title to todo travis true tuesday type typescript undefined unique unknown
    updated url user username value values var varchar varchar2 version vim visual void
    wednesday with www xcode yes your
    report weekly daily monthly summary dashboard overview settings
    """
)
_JOINED: Final = re.compile(r"(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bLe)(?<=[a-z])[A-Z]")
"""A capital inside a word: the name of a class, save in some families."""

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
    if len(parts) == 1 and _JOINED.search(text):
        return False
    if any(any(c.isdigit() for c in part) for part in parts):
        return False
    return not any(part in _COMPANY or (part in _NO_NAME and part not in _SURE) for part in parts)
