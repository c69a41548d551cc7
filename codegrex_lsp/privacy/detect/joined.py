"""Joined words: whether `a.b.c` is a pass phrase, or the name of something in a program.

Both are words with dots or underscores between. Names of programs hold at least one word of the
trade, `login.form.title`; words that people pick for a pass phrase are things and names.
"""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.detect.words import words

_WORDS: Final = re.compile(r"[a-z]{4,16}(?:(?:\.[a-z]{4,16}){2,7}|(?:_[a-z]{4,16}){2,7})")
"""Three words or more, in lower case, with one mark between all of them."""

_TRADE: Final = words(
    """
    about above abstract accept accepted access account accounts action actions active actual
    added address admin agent alert alias allow allowed also already always amazon and another
    answer apache apikey application apps archive argument arguments array assert async attempt
    attempts attribute auth authenticate authentication author authorization auto available azure
    back backend backup base basic batch bearer before begin below between binary bind block body
    bool boolean boot both browser bucket buffer build builder bundle button bytes cache call
    callback cannot case cert certificate challenge change changed channel char character
    characters check checks child choose cipher class clear click client cloud cluster code codec
    collection column columns command comment common commons compare complete component compose
    conf config configuration confirm confirmation confirmed connect connection console constant
    constants contain container contains content context control controller cookie copy core
    correct could count create created cred credential credentials crypt crypto current custom
    customer data database date decode decrypt default defaults define delete demo deploy derived
    desc description details device dialog dict different digest digit digits directory disable
    disabled display docker document does domain done down driver drop dummy each edit email empty
    enable enabled encode encoded encoding encrypt encrypted encryption endpoint engine enter
    entity entries entry environ environment error errors event events example exception exist
    exists expected expire expired expiry export extension external extra fail failed failure fake
    fallback false feature fetch field fields file filename files fill filter final find first
    flag flags folder footer foreign forgot form format forms found frame framework from front
    frontend function gateway general generate generated generator get given global grant group
    groups guest handler hash hashed hasher have header headers helper here hidden hide hint home
    host hostname html http https icon identifier identity image import incorrect index info init
    initial inline input insert install instance integer internal into invalid invite issue item
    items iteration java javascript join json just keep kept kerberos keyring keys keystore kind
    kubernetes label labels lang language last lazy length less letter letters level library limit
    line lines link list listener literal load loader local locale location lock locked logged
    logger login logins logout logs long longer lookup lower lowercase mail main make manage
    management manager mandatory manual mapping mask master match matches matching message messages
    metadata method min mismatch missing mock mode model models module more most multi must name
    named names namespace native need needed needs nested network never next node none normal null
    number numbers numeric oauth object offset okay only open operator option optional options
    order other output over override owner package page pages panel param parameter parameters
    params parent parse parser part pass passcode passed passphrase passwd password passwords path
    paths pattern payload permission persist personal phone phrase placeholder plain plugin policy
    pool popup port post postgres prefix present pretty preview previous primary print privacy
    private process production profile profiles project prompt properties property protected
    protocol provide provided provider proxy public push python query queue quick random range
    read reader recent record recover recovery redis redirect reference refresh regex register
    registration registry release reload remote remove rename render repeat repo repository
    request requests require required requirement requires reset resource response rest restore
    result results retry return role roles root route router rule rules runtime safe salt same
    sample save schema scheme scope screen script scripts search secret secrets section secure
    secured security select selector send serializer server servers service services session
    sessions set setting settings setup shared shell short should show sign signature signin
    signing signup simple site size snake socket some source special spec specified spring stack
    staging standard start state static status step storage store stored strategy stream strength
    string strings strip strong style subject submit success super support switch symbol symbols
    sync syntax system table tables target task team template temporary temp tenant test tests
    text than that then there this threshold time timeout title toggle token tokens tool tools
    tooltip topic track transaction translation translations trigger true trust type types unique
    unit unknown unlock unset unsafe until update updated upload upper uppercase usage used user
    username users using util utils valid validate validation validator validators value values
    variable variables vault verification verify version very view views visible volume wallet
    warning weak web webhook were when where which widget will window with without word wordlist
    words workspace world would wrapper write writer wrong your yours zone
    """
)
"""Words of which names in programs, and of their messages to people, are made."""


def is_pass_phrase(value: str) -> bool:
    """Whether words with dots or underscores between are of no program, as far as they tell.

    Args:
        value: A whole value, without quotes.
    """
    return _WORDS.fullmatch(value) is not None and _TRADE.isdisjoint(re.split("[._]", value))
