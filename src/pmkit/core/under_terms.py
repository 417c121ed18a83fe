"""
What an agency's terms come to for one visit: the cut-off, and the fee after it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.agency_terms import (
    AgencyTerms,
    DayBeforeRule,
    FullDaysRule,
    HoursRule,
)
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.clauses.agency import (
    change_by_full_days,
    change_by_hours,
    country_code,
    six_day_week,
)
from pmkit.core.clauses.change_fees import (
    change_fees,
    change_fees_by_full_days,
    change_fees_by_hours,
)
from pmkit.core.clauses.visit import change_by
from pmkit.core.counting import local_day
from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date, to_utc

if TYPE_CHECKING:
    from pmkit.core.deadlines import Deadline
    from pmkit.core.fees import FeeTiers


def cut_off_of(
    terms: AgencyTerms,
    visit: dt.date | dt.datetime,
    *,
    calendar: WorkingCalendar,
    country: str,
) -> Deadline:
    """
    Tell until when a visit may be changed for nothing under an agency's terms.

    Args:
        terms: The terms of the agency that were in force at the booking.

        visit: The confirmed day of the visit at the place, or when it begins.

        calendar: The working days of the place, in its zone; Saturdays are added
            where the terms want a week of six days.

        country: The ISO 3166-1 code of the place.

    Returns:
        The deadline of the clause that the terms name.

    Raises:
        pmkit.NaiveTimeError: If *visit* is a datetime without a zone.

        pmkit.InputError: If an argument is of the wrong kind.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        >>> import datetime as dt, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> for terms in (pmkit.QIMA_2026_11, pmkit.AQF_2026_11, pmkit.MOVLEY_2026_11):
        ...     due = cut_off_of(
        ...         terms, dt.date(2026, 3, 9), calendar=china, country="CN"
        ...     )
        ...     print(terms.agency, due.at.astimezone(china.zone).isoformat())
        QIMA 2026-03-08T13:00:00+08:00
        AQF 2026-03-07T09:00:00+08:00
        Movley 2026-03-07T00:00:00+08:00
    """
    rule = _checked(terms, calendar, country)
    if isinstance(rule, HoursRule):
        return change_by_hours(visit, zone=calendar.zone, hours=rule.hours)
    day = _day_at(visit, calendar)
    if isinstance(rule, DayBeforeRule):
        return change_by(day, zone=rule.zone, at=rule.at)
    return change_by_full_days(
        day,
        calendar=six_day_week(calendar),
        zone=rule.zone,
        full_days=rule.full_days_in(country),
        at=rule.at,
    )


def fees_of(
    terms: AgencyTerms,
    visit: dt.date | dt.datetime,
    *,
    calendar: WorkingCalendar,
    country: str,
    reassigned: bool = False,
) -> FeeTiers:
    """
    List what a change of a visit costs under an agency's terms, by when it is asked.

    Args:
        terms, visit, calendar, country: See `cut_off_of`.

        reassigned: Whether the inspector could be given other work, for the terms
            that ask; nobody knows it beforehand, and the dearer answer is the default.

    Raises:
        pmkit.NaiveTimeError: If *visit* is a datetime without a zone.

        pmkit.InputError: If an argument is of the wrong kind.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        >>> import datetime as dt, pmkit
        >>> tiers = fees_of(
        ...     pmkit.AQF_2026_11,
        ...     dt.date(2026, 3, 9),
        ...     calendar=pmkit.working_calendar("CN"),
        ...     country="CN",
        ... )
        >>> print(tiers.tier_at(dt.datetime.fromisoformat("2026-03-07T12:00+08:00")))
        100.00 USD per man-day and the travel expenses
    """
    rule = _checked(terms, calendar, country)
    if isinstance(rule, HoursRule):
        return change_fees_by_hours(
            visit,
            zone=calendar.zone,
            reassigned=reassigned,
            hours=rule.hours,
            reassigned_percent=rule.reassigned_percent,
        )
    day = _day_at(visit, calendar)
    if isinstance(rule, DayBeforeRule):
        return change_fees(
            day, zone=rule.zone, at=rule.at, late_percent=rule.late_percent
        )
    return change_fees_by_full_days(
        day,
        calendar=six_day_week(calendar),
        zone=rule.zone,
        full_days=rule.full_days_in(country),
        at=rule.at,
        full_from=rule.full_from,
        man_day_fee=rule.man_day_fee,
    )


def _checked(
    terms: object, calendar: object, country: str
) -> DayBeforeRule | FullDaysRule | HoursRule:
    """Check what every rule is asked with, also what it does not read."""
    if not isinstance(terms, AgencyTerms):
        msg = f"{terms!r} are no terms of an agency."
        remedy = "Use pmkit.QIMA_2026_11 or your own AgencyTerms."
        raise InputError(msg, field="terms", remedy=remedy)
    if not isinstance(calendar, WorkingCalendar):
        msg = f"{calendar!r} is not a working calendar."
        remedy = 'Use pmkit.working_calendar("CN") or your own.'
        raise InputError(msg, field="calendar", remedy=remedy)
    country_code(country)
    return terms.rule


def _day_at(visit: dt.date | dt.datetime, calendar: WorkingCalendar) -> dt.date:
    """Give the date of a visit at the place."""
    if isinstance(visit, dt.datetime):
        return local_day(to_utc(visit, field="visit"), calendar.zone)
    return plain_date(visit, field="visit")
