"""The ends of tables and of all dates, where an answer turns into an error."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import pmkit
from pmkit import bulk

SHANGHAI = pmkit.working_calendar("CN").zone
#: Monday 2 March 2026 to Friday 13 March, announced until Sunday 8 March.
FORTNIGHT = pmkit.WorkingCalendar.from_days(
    name="fortnight",
    zone=SHANGHAI,
    first=dt.date(2026, 3, 2),
    last=dt.date(2026, 3, 13),
    official_until=dt.date(2026, 3, 8),
)


def dates(*texts):
    """Make an array of dates."""
    return np.array(texts, dtype="datetime64[D]")


def instants(*texts):
    """Make an array of instants in UTC."""
    return np.array(texts, dtype="datetime64[us]")


class TestHorizon:
    """The last announced day of a calendar, and the ends of its tables."""

    def test_adding_up_to_the_last_announced_day(self):
        """The last announced working day is an answer, the one after it is none."""
        many = bulk.BulkCalendar(FORTNIGHT)

        assert dates("2026-03-06").tolist() == many.add(dates("2026-03-05"), 1).tolist()
        with pytest.raises(pmkit.CalendarHorizonError, match="2026-03-09 has not"):
            many.add(dates("2026-03-06"), 1)

    def test_adding_one_step_outside(self):
        """The day before the tables may be added to, the one after subtracted from."""
        many = bulk.BulkCalendar(FORTNIGHT)

        assert dates("2026-03-02").tolist() == many.add(dates("2026-03-01"), 1).tolist()
        with pytest.raises(pmkit.CalendarHorizonError, match="2026-03-01"):
            many.add(dates("2026-03-01"), -1)

    def test_clear_days_need_the_day_before_the_tables(self):
        """A clear day before the first one of the tables is not known."""
        terms = {"calendar": FORTNIGHT, "convention": "clear-days"}
        found = bulk.book_by(dates("2026-03-04"), working_days=1, **terms)

        assert dates("2026-03-02").tolist() == found.last_day.tolist()
        with pytest.raises(pmkit.CalendarHorizonError):
            bulk.book_by(dates("2026-03-03"), working_days=1, **terms)


class TestDates:
    """The ends of days and of all dates."""

    def test_a_link_that_ends_at_midnight(self):
        """A link that ends at a midnight of UTC can last be used on the day before."""
        found = bulk.pay_link_until(instants("2026-03-01T00:00"), hours=72)

        assert dates("2026-03-03").tolist() == found.last_day.tolist()
        assert instants("2026-03-04T00:00").tolist() == found.at.tolist()

    def test_the_last_window_of_all(self):
        """A window ends on the day before the last date, and no later."""
        found = bulk.answer_by(instants("9999-12-27T01:00"), zone=SHANGHAI, days=3)

        assert dates("9999-12-30").tolist() == found.last_day.tolist()
        with pytest.raises(pmkit.InputError, match="beyond the last date"):
            bulk.answer_by(instants("9999-12-27T01:00"), zone=SHANGHAI, days=4)
