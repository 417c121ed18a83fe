"""
What another calendar, or other terms, would make of a deadline already given.

Nothing here moves a deadline: `recheck` says what differs, in whose favour, and what
the terms say to do about it.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.core.clauses.book import book_by
from pmkit.core.clauses.pay import refund_expected_by
from pmkit.core.clauses.report import report_by
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import InputError
from pmkit.core.moments import start_of_day, to_utc
from pmkit.core.parties import Role
from pmkit.core.terms import OnAmendment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pmkit.core.calendars import WorkingCalendar

_DAY = dt.timedelta(days=1)
#: Clause -> whom a later deadline favours, and whom an earlier one: who has to act
#: gains time by the first, who waits for it by the second.
FAVOURS = {
    "BOOK-1": (Role.BUYER, Role.AGENCY),
    "REPORT-1": (Role.AGENCY, Role.BUYER),
    "REFUND-1": (Role.OPERATOR, Role.BUYER),
}


class Advice(enum.StrEnum):
    """What to do about a deadline that was rechecked."""

    #: Nothing differs.
    NOTHING = "nothing"
    #: The same moment, on days that are announced by now.
    MAKE_FINAL = "make-final"
    #: The new moment holds from now on.
    MOVE = "move"
    #: The old moment holds; the difference is noted.
    KEEP = "keep"
    #: A person of the platform decides; until then the old moment holds.
    ASK_OPERATOR = "ask-operator"
    #: The new moment rests on days that nobody has announced: no reason to move.
    WAIT = "wait"


@attrs.frozen(kw_only=True)
class Recheck:
    """
    A deadline as it was given, and as it would be given now.

    Attributes:
        old: As it was given.

        new: As it would be given now; `None` if the calendar does not reach so far.

        in_favour_of:
            Whom the difference favours, the platform being the operator; `None` if
            the moment is the same.

        advice: What the terms say to do.
    """

    old: Deadline
    new: Deadline | None
    in_favour_of: Role | None
    advice: Advice

    @property
    def days_moved(self) -> int:
        """By how many calendar days the last day would be later; below 0: earlier."""
        return 0 if self.new is None else (self.new.last_day - self.old.last_day).days

    @property
    def becomes_final(self) -> bool:
        """Whether the old one is provisional and the new one is not."""
        return (
            self.new is not None and self.old.provisional and not self.new.provisional
        )


def recheck(
    deadline: Deadline,
    *,
    calendar: WorkingCalendar,
    working_days: int | None = None,
    convention: CountingConvention | str | None = None,
    on_amendment: OnAmendment = OnAmendment.EXTEND_FOR_BUYER,
    at: dt.datetime | None = None,
) -> Recheck:
    """
    Tell what another calendar, or other terms, would make of a deadline.

    A later BOOK-1 favours the buyer and an earlier one the agency; a later REPORT-1
    favours the agency and an earlier one the buyer; a later REFUND-1 favours the
    platform and an earlier one the buyer.

    A deadline that was given on announced days is a promise, and *on_amendment* says
    what becomes of it.  A provisional one is a forecast, and was called so: it takes
    the announced moment, earlier or later, unless the terms want the operator asked.
    No deadline moves for days that nobody has announced, and none moves into the
    past: the operator is asked.

    Args:
        deadline: As it was given; it is not changed.

        calendar: The new working days of the same place.

        working_days: How many the new terms grant; as many as before if left out.

        convention: How the new terms count; as before if left out.

        on_amendment: What the order's terms say.

        at: The present instant, in any zone; without it no moment is past.

    Returns:
        Both deadlines, and what to do.

    Raises:
        pmkit.InputError: If the clause of the deadline counts no working days.

        pmkit.CalendarHorizonError: If counting leaves what *calendar* can tell.

    Examples:
        On 27 January 2020 China closed 31 January to 2 February as well; 1 February
        had been a Saturday to work:

        >>> import datetime as dt, pmkit
        >>> amended = pmkit.working_calendar("CN")
        >>> announced = amended.with_days(
        ...     worked=[dt.date(2020, 1, 31), dt.date(2020, 2, 1)]
        ... )
        >>> given = pmkit.report_by(
        ...     dt.datetime.fromisoformat("2020-01-23T17:00+08:00"), calendar=announced
        ... )
        >>> found = recheck(given, calendar=amended)
        >>> found.days_moved, found.in_favour_of.value, found.advice.value
        (3, 'agency', 'keep')
    """
    new = _again(deadline, calendar, working_days, convention)
    favoured = _favoured(deadline, new)
    advice = _advice(deadline, new, favoured, on_amendment)
    if advice is Advice.MOVE and at is not None and not new.allows(to_utc(at)):
        advice = Advice.ASK_OPERATOR
    return Recheck(old=deadline, new=new, in_favour_of=favoured, advice=advice)


def recheck_all(
    deadlines: Iterable[Deadline],
    *,
    calendar: WorkingCalendar,
    replaces: str | None = None,
    on_amendment: OnAmendment = OnAmendment.EXTEND_FOR_BUYER,
    at: dt.datetime | None = None,
) -> Iterator[tuple[int, Recheck]]:
    """
    Find, among any number of deadlines, those that a new calendar makes different.

    Args:
        deadlines: As they were given; those of other calendars are passed over.

        calendar: The new working days.

        replaces: The name of the calendar that it replaces; its own if left out.

        on_amendment, at: As for `recheck`.

    Returns:
        The number of each deadline that differs, from 0, and its recheck.

    Raises:
        pmkit.CalendarHorizonError: If counting leaves what *calendar* can tell.
    """
    name = calendar.name if replaces is None else replaces
    same: dict[tuple[object, ...], bool] = {}
    for number, due in enumerate(deadlines):
        if due.calendar != name:
            continue
        key = (due.event_day, due.last_day, due.at, due.day_kinds, due.provisional)
        settled = same.get(key)
        if settled is None:
            settled = same[key] = not concerns(due, calendar) or reads_the_same(
                due, calendar
            )
        if not settled:
            found = recheck(due, calendar=calendar, on_amendment=on_amendment, at=at)
            if found.advice is not Advice.NOTHING:
                yield number, found


def concerns(deadline: Deadline, calendar: WorkingCalendar) -> bool:
    """Tell whether a calendar knows any of the days of a deadline."""
    low, high = sorted((deadline.last_day, deadline.event_day))
    return bool(deadline.calendar) and low <= calendar.last and calendar.first <= high


def reads_the_same(deadline: Deadline, calendar: WorkingCalendar) -> bool:
    """
    Tell whether a calendar says of the days of a final deadline what it was told.

    A deadline that reads the same is the same; one that does not may still be.
    """
    low, high = sorted((deadline.last_day, deadline.event_day))
    if deadline.provisional or low < calendar.first or high > calendar.last:
        return False
    end = high + _DAY
    return (
        deadline.day_kinds == calendar.letters(low, end)
        and calendar.is_official_between(low, end)
        # The zone may be another one, or its rules amended as well.
        and deadline.at == start_of_day(deadline.last_day + _DAY, calendar.zone)
    )


def _again(
    old: Deadline,
    calendar: WorkingCalendar,
    working_days: int | None,
    convention: CountingConvention | str | None,
) -> Deadline:
    """Give the deadline anew, by the clause that gave it."""
    days = len(old.counted) if working_days is None else working_days
    if old.clause == "REFUND-1" and old.event_at is not None:
        return refund_expected_by(old.event_at, calendar=calendar, working_days=days)
    counting = old.convention if convention is None else convention
    if counting is not None and old.clause == "BOOK-1":
        return book_by(
            old.event_day, calendar=calendar, working_days=days, convention=counting
        )
    if counting is not None and old.clause == "REPORT-1" and old.event_at is not None:
        return report_by(
            old.event_at, calendar=calendar, working_days=days, convention=counting
        )
    msg = f"{old.clause} counts no working days of a calendar."
    names = ", ".join(sorted(FAVOURS))
    raise InputError(msg, field="deadline", remedy=f"Recheck one of {names}.")


def _favoured(old: Deadline, new: Deadline) -> Role | None:
    if new.at == old.at:
        return None
    later, earlier = FAVOURS[old.clause]
    return later if new.at > old.at else earlier


def _advice(
    old: Deadline, new: Deadline, favoured: Role | None, on_amendment: OnAmendment
) -> Advice:
    """Look up what the terms say of a promise, or of a forecast."""
    if favoured is None:
        final = old.provisional and not new.provisional
        return Advice.MAKE_FINAL if final else Advice.NOTHING
    if new.provisional:
        return Advice.WAIT
    if on_amendment is OnAmendment.ASK_OPERATOR:
        return Advice.ASK_OPERATOR
    if old.provisional:
        return Advice.MOVE
    # Nobody's time is shortened: what favours the buyer here is more time to book.
    extends = favoured is Role.BUYER and new.at > old.at
    if on_amendment is OnAmendment.EXTEND_FOR_BUYER and extends:
        return Advice.MOVE
    return Advice.KEEP
