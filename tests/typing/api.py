"""Typical calls, checked by mypy and never run: what a marketplace's editor sees."""

from __future__ import annotations

import datetime as dt
from typing import assert_type

import pmkit

SHIP_DATE = dt.date(2026, 2, 27)
ENDED = dt.datetime(2026, 2, 13, 17, 30, tzinfo=dt.UTC)


def deadlines() -> None:
    """A calendar, a clause, and what it answers."""
    calendar = pmkit.working_calendar("CN")
    assert_type(calendar, pmkit.WorkingCalendar)
    assert_type(calendar.is_working_day(SHIP_DATE), bool)
    assert_type(calendar.add(SHIP_DATE, -7), dt.date)
    assert_type(calendar.count(SHIP_DATE, SHIP_DATE), int)

    due = pmkit.book_by(
        SHIP_DATE,
        calendar=calendar,
        working_days=7,
        convention=pmkit.CountingConvention.CLEAR_DAYS,
    )
    assert_type(due, pmkit.Deadline)
    assert_type(due.at, dt.datetime)
    assert_type(due.last_day, dt.date)
    assert_type(due.counted, tuple[dt.date, ...])
    assert_type(due.provisional, bool)
    assert_type(due.allows(ENDED), bool)
    assert_type(due.explain().text, str)
    assert_type(pmkit.report_by(ENDED, calendar=calendar), pmkit.Deadline)


def agencies() -> None:
    """The terms of an agency, and what they come to."""
    calendar = pmkit.working_calendar("CN")
    terms = pmkit.AQF_2026_11
    assert_type(terms, pmkit.AgencyTerms)
    due = pmkit.cut_off_of(terms, SHIP_DATE, calendar=calendar, country="CN")
    assert_type(due, pmkit.Deadline)
    tiers = pmkit.fees_of(terms, SHIP_DATE, calendar=calendar, country="CN")
    assert_type(tiers.tier_at(ENDED), pmkit.FeeTier)


def money() -> None:
    """An exact amount."""
    price = pmkit.Money.of("48.00", "USD")
    assert_type(price, pmkit.Money)
    assert_type(price + price, pmkit.Money)


def sampling() -> None:
    """A plan, and the numbers on it."""
    plan = pmkit.sampling_plan(lot_size=5000, aql="2.5", level="II")
    assert_type(plan.code_letter, str)
    assert_type(plan.sample_size, int)
    assert_type(plan.acceptance_number, int)
    assert_type(plan.rejection_number, int)


def errors() -> None:
    """What an error tells to a program."""
    try:
        deadlines()
    except pmkit.CalendarHorizonError as error:
        assert_type(error.field, str | None)
        assert_type(error.code, str)
