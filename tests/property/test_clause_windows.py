"""
The windows of days and hours on drawn moments, read day by day.
"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st
from tests.property.wall_calendar import DAY, first_shown, forward

from pmkit.core import clauses
from pmkit.testing.calendars import working_calendars, zones
from pmkit.testing.strategies import moments

events = moments(
    first=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    last=dt.datetime(2026, 12, 31, tzinfo=dt.UTC),
)
numbers = st.integers(2, 90)
MOMENT = dt.datetime.resolution

#: Clause -> its function, the name of its number, the days that lie before its end.
WINDOWS = {
    "REVIEW-1": (clauses.review_until, "days", lambda n: n + 1),
    "REVISE-1": (clauses.revise_review_until, "days", lambda n: n + 1),
    "CASE-1": (clauses.answer_by, "days", lambda n: n + 1),
    "CASE-2": (clauses.escalates_at, "day", lambda n: n),
    "CASE-3": (clauses.escalation_opens, "day", lambda n: n),
}


def local(event, zone):
    """Read the date on the wall of the place."""
    return event.astimezone(zone).date()


@pytest.mark.parametrize("code", WINDOWS)
class TestSomeDaysAfter:
    """REVIEW-1, REVISE-1 and CASE-1 to CASE-3: so many calendar days after an event."""

    @given(event=events, zone=zones(), n=numbers)
    def test_is_what_a_wall_calendar_says(self, code, event, zone, n):
        """It turns at the midnight that so many days after the event's date begin."""
        function, name, length = WINDOWS[code]
        answer = function(event, zone=zone, **{name: n})

        assert code == answer.clause
        assert first_shown(zone, local(event, zone) + length(n) * DAY) == answer.at
        assert local(event, zone) == answer.event_day

    @given(event=events, zone=zones(), other=zones(), n=numbers)
    def test_spelling_of_the_moment_is_irrelevant(self, code, event, zone, other, n):
        """The same instant written in another zone has the same answer."""
        function, name, _ = WINDOWS[code]
        numbered = {name: n, "zone": zone}

        assert function(event, **numbered) == function(
            event.astimezone(other), **numbered
        )

    @given(one=events, other=events, zone=zones(), n=numbers)
    def test_keeps_the_order_of_events(self, code, one, other, zone, n):
        """A later event never turns earlier, and one more day turns later."""
        function, name, _ = WINDOWS[code]
        early, late = sorted((one, other))

        assert function(early, zone=zone).at <= function(late, zone=zone).at
        assert (
            function(one, zone=zone, **{name: n}).at
            < function(one, zone=zone, **{name: n + 1}).at
        )


class TestCase:
    """CASE-1 to CASE-3 together."""

    @given(events, zones(), st.integers(1, 30))
    def test_opens_when_the_answer_is_due(self, opened, zone, days):
        """Either side may escalate from the instant at which the answer is late."""
        due = clauses.answer_by(opened, zone=zone, days=days)
        opening = clauses.escalation_opens(opened, zone=zone, day=days + 1)

        assert due.at == opening.at
        assert opening.at <= clauses.escalates_at(opened, zone=zone, day=days + 1).at

    @given(events, zones())
    def test_leaves_days_between(self, opened, zone):
        """By the terms it opens after the answer and before it goes by itself."""
        assert (
            clauses.answer_by(opened, zone=zone).at
            <= clauses.escalation_opens(opened, zone=zone).at
            < clauses.escalates_at(opened, zone=zone).at
        )


class TestLink:
    """LINK-1: a payment link is valid for so many hours."""

    @given(events, zones(), st.integers(1, 500))
    def test_elapses(self, created, zone, hours):
        """Exactly so many seconds pass, whatever the clocks do."""
        due = clauses.pay_link_until(created.astimezone(zone), hours=hours)

        assert 3_600 * hours == (due.at - created).total_seconds()
        assert due.allows(created)
        assert due.counted == ()


class TestRefund:
    """REFUND-1: the refund arrives within about so many working days of the bank."""

    @given(working_calendars(), events, st.integers(1, 12))
    def test_is_what_a_wall_calendar_says(self, cal, started, n):
        """The last day is the n-th working day after the date of the start."""
        due = clauses.refund_expected_by(started, calendar=cal, working_days=n)
        last_day = forward(cal, local(started, cal.zone), n)

        assert last_day == due.last_day == due.counted[-1]
        assert n == len(due.counted)
        assert first_shown(cal.zone, last_day + DAY) == due.at

    @given(working_calendars(), events, events)
    def test_keeps_the_order_of_starts(self, cal, one, other):
        """A refund that started later is never expected earlier."""
        early, late = sorted((one, other))

        assert (
            clauses.refund_expected_by(early, calendar=cal).at
            <= clauses.refund_expected_by(late, calendar=cal).at
        )


class TestShipment:
    """SHIP-1: the goods ship so many calendar days after a payment."""

    @given(events, zones(), zones(), st.integers(1, 120))
    def test_adds_days_to_the_date_at_the_factory(self, paid, zone, other, days):
        """The date of the payment at the factory and the ship date are n days apart."""
        ship = clauses.ship_day_after(paid.astimezone(other), days=days, zone=zone)

        assert local(paid, zone) + days * DAY == ship
