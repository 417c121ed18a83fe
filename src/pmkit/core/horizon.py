"""
What a calendar says when it is asked for a day that it cannot tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pmkit.core.errors import CalendarHorizonError, InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Set as AbstractSet


class Horizon(Protocol):
    """How far a calendar goes; see `WorkingCalendar`."""

    @property
    def name(self) -> str: ...
    @property
    def first(self) -> dt.date: ...
    @property
    def last(self) -> dt.date: ...
    @property
    def official_from(self) -> dt.date: ...
    @property
    def official_until(self) -> dt.date: ...
    @property
    def estimated(self) -> AbstractSet[dt.date]: ...


def outside(calendar: Horizon, day: dt.date) -> CalendarHorizonError:
    """Say that *day* is not in the tables of *calendar*, and which days are."""
    msg = f"{day} is outside the calendar {calendar.name}."
    return CalendarHorizonError(msg, field="day", remedy=_known(calendar))


def exhausted(calendar: Horizon, day: dt.date, n: int) -> CalendarHorizonError:
    """Say that *calendar* ends before the *n*-th working day from *day*."""
    where = "after" if n > 0 else "before"
    msg = f"The calendar {calendar.name} has no {abs(n)} working days {where} {day}."
    return CalendarHorizonError(msg, field="day", remedy=_known(calendar))


def unannounced(calendar: Horizon, day: dt.date) -> CalendarHorizonError:
    """Say that *day* was not announced in *calendar*, and which days were."""
    estimate = day in calendar.estimated
    why = "is only an estimate" if estimate else "has not been announced"
    msg = f"{day} {why} in the calendar {calendar.name}."
    remedy = (
        f"It is official from {calendar.official_from} until"
        f" {calendar.official_until}; ask for a provisional answer to go beyond."
    )
    return CalendarHorizonError(msg, field="day", remedy=remedy)


def check_count(n: object) -> None:
    """Refuse what is no integer; a bool is none, a subclass of int is one."""
    if isinstance(n, bool) or not isinstance(n, int):
        msg = f"{n!r} is not a number of days."
        raise InputError(msg, field="n", remedy="Give an integer other than 0.")


def zero_days() -> InputError:
    """Say that 0 is no number of days to count."""
    msg = "0 working days from a day is no question of counting."
    remedy = "Use roll_forward or roll_backward to find the nearest working day."
    return InputError(msg, field="n", remedy=remedy)


def _known(calendar: Horizon) -> str:
    return f"It knows the days from {calendar.first} to {calendar.last}."
