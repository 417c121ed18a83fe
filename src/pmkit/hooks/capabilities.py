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

from pmkit.core.checked import positive
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


def _explained(capability: Any, _: object, note: Any) -> None:
    if not isinstance(note, str):
        msg = f"{note!r:.80} is no text."
        raise InputError(msg, field="note", remedy="Write a sentence.")
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


def _is_one_of(_: object, attribute: Any, value: Any) -> None:
    kind = type(attribute.default)
    if not isinstance(value, kind):
        names = ", ".join(f"{kind.__name__}.{each.name}" for each in kind)
        msg = f"{value!r:.80} is no {kind.__name__}."
        raise InputError(msg, field=attribute.name, remedy=f"Use one of {names}.")


def _is_window(_: object, attribute: Any, value: Any) -> None:
    fits = isinstance(value, dt.timedelta) and value > dt.timedelta(0)
    if value is not None and not fits:
        msg = f"{value!r:.80} is no time span above zero."
        raise InputError(msg, field=attribute.name, remedy="Give a timedelta.")


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
        pmkit.InputError: If a field is of another type, partial support has no note,
            or keys could not be told apart.
    """

    support: Support = attrs.field(default=Support.UNKNOWN, validator=_is_one_of)
    note: str = attrs.field(default="", validator=_explained)
    idempotency: Idempotency = attrs.field(
        default=Idempotency.NONE, validator=_is_one_of
    )
    window: dt.timedelta | None = attrs.field(default=None, validator=_is_window)
    key_length: int = attrs.field(default=255, validator=_long_enough)
    key_alphabet: str = attrs.field(default=KEY_ALPHABET, validator=_varied)
    look_up: LookUp = attrs.field(default=LookUp.NONE, validator=_is_one_of)


#: Something the plugin does, and that needs no further words.
FULL = Capability(support=Support.FULL)
_UNKNOWN = Capability()


def _frozen(value: Any) -> Any:
    # What is no mapping is refused by the validator.
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value


def _are_operations(_: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, Mapping) or not all(
        type(each) is Capability for each in value.values()
    ):
        msg = "Each operation has a Capability, and nothing else."
        remedy = 'Write it as {"quote": FULL}.'
        raise InputError(msg, field=attribute.name, remedy=remedy)


def _is_capability(_: object, attribute: Any, value: Any) -> None:
    if type(value) is not Capability:
        msg = f"{value!r:.80} is no Capability."
        raise InputError(msg, field=attribute.name, remedy="Write FULL, or say more.")


def _codes(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)


def _are_codes(_: object, attribute: Any, value: Any) -> None:
    # The letters of one code would pass for codes.
    if isinstance(value, str) or not all(_is_code(each) for each in value):
        msg = f"{value!r:.80} is no list of codes."
        raise InputError(msg, field=attribute.name, remedy='Write it as ("CN", "VN").')


def _is_code(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalpha()


def _is_rate(_: object, attribute: Any, value: Any) -> None:
    if value is not None:
        positive(_, attribute, value)


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

    Raises:
        pmkit.InputError: If a field is of another type.

    Examples:
        >>> can = Capabilities(operations={"quote": FULL})
        >>> can["quote"].support.usable, can["book"].support.value
        (True, 'unknown')
    """

    operations: Mapping[str, Capability] = attrs.field(
        factory=dict, converter=_frozen, validator=_are_operations
    )
    webhooks: Capability = attrs.field(default=_UNKNOWN, validator=_is_capability)
    currencies: tuple[str, ...] = attrs.field(
        default=(), converter=_codes, validator=_are_codes
    )
    countries: tuple[str, ...] = attrs.field(
        default=(), converter=_codes, validator=_are_codes
    )
    calls_per_minute: int | None = attrs.field(default=None, validator=_is_rate)

    def __getitem__(self, operation: str) -> Capability:
        """Say what is known of one operation."""
        return self.operations.get(operation, _UNKNOWN)
