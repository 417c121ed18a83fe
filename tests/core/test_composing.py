"""
Calendars made of several.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.composing import all_working, any_working
from pmkit.core.errors import CalendarHorizonError, InputError

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


def day(number):
    """Name a day of March 2026; the 1st is a Sunday."""
    return dt.date(2026, 3, number)


def calendar(name, **changes):
    """Build March 2026 under a name."""
    plain = {"zone": SHANGHAI, "first": day(1), "last": day(31)}
    return WorkingCalendar.from_days(name=name, **{**plain, **changes})


def factory(**changes):
    """Build a factory that closes on the 3rd and works on Saturday the 7th."""
    return calendar("factory", **{"closed": [day(3)], "worked": [day(7)], **changes})


def carrier(**changes):
    """Build a carrier that rests on Sundays and closes on the 4th and the 14th."""
    given = {"closed": [day(4), day(14)], "weekend": [6], **changes}
    return calendar("carrier", **given)


def spelt(cal):
    """Spell the first two weeks, Sunday to Saturday."""
    return cal.letters(day(1), day(8)), cal.letters(day(8), day(15))


class TestAllWorking:
    """Days on which everybody works."""

    def test_closed_if_one_closes(self):
        """Closed is what one of them closes; a Saturday both work stays worked."""
        both = all_working(factory(), carrier())

        assert ("ewhhwwm", "ewwwwwh") == spelt(both)

    def test_name(self):
        """It is named after its parts, each once, in the order of the alphabet."""
        both = all_working(factory(), all_working(factory(), carrier()))

        assert "carrier & factory" == both.name
        assert "carrier | factory" == any_working(factory(), carrier()).name

    def test_one_calendar_is_itself(self):
        """A single calendar gives its own answers."""
        assert factory().version == all_working(factory()).version

    def test_nobody_ever_works_together(self):
        """Two that never work on the same day give an error, and no loop."""
        week = calendar("week", weekend=[5, 6])
        weekend = calendar("weekend", weekend=[0, 1, 2, 3, 4])
        never = all_working(week, weekend)

        assert 0 == never.count(day(1), day(31))
        with pytest.raises(CalendarHorizonError, match="has no 1 working days"):
            never.add(day(1), 1)


class TestAnyWorking:
    """Days on which somebody works."""

    def test_closed_only_if_all_close(self):
        """A day is worked if one works; Saturday the 14th is closed for both."""
        either = any_working(factory(), carrier())

        assert ("ewwwwww", "ewwwwwh") == spelt(either)

    def test_holiday_on_a_common_weekend(self):
        """A rest day of both that one calls a holiday is a holiday."""
        closed = factory(closed=[day(8)])

        assert "h" == any_working(closed, carrier()).letters(day(8), day(9))

    def test_make_up_day_of_one(self):
        """A rest day of both that one works is a make-up day."""
        either = any_working(factory(), calendar("office"))

        assert "m" == either.letters(day(7), day(8))


@pytest.mark.parametrize("combine", [all_working, any_working])
class TestBoth:
    """What the two have in common."""

    def test_own_name(self, combine):
        """It can have a name of its own."""
        assert "pair" == combine(carrier(), factory(), name="pair").name

    def test_only_days_known_to_all(self, combine):
        """The tables begin with the later first day and end with the earlier last."""
        part = combine(
            factory(first=day(2), official_from=day(3)),
            carrier(last=day(20), official_until=day(19)),
        )

        assert (day(2), day(20)) == (part.first, part.last)
        assert (day(3), day(19)) == (part.official_from, part.official_until)

    def test_estimated_in_one_is_estimated(self, combine):
        """A day is official only if every part knows it, inside the tables."""
        part = combine(factory(estimated=[day(5), day(30)]), carrier(last=day(20)))

        assert frozenset({day(5)}) == part.estimated
        assert not part.is_official(day(5))

    def test_strict_part_makes_the_whole_strict(self, combine):
        """It answers provisionally only if every part does."""
        loose = factory(beyond_horizon="provisional")

        assert "raise" == combine(loose, carrier()).beyond_horizon
        assert "provisional" == combine(loose, loose).beyond_horizon

    def test_nothing_to_combine(self, combine):
        """No calendar at all is refused."""
        with pytest.raises(InputError, match="Give at least one"):
            combine()

    def test_no_calendar(self, combine):
        """A country code is no calendar."""
        with pytest.raises(InputError, match="'CN' is not a working calendar"):
            combine(factory(), "CN")

    def test_no_day_in_common(self, combine):
        """Two that share no day are refused, and both are named."""
        early, late = factory(last=day(10)), carrier(first=day(11), closed=())
        with pytest.raises(InputError, match="carrier begins on 2026-03-11, after f"):
            combine(early, late)

    def test_mixed_zones(self, combine):
        """Two zones need a choice: a day begins at one midnight."""
        hanoi = carrier(zone=zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh"))
        with pytest.raises(InputError, match="Asia/Ho_Chi_Minh and Asia/Shanghai"):
            combine(factory(), hanoi)

        assert SHANGHAI == combine(factory(), hanoi, zone=SHANGHAI).zone
