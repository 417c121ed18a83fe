"""
REPORT-1 on drawn calendars, read day by day.
"""

from __future__ import annotations

import datetime as dt

from hypothesis import given, strategies as st

from pmkit.core.clauses import report_by
from pmkit.core.deadlines import CountingConvention
from pmkit.testing.calendars import working_calendars, zones
from pmkit.testing.strategies import moments

DAY = dt.timedelta(days=1)
visits = moments(
    first=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    last=dt.datetime(2026, 12, 31, tzinfo=dt.UTC),
)
grants = st.integers(1, 10)
conventions = st.sampled_from(CountingConvention)


def counts(cal, day):
    """Our own reading of "working day"; it does not call the code under test."""
    if day in cal.closed:
        return False
    return day in cal.worked or day.weekday() not in cal.weekend


def by_hand(cal, visited, n, convention):
    """Step on from the visit's local date as a person would on a wall calendar."""
    day = visited
    if convention == "inclusive" and counts(cal, day):
        n -= 1
    while n:
        day += DAY
        n -= counts(cal, day)
    return day


class TestReportedAfterTheVisit:
    """REPORT-1: the report follows the visit within n working days."""

    @given(working_calendars(), visits, grants, conventions)
    def test_is_what_a_wall_calendar_says(self, cal, ended, n, convention):
        """The last day is the one found by stepping on a day at a time."""
        due = report_by(ended, calendar=cal, working_days=n, convention=convention)
        visited = ended.astimezone(cal.zone).date()

        assert by_hand(cal, visited, n, convention) == due.last_day

    @given(working_calendars(), visits, grants, conventions)
    def test_counts_exactly_n_working_days(self, cal, ended, n, convention):
        """The counted days are n, ascending, worked, and end with the last day."""
        due = report_by(ended, calendar=cal, working_days=n, convention=convention)

        assert n == len(set(due.counted))
        assert sorted(due.counted) == list(due.counted)
        assert all(counts(cal, day) for day in due.counted)
        assert due.last_day == due.counted[-1]

    @given(working_calendars(), visits, zones())
    def test_spelling_of_the_moment_is_irrelevant(self, cal, ended, zone):
        """The same instant written in another zone has the same deadline."""
        assert report_by(ended, calendar=cal) == report_by(
            ended.astimezone(zone), calendar=cal
        )

    @given(working_calendars(), visits, visits)
    def test_a_later_visit_is_never_due_earlier(self, cal, one, other):
        """Deadlines keep the order of the visits."""
        early, late = sorted((one, other))

        assert report_by(early, calendar=cal).at <= report_by(late, calendar=cal).at

    @given(working_calendars(), visits, grants)
    def test_ends_with_the_last_day(self, cal, ended, n):
        """A report is in time as long as the place writes the last day."""
        due = report_by(ended, calendar=cal, working_days=n)
        before = due.at - dt.datetime.resolution

        assert due.last_day == before.astimezone(cal.zone).date()
        assert due.last_day < due.at.astimezone(cal.zone).date()
