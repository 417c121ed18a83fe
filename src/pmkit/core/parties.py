"""
Who acts: a role, the party it acts for, and the person's name.
"""

from __future__ import annotations

import enum

import attrs


class Role(enum.StrEnum):
    """The seven parts that somebody can play on an order."""

    BUYER = "buyer"
    #: Somebody at the buyer who may approve payments above the buyer's limit.
    APPROVER = "approver"
    SUPPLIER = "supplier"
    #: The independent inspection company; the *provider* of a service.
    AGENCY = "agency"
    #: The agency's person on site.
    INSPECTOR = "inspector"
    #: The marketplace's own staff.
    OPERATOR = "operator"
    #: The marketplace's machinery: timers, processors' messages, the desk itself.
    SYSTEM = "system"


@attrs.frozen(kw_only=True)
class Actor:
    """
    One person or machine that takes a step.

    Args:
        role: The part it plays.

        party: The company it acts for, as the order names it.

        name: The person, for the history; may be empty.
    """

    role: Role
    party: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.role.value} {self.party}" + (
            f" ({self.name})" if self.name else ""
        )


#: The desk's own hand: timers and observations of the outside world.
SYSTEM = Actor(role=Role.SYSTEM, party="pmkit")
