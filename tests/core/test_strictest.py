"""The strictest of several deadlines, and the next day that is still possible."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

import pytest

from pmkit.core import clauses
from pmkit.core.clauses.agency import six_day_week
from pmkit.core.errors import (
    CalendarHorizonError,
    InputError,
    NaiveTimeError,
    UnavailableError,
)
from pmkit.core.strictest import next_available, strictest
from pmkit.facts.calendars import working_calendar

CHINA = working_calendar("CN")
SHIP = dt.date(2026, 2, 27)
NOW = dt.datetime.fromisoformat("2026-02-11T23:59+08:00")
BOOK = functools.partial(clauses.book_by, calendar=CHINA)


def next_ship_day(now, **options):
    """Ask for the next ship date that BOOK-1 allows."""
    return next_available(now, **{"deadline_of": BOOK, "zone": CHINA.zone} | options)


class TestStrictest:
    """Of several deadlines the one that ends first."""

    def test_is_the_one_that_ends_first(self):
        """The answer is that very deadline, in whatever order they are given."""
        book = BOOK(SHIP)
        link = clauses.pay_link_until(NOW - dt.timedelta(days=4))

        assert link is strictest(book, link)
        assert link is strictest(link, book)
        assert book is strictest(book)

    def test_of_a_tie_is_the_first_given(self):
        """Two that end together are not told apart by chance."""
        one, other = BOOK(SHIP), BOOK(SHIP, convention="exclude-event-day")

        assert one is strictest(one, other)

    def test_is_provisional_if_any_is(self):
        """A later deadline that may still move makes the answer provisional."""
        unsure = working_calendar("CN", beyond_horizon="provisional")
        sure = BOOK(SHIP)
        later = clauses.book_by(dt.date(2027, 3, 1), calendar=unsure)
        both = strictest(later, sure)

        assert (sure.at, sure.clause, True) == (both.at, both.clause, both.provisional)
        assert later is strictest(later)
        assert not sure.provisional

    @pytest.mark.parametrize("given", [(), (None,), (BOOK(SHIP), NOW)])
    def test_refuses_what_is_no_deadline(self, given):
        """No deadline, and what is none, has no strictest."""
        with pytest.raises(InputError) as refused:
            strictest(*given)

        assert refused.value.field == "deadlines"


class TestNextAvailable:
    """The earliest day for which it is not too late."""

    def test_is_the_ship_date_of_the_last_minute(self):
        """A minute before a deadline its day is offered, at the deadline the next."""
        late = NOW + dt.timedelta(minutes=1)

        assert SHIP == next_ship_day(NOW)
        assert dt.date(2026, 2, 28) == next_ship_day(late)

    def test_begins_with_today_at_the_place(self):
        """Today is the date at the place, whatever the zone of the instant."""
        zone = zoneinfo.ZoneInfo("Asia/Shanghai")
        visit = functools.partial(clauses.change_by_hours, zone=zone, hours=1)
        now = dt.datetime.fromisoformat("2026-03-09T17:30+00:00")

        assert dt.date(2026, 3, 11) == next_available(now, deadline_of=visit, zone=zone)

    def test_may_be_today(self):
        """A day whose own end is its deadline is offered on that day."""
        until_its_end = functools.partial(BOOK, working_days=1, convention="inclusive")

        assert dt.date(2026, 2, 11) == next_ship_day(NOW, deadline_of=until_its_end)

    def test_composes_with_the_strictest(self):
        """Two clauses together are met on the later of their days."""

        def both(day):
            agency = six_day_week(CHINA)
            return strictest(
                BOOK(day, working_days=1),
                clauses.change_by_full_days(
                    day, calendar=agency, zone=CHINA.zone, full_days=2
                ),
            )

        tuesday = dt.datetime.fromisoformat("2026-03-10T09:00+08:00")

        assert dt.date(2026, 3, 13) == next_ship_day(tuesday, deadline_of=both)

    def test_stops_after_so_many_days(self):
        """The search ends, and says how far it went."""
        assert SHIP == next_ship_day(NOW, within_days=17)
        with pytest.raises(UnavailableError) as refused:
            next_ship_day(NOW, within_days=16)

        assert "16 days from 2026-02-11" in refused.value.message

    def test_needs_announced_days(self):
        """A day that nobody has announced is not offered in silence."""
        with pytest.raises(CalendarHorizonError):
            next_ship_day(dt.datetime.fromisoformat("2026-12-27T09:00+08:00"))

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"within_days": 0}, "within_days"),
            ({"within_days": True}, "within_days"),
            ({"zone": "Asia/Shanghai"}, "zone"),
        ],
    )
    def test_refuses_what_can_never_be_right(self, options, field):
        """Days are a whole number, and the place has a zone."""
        with pytest.raises(InputError) as refused:
            next_ship_day(NOW, **options)

        assert field == refused.value.field

    def test_refuses_a_naive_now(self):
        """A present without a zone is no instant."""
        with pytest.raises(NaiveTimeError):
            next_ship_day(NOW.replace(tzinfo=None))
