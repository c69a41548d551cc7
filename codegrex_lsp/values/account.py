"""A sign-in at the managed cloud, and whose it is. Secrets are ApiKeys, so nothing prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from codegrex_lsp.values.apikey import ApiKey


@dataclass(frozen=True, slots=True)
class Token:
    """What a sign-in gives.

    Attributes:
        access: The IDE token, sent as bearer.
        refresh: What gets the next one, or None.
        expires: When `access` ends, in seconds since 1970; infinite where nobody said.
    """

    access: ApiKey
    refresh: ApiKey | None = None
    expires: float = math.inf


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A sign-in that waits for the person (RFC 8628, section 3.2).

    Attributes:
        code: What is asked with; nobody sees it.
        user_code: What the person enters.
        address: Where they enter it.
        interval: Seconds between two questions.
        lifetime: Seconds until it is too late.
    """

    code: ApiKey
    user_code: str
    address: str
    interval: float
    lifetime: float


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the service knows us as, in its own words; what it does not say is empty.

    Attributes:
        id: The account.
        name: What to call the person.
        email: Their address.
        organisation: Who pays.
        plan: What for.
    """

    id: str
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    organisation: str = field(default="", repr=False)
    plan: str = ""

    def as_json(self) -> dict[str, str]:
        """The shape of `whoami --json`."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "organisation": self.organisation,
            "plan": self.plan,
        }
