"""
What a plugin says it can do: it routes at run time, and it selects the checks.
"""

from __future__ import annotations

import datetime as dt
import enum
import string
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from pmkit.core.errors import InputError

#: The characters that every far side takes in a key.
KEY_ALPHABET = string.ascii_letters + string.digits + "-_"


class Support(enum.StrEnum):
    """Whether a plugin does something."""

    FULL = "full"
    #: With limits that the note states.
    PARTIAL = "partial"
    #: The far side could, the plugin does not.
    NOT_IMPLEMENTED = "not-implemented"
    #: The far side cannot.
    IMPOSSIBLE = "impossible"
    #: Nobody said; counts as no at run time, and as a failure for a level.
    UNKNOWN = "unknown"

    @property
    def usable(self) -> bool:
        """Whether the operation may be called."""
        return self in (Support.FULL, Support.PARTIAL)


class Idempotency(enum.StrEnum):
    """How the far side tells a repeated call from a second one."""

    #: By a key that belongs to its protocol.
    NATIVE = "native"
    #: By our reference in the request.
    CLIENT_REFERENCE = "client-reference"
    #: Not at all.
    NONE = "none"


class LookUp(enum.StrEnum):
    """What the far side can tell of a call whose answer was lost."""

    NONE = "none"
    #: Only by its own number, which is lost with the answer.
    BY_REFERENCE = "by-reference"
    #: By ours; "it is there" can be believed, "it is not there" cannot yet.
    AUTHORITATIVE = "authoritative"
    #: By ours; both answers can be believed.
    AUTHORITATIVE_ABSENCE = "authoritative-absence"


def _explained(capability: Any, _: object, note: str) -> None:
    if capability.support is Support.PARTIAL and not note.strip():
        msg = "Partial support needs a note."
        raise InputError(msg, field="note", remedy="Say what is missing.")


def _long_enough(_: object, attribute: Any, value: Any) -> None:
    least = 16
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        msg = f"{value!r} characters cannot tell keys apart."
        raise InputError(msg, field=attribute.name, remedy=f"Give {least} or more.")


def _varied(_: object, attribute: Any, value: Any) -> None:
    least = 10
    if not isinstance(value, str) or len(set(value)) < least:
        msg = "Too few characters to tell keys apart."
        raise InputError(msg, field=attribute.name, remedy="Give at least the digits.")


@attrs.frozen(kw_only=True)
class Capability:
    """
    What a plugin says of one operation.

    Args:
        support: Whether it does it.

        note: What is missing, for partial support.

        idempotency: How a repeated call is told from a second one.

        window: How long a repeated key is recognised; for ever, if left out.

        key_length: The longest key that the far side takes.

        key_alphabet: The characters that it takes in a key.

        look_up: What it can tell of a call whose answer was lost.

    Raises:
        pmkit.InputError: If partial support has no note, or keys could not be told
            apart.
    """

    support: Support = Support.UNKNOWN
    note: str = attrs.field(default="", validator=_explained)
    idempotency: Idempotency = Idempotency.NONE
    window: dt.timedelta | None = None
    key_length: int = attrs.field(default=255, validator=_long_enough)
    key_alphabet: str = attrs.field(default=KEY_ALPHABET, validator=_varied)
    look_up: LookUp = LookUp.NONE


#: Something the plugin does, and that needs no further words.
FULL = Capability(support=Support.FULL)
_UNKNOWN = Capability()


def _frozen(value: Mapping[str, Capability]) -> Mapping[str, Capability]:
    return MappingProxyType(dict(value))


@attrs.frozen(kw_only=True)
class Capabilities:
    """
    What a plugin says it can do.

    Args:
        operations: By the name of the operation; one that is not named is unknown.

        webhooks: Whether it verifies and reads messages of the far side.

        currencies: What it takes or quotes; any, if empty.

        countries: Where it works, as ISO 3166-1 codes; anywhere, if empty.

        calls_per_minute: How many calls the far side takes; unlimited if `None`.

    Examples:
        >>> can = Capabilities(operations={"quote": FULL})
        >>> can["quote"].support.usable, can["book"].support.value
        (True, 'unknown')
    """

    operations: Mapping[str, Capability] = attrs.field(factory=dict, converter=_frozen)
    webhooks: Capability = attrs.field(factory=Capability)
    currencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    calls_per_minute: int | None = None

    def __getitem__(self, operation: str) -> Capability:
        """Say what is known of one operation."""
        return self.operations.get(operation, _UNKNOWN)
