"""
Every error that pmkit raises on purpose, in one tree.

::

    PmkitError
    ├── InputError (ValueError)          a value that can never be right
    │   ├── NaiveTimeError               a datetime without a zone
    │   ├── CurrencyError                unknown currency, or two that differ
    │   ├── MoneyError                   an amount that is no exact money
    │   ├── ShipDateError                a ship date that cannot be booked for
    │   ├── UnknownKindError             no such service kind in the catalogue
    │   ├── UnknownPluginError           no such agency, method or notifier
    │   ├── UnknownCalendarError         no such country or subdivision
    │   ├── ZoneRequiredError            a country with several zones, none named
    │   ├── SamplingError                no plan for this lot, level or AQL
    │   └── DocumentError                JSON that is malformed or has unknown keys
    ├── CalendarHorizonError (LookupError)   days nobody has announced yet
    ├── NotFoundError (LookupError)      absent, or not yours: the same answer
    ├── RefusedError                     right value, wrong moment, place or person
    │   ├── NotAllowedError              this role may not do this here
    │   ├── OutOfOrderError              this step does not follow the present stage
    │   ├── TooLateError                 a deadline has passed
    │   ├── NotYetError                  something has to happen first
    │   └── UnavailableError             a plugin says no, and why
    ├── ConflictError                    same idempotency key, other content
    ├── PluginError                      a plugin failed to load or to answer; its
    │                                    calls have a tree in core.plugin_errors
    └── StoreError                       the file or the rows are not as they must be
        ├── ForeignStoreError            not a pmkit database
        ├── NewerStoreError              written by a newer pmkit
        ├── CorruptStoreError            truncated, or rows that do not verify
        ├── LostConnectionError          the database went away meanwhile
        └── StaleWriteError              somebody else changed the order meanwhile
"""

from __future__ import annotations

from typing import ClassVar


class PmkitError(Exception):
    """
    The base of all errors of pmkit.

    Args:
        message: What is wrong, as a sentence a user may read.

        field: The argument or key that is wrong, if it is one.

        remedy: What to do about it, as a sentence a user may read.
    """

    #: A stable name for programs; the class name is for people.
    code: ClassVar[str] = "error"

    def __init__(
        self, message: str, *, field: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, field, remedy)
        self.message = message
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        how = f" {self.remedy}" if self.remedy else ""
        return f"{where}{self.message}{how}"


class InputError(PmkitError, ValueError):
    """A value that can never be right, whoever gives it and whenever."""

    code = "bad-input"


class NaiveTimeError(InputError):
    """A datetime without a zone: nobody can tell which instant it means."""

    code = "naive-time"


class CurrencyError(InputError):
    """A currency nobody knows, or two currencies in one sum."""

    code = "currency"


class MoneyError(InputError):
    """An amount that is not exact money: a float, too many digits, a wrong sign."""

    code = "money"


class ShipDateError(InputError):
    """A ship date that no service can be booked for."""

    code = "ship-date"


class UnknownKindError(InputError):
    """A service kind that the catalogue does not have."""

    code = "unknown-kind"


class UnknownPluginError(InputError):
    """An agency, payment method or notifier that is not attached."""

    code = "unknown-plugin"


class UnknownCalendarError(InputError):
    """A country or subdivision for which there is no calendar."""

    code = "unknown-calendar"


class ZoneRequiredError(InputError):
    """
    A country that has several time zones, and none was named.

    Attributes:
        candidates: The zones of the country, sorted.
    """

    code = "zone-required"

    def __init__(
        self,
        message: str,
        *,
        candidates: tuple[str, ...] = (),
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.candidates = candidates


class SamplingError(InputError):
    """No sampling plan exists for this lot, level, severity or AQL."""

    code = "sampling"


class DocumentError(InputError):
    """A JSON document that is malformed, incomplete or has unknown keys."""

    code = "document"


class CalendarHorizonError(PmkitError, LookupError):
    """
    The answer needs days that nobody has announced yet.

    pmkit never guesses them.  Ask for a provisional answer to get one that
    says so.
    """

    code = "calendar-horizon"


class NotFoundError(PmkitError, LookupError):
    """
    There is no such thing for this actor.

    "Does not exist" and "is not yours" are the same error with the same words,
    so that nobody can learn which orders exist.
    """

    code = "not-found"


class RefusedError(PmkitError):
    """
    A step that is well formed but may not be taken now.

    Attributes:
        allowed: What would have been allowed instead, and when; a sentence.
    """

    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        allowed: str = "",
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{super().__str__()} {self.allowed}".rstrip()


class NotAllowedError(RefusedError):
    """The role of the actor does not include this action at this stage."""

    code = "not-allowed"


class OutOfOrderError(RefusedError):
    """The step does not follow the stage that the service or order is in."""

    code = "out-of-order"


class TooLateError(RefusedError):
    """A deadline has passed."""

    code = "too-late"


class NotYetError(RefusedError):
    """Something else has to happen first."""

    code = "not-yet"


class UnavailableError(RefusedError):
    """An agency or payment method is not available here, and says why."""

    code = "unavailable"


class ConflictError(PmkitError):
    """The idempotency key was used before, for something else."""

    code = "conflict"


class PluginError(PmkitError):
    """A plugin failed to load, or answered outside its contract."""

    code = "plugin"


class StoreError(PmkitError):
    """The database is not as it must be."""

    code = "store"


class ForeignStoreError(StoreError):
    """The file is not a pmkit database."""

    code = "foreign-store"


class NewerStoreError(StoreError):
    """The database was written by a newer pmkit than this one."""

    code = "newer-store"


class CorruptStoreError(StoreError):
    """The file is truncated, or a row cannot be read back."""

    code = "corrupt-store"


class LostConnectionError(StoreError):
    """
    The connection to the database was lost.

    If that was while committing, nobody knows whether the command happened; given
    again with the same idempotency key it happens once.
    """

    code = "lost-connection"


class StaleWriteError(StoreError):
    """Another writer changed the order first; nothing of this command was written."""

    code = "stale-write"
