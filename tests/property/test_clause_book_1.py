"""
BOOK-1 on drawn calendars, read day by day.
"""

from __future__ import annotations

import datetime as dt

from hypothesis import given, strategies as st

from pmkit.core.clauses import book_by
from pmkit.core.deadlines import CountingConvention
from pmkit.testing.calendars import working_calendars

DAY = dt.timedelta(days=1)
ships = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
grants = st.integers(1, 12)
conventions = st.sampled_from(CountingConvention)


def counts(cal, day):
    """Our own reading of "working day"; it does not call the code under test."""
    if day in cal.closed:
        return False
    return day in cal.worked or day.weekday() not in cal.weekend


def by_hand(cal, ship, n, convention):
    """Step back from the ship date as a person would on a wall calendar."""
    day = ship
    if convention == "inclusive" and counts(cal, ship):
        n -= 1
    while n:
        day -= DAY
        n -= counts(cal, day)
    return day - DAY if convention == "clear-days" else day


class TestBookedBeforeTheShipDate:
    """BOOK-1: booked and paid at least n working days before the ship date."""

    @given(working_calendars(), ships, grants, conventions)
    def test_is_what_a_wall_calendar_says(self, cal, ship, n, convention):
        """The last day is the one found by stepping back a day at a time."""
        due = book_by(ship, calendar=cal, working_days=n, convention=convention)

        assert by_hand(cal, ship, n, convention) == due.last_day

    @given(working_calendars(), ships, grants, conventions)
    def test_counts_exactly_n_working_days(self, cal, ship, n, convention):
        """The counted days are n, ascending, worked, none after the ship date."""
        due = book_by(ship, calendar=cal, working_days=n, convention=convention)

        assert n == len(set(due.counted))
        assert sorted(due.counted) == list(due.counted)
        assert all(counts(cal, day) for day in due.counted)
        assert due.last_day <= due.counted[0] <= due.counted[-1] <= ship

    @given(working_calendars(), ships, grants)
    def test_conventions_are_ordered(self, cal, ship, n):
        """Clear days are earlier than the default, inclusive never is."""
        clear, exclude, inclusive = (
            book_by(ship, calendar=cal, working_days=n, convention=name).last_day
            for name in ("clear-days", "exclude-event-day", "inclusive")
        )

        assert clear < exclude <= inclusive
        assert counts(cal, ship) == (exclude < inclusive)

    @given(working_calendars(), ships, grants, conventions)
    def test_ends_with_the_last_day(self, cal, ship, n, convention):
        """A moment is in time as long as the place writes the last day or earlier."""
        due = book_by(ship, calendar=cal, working_days=n, convention=convention)
        before = due.at - dt.datetime.resolution

        assert due.last_day == before.astimezone(cal.zone).date()
        assert due.last_day < due.at.astimezone(cal.zone).date()
        assert due.allows(before)
        assert not due.allows(due.at)

    @given(working_calendars(), ships, ships, grants, conventions)
    def test_keeps_the_order_of_ship_dates(self, cal, one, other, n, convention):
        """A later ship date is never due earlier."""
        early, late = (
            book_by(ship, calendar=cal, working_days=n, convention=convention).at
            for ship in sorted((one, other))
        )

        assert early <= late

    @given(working_calendars(), ships, grants, conventions)
    def test_explains_the_days_it_counted(self, cal, ship, n, convention):
        """The numbers of the explanation are those of the counted days, backwards."""
        due = book_by(ship, calendar=cal, working_days=n, convention=convention)
        numbered = {day.date: day.number for day in due.explain().days if day.number}

        assert (
            dict(zip(reversed(due.counted), range(1, n + 1), strict=True)) == numbered
        )
