"""
What a deadline is: a moment that knows its clause, its calendar and its days.

Nobody else compares a moment with a deadline: `Deadline.allows` does, once.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    from pmkit.core.explain import Explanation


class CountingConvention(enum.StrEnum):
    """
    Which end of a period counts.

    The sources of this field never say it, so every answer of pmkit does.

    Examples:
        Seven working days before Friday 27 February 2026, in China:

        >>> import datetime as dt, pmkit
        >>> china, ship = pmkit.working_calendar("CN"), dt.date(2026, 2, 27)
        >>> for convention in CountingConvention:
        ...     due = pmkit.book_by(ship, calendar=china, convention=convention)
        ...     print(convention, due.last_day)
        exclude-event-day 2026-02-11
        clear-days 2026-02-10
        inclusive 2026-02-12
    """

    #: The day of the event is not counted, the last counted day is.  The rule
    #: of articles 201 to 204 of the Civil Code of China, and of fingers.
    EXCLUDE_EVENT_DAY = "exclude-event-day"
    #: Neither end counts; rule 2.8 of the Civil Procedure Rules of England.
    CLEAR_DAYS = "clear-days"
    #: Both ends count, if they are days of the unit.
    INCLUSIVE = "inclusive"

    @classmethod
    def _missing_(cls, value: object) -> CountingConvention:
        msg = f"{value!r} is not a counting convention."
        names = ", ".join(member.value for member in cls)
        raise InputError(msg, field="convention", remedy=f"Use one of {names}.")


@attrs.frozen(kw_only=True)
class Deadline:
    """
    The first moment that is too late, and why.

    It holds plain values only, so that it can be stored, and explained years
    later without the calendar that it was counted on.

    Attributes:
        at: The first instant that is too late, in UTC.

        last_day: The last local day that still counts, in `zone`.

        counted: The counted days, ascending; empty if hours were counted.

        clause: The clause that sets it, such as ``BOOK-1``.

        convention: Which ends counted; `None` if hours were counted.

        calendar: The name of the calendar; empty if every day counts.

        calendar_version: The version of that calendar; empty if there is none.

        zone: The name of the time zone in which the days begin and end.

        provisional: Whether a day was read that nobody has announced.

        event_day: The local day that the period runs from or up to.

        event_at: The instant that it runs from, if it was an instant.

        day_kinds:
            What the calendar said of each day from the earlier of `last_day`
            and `event_day` to the later, one letter each, see
            `WorkingCalendar.letters`; empty if there is no calendar.
    """

    at: dt.datetime = attrs.field(converter=to_utc)
    last_day: dt.date
    counted: tuple[dt.date, ...]
    clause: str
    convention: CountingConvention | None
    calendar: str = ""
    calendar_version: str = ""
    zone: str
    provisional: bool = False
    event_day: dt.date
    event_at: dt.datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_utc)
    )
    day_kinds: str = ""

    def allows(self, instant: dt.datetime) -> bool:
        """
        Tell whether *instant* is still in time: before `at`.

        Args:
            instant: Any aware datetime, in any zone.

        Raises:
            pmkit.NaiveTimeError: If *instant* has no zone.
        """
        return to_utc(instant, field="instant") < self.at

    def explain(self, locale: str = "en") -> Explanation:
        """
        Say in words, and day by day, how the deadline comes about.

        Args:
            locale: The language, ``en`` or ``zh-Hans``.

        Raises:
            pmkit.InputError: If there is no text in *locale*.
        """
        from pmkit.core.explain import explain_deadline

        return explain_deadline(self, locale)


@attrs.frozen(kw_only=True)
class Opening:
    """
    The first moment at which something becomes possible.

    Attributes:
        at: The first instant that is not too early, in UTC.

        first_day: The local day on which it opens, in `zone`.

        clause: The clause that sets it.

        zone: The name of the time zone in which the days begin.

        event_day: The local day that the period runs from.

        event_at: The instant that it runs from, in UTC.
    """

    at: dt.datetime = attrs.field(converter=to_utc)
    first_day: dt.date
    clause: str
    zone: str
    event_day: dt.date
    event_at: dt.datetime = attrs.field(converter=to_utc)

    def allows(self, instant: dt.datetime) -> bool:
        """
        Tell whether *instant* is not too early: `at` or later.

        Args:
            instant: Any aware datetime, in any zone.

        Raises:
            pmkit.NaiveTimeError: If *instant* has no zone.
        """
        return to_utc(instant, field="instant") >= self.at

    def explain(self, locale: str = "en") -> Explanation:
        """
        Say in words how the opening comes about.

        Args:
            locale: The language, ``en`` or ``zh-Hans``.

        Raises:
            pmkit.InputError: If there is no text in *locale*.
        """
        from pmkit.core.explain import explain_opening

        return explain_opening(self, locale)
