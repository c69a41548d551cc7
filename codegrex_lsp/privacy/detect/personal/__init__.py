"""Personal data: what belongs to somebody and is no secret of a machine.

    contacts   e-mail, phone, public addresses of machines
    accounts   cards, IBANs, wallets
    numbers    national numbers: the table `national` and its checks
    assigned   what the name of a key gives away: the table `fields`
    columns    the same for the cells of CSV, by the head of their column
    beside     a `name` with a mail address or a phone beside it
    people     names in the position of an author
    cards      address books, calendars, directories
    visitors   who was logged in, by the logs of servers
    told       where somebody lives and when they were born, in a sentence
    ner        names that only a language model hears, known after a while; no detector

Each is a detector of its own behind a gate of its own; `presidio` holds the recognisers of that
package. Here a wrong find spoils a completion and a missed one is a leak, so both are measured.
"""

from __future__ import annotations

from codegrex_lsp.privacy.detect.detector import LineDetector
from codegrex_lsp.privacy.detect.personal.accounts import Accounts
from codegrex_lsp.privacy.detect.personal.assigned import Fields
from codegrex_lsp.privacy.detect.personal.beside import Beside
from codegrex_lsp.privacy.detect.personal.cards import Cards
from codegrex_lsp.privacy.detect.personal.columns import Columns
from codegrex_lsp.privacy.detect.personal.contacts import Contacts
from codegrex_lsp.privacy.detect.personal.numbers import NationalNumbers
from codegrex_lsp.privacy.detect.personal.people import People
from codegrex_lsp.privacy.detect.personal.told import Told
from codegrex_lsp.privacy.detect.personal.visitors import Visitors


def personal_detectors() -> tuple[LineDetector, ...]:
    """A fresh set, in the order in which a line meets them; nothing heavy is imported."""
    return (
        Contacts(),
        Accounts(),
        NationalNumbers(),
        Fields(),
        Columns(),
        People(),
        Beside(),
        Cards(),
        Visitors(),
        Told(),
    )
