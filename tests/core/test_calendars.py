"""
Working calendars: adding, counting, rolling, and what they refuse.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.days import DayKind
from pmkit.core.errors import CalendarHorizonError, InputError

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
MARCH = {
    "name": "March",
    "zone": SHANGHAI,
    "first": dt.date(2026, 3, 1),
    "last": dt.date(2026, 3, 31),
}


def march(**changes):
    """Build March 2026, closed on Tuesday the 3rd, worked on Saturday the 7th."""
    days = {"closed": [day(3)], "worked": [day(7)]}
    return WorkingCalendar.from_days(**{**MARCH, **days, **changes})


def day(number):
    """Name a day of March 2026; the 1st is a Sunday."""
    return dt.date(2026, 3, number)


class TestDays:
    """What each day is."""

    def test_closed_and_worked_days_win_over_the_week(self):
        """A closed Tuesday is not worked, a worked Saturday is."""
        assert not march().is_working_day(day(3))
        assert march().is_working_day(day(7))
        assert not march().is_working_day(day(8))
        assert march().is_working_day(day(9))

    def test_kinds(self):
        """A display can tell the four kinds of days apart."""
        kinds = [march().kind_of(day(number)) for number in (2, 1, 3, 7)]

        assert ["working", "weekend", "holiday", "make-up"] == kinds
        assert [True, False, False, True] == [kind.is_worked for kind in kinds]
        assert DayKind.MAKE_UP is kinds[3]

    def test_worked_day_inside_the_week_is_an_ordinary_one(self):
        """Naming a Wednesday as worked makes it no make-up day."""
        assert march(worked=[day(4)]).kind_of(day(4)) is DayKind.WORKING

    def test_six_day_week(self):
        """A week may rest on any days."""
        plant = march(weekend=[6], closed=(), worked=())

        assert plant.is_working_day(day(7))
        assert not plant.is_working_day(day(8))

    def test_lists_working_days(self):
        """A list of working days leaves its end out."""
        assert (day(2), day(4), day(5), day(6), day(7)) == march().working_days(
            day(1), day(9)
        )


class TestAdd:
    """The n-th working day strictly after or before a day."""

    @pytest.mark.parametrize(
        ("start", "n", "expected"),
        [
            (2, 1, 4),
            (3, 1, 4),
            (6, 1, 7),
            (7, 1, 9),
            (4, -1, 2),
            (9, -1, 7),
            (8, -2, 6),
            (2, 20, 28 + 2),
        ],
    )
    def test_answers(self, start, n, expected):
        """Counting goes over closed days and over worked weekends."""
        assert day(expected) == march().add(day(start), n)

    def test_from_just_outside(self):
        """The day before the tables and the day after them can be counted from."""
        assert day(2) == march().add(dt.date(2026, 2, 28), 1)
        assert day(31) == march().add(dt.date(2026, 4, 1), -1)

    def test_zero_names_the_other_functions(self):
        """Zero days is a ValueError that names rolling."""
        with pytest.raises(ValueError, match="roll_forward or roll_backward"):
            march().add(day(2), 0)

    @pytest.mark.parametrize("n", [True, 1.0, "1", None])
    def test_number_is_an_integer(self, n):
        """A bool, a float and a string are no number of days."""
        with pytest.raises(InputError) as refused:
            march().add(day(2), n)

        assert refused.value.field == "n"

    def test_own_integers_and_dates_are_accepted(self):
        """Subclasses of int and date count like their bases."""
        number = type("Number", (int,), {})(1)
        date = type("Date", (dt.date,), {})(2026, 3, 2)

        assert day(4) == march().add(date, number)
        assert march().is_working_day(date)
        assert 1 == march().count(date, day(3))

    @pytest.mark.parametrize("n", [23, -3])
    def test_more_days_than_there_are(self, n):
        """Running out of days is a bounded error, not a loop."""
        with pytest.raises(CalendarHorizonError, match="has no"):
            march().add(day(5), n)

    def test_all_closed(self):
        """A calendar without any working day answers with an error at once."""
        closed = march(weekend=range(7), worked=())

        with pytest.raises(CalendarHorizonError):
            closed.add(day(5), 1)
        with pytest.raises(CalendarHorizonError):
            closed.roll_backward(day(5))
        assert 0 == closed.count(day(1), day(31))


class TestCount:
    """Working days from a day up to another."""

    def test_leaves_the_end_out(self):
        """The start is counted, the end is not."""
        assert 3 == march().count(day(2), day(6))
        assert 0 == march().count(day(2), day(2))

    def test_backwards_is_negative(self):
        """Counting back gives the same number with a minus."""
        assert -3 == march().count(day(6), day(2))

    @pytest.mark.parametrize(
        ("start", "end", "named"),
        [
            (dt.date(2026, 2, 28), day(5), "2026-02-28"),
            (day(5), dt.date(2026, 2, 28), "2026-02-28"),
            (day(5), dt.date(2026, 4, 2), "2026-04-02"),
            (dt.date(2026, 4, 2), day(5), "2026-04-02"),
        ],
    )
    def test_outside_the_tables(self, start, end, named):
        """A day that the calendar does not know is named, whichever end it is."""
        with pytest.raises(CalendarHorizonError, match=f"{named} is outside"):
            march().count(start, end)

    def test_whole_table(self):
        """The day after the last is a fair end."""
        assert 22 == march().count(day(1), dt.date(2026, 4, 1))


class TestRoll:
    """The nearest working day."""

    def test_worked_day_stays(self):
        """Rolling moves only closed days."""
        assert day(7) == march().roll_forward(day(7)) == march().roll_backward(day(7))

    def test_closed_day_moves(self):
        """A closed day rolls to the next or the last working day."""
        assert day(4) == march().roll_forward(day(3))
        assert day(2) == march().roll_backward(day(3))


class TestHorizon:
    """Days that nobody has announced."""

    def horizon(self, **changes):
        """Build March with the 4th to the 20th announced."""
        return march(official_from=day(4), official_until=day(20), **changes)

    def test_official_days(self):
        """Both ends of the horizon are inside; what is outside is not official."""
        cal = self.horizon()
        official = [number for number in range(1, 32) if cal.is_official(day(number))]

        assert list(range(4, 21)) == official
        assert not cal.is_official(dt.date(2200, 1, 1))
        assert cal.is_official_between(day(4), day(21))
        assert not cal.is_official_between(day(3), day(21))
        assert not cal.is_official_between(day(4), day(22))

    def test_each_question_raises_beyond(self):
        """Every question that reads such a day is refused, and only those."""
        cal = self.horizon()

        with pytest.raises(CalendarHorizonError, match="2026-03-21"):
            cal.is_working_day(day(21))
        with pytest.raises(CalendarHorizonError, match="2026-03-21"):
            cal.count(day(4), day(22))
        with pytest.raises(CalendarHorizonError, match="2026-03-21"):
            cal.count(day(22), day(4))
        with pytest.raises(CalendarHorizonError, match="2026-03-21"):
            cal.add(day(20), 1)
        with pytest.raises(CalendarHorizonError, match="2026-03-02"):
            cal.add(day(4), -1)
        with pytest.raises(CalendarHorizonError):
            cal.working_days(day(3), day(5))
        assert day(20) == cal.add(day(21), -1)
        assert day(4) == cal.add(day(3), 1)
        assert 13 + 1 == cal.count(day(4), day(21))

    def test_provisional_answers(self):
        """Asked for it, the calendar answers from what it has."""
        cal = self.horizon(beyond_horizon="provisional")

        assert day(23) == cal.add(day(20), 1)
        assert not cal.is_working_day(day(3))
        assert 22 == cal.count(day(1), dt.date(2026, 4, 1))

    def test_estimated_days_are_not_official(self):
        """A day that rests on an estimate is refused like one beyond the horizon."""
        cal = march(estimated=[day(12)])

        assert not cal.is_official(day(12))
        with pytest.raises(CalendarHorizonError, match="only an estimate"):
            cal.add(day(11), 1)
        assert day(13) == cal.add(day(12), 1)

    @pytest.mark.parametrize("beyond", ["raise", "provisional"])
    def test_outside_the_tables(self, beyond):
        """A day outside the tables is refused, whatever was asked for."""
        cal = march(beyond_horizon=beyond)
        far = dt.date(2200, 1, 1)

        for question in (
            lambda: cal.is_working_day(far),
            lambda: cal.count(day(1), far),
            lambda: cal.add(far, -1),
            lambda: cal.add(far, 1),
            lambda: cal.kind_of(far),
            lambda: cal.is_working_day(dt.date(2026, 2, 28)),
            lambda: cal.add(dt.date(2026, 2, 28), -1),
        ):
            with pytest.raises(CalendarHorizonError):
                question()

    def test_horizon_outside_the_tables(self):
        """A horizon that misses the tables announces none of their days."""
        never = march(official_from=dt.date(2027, 1, 1))
        wide = march(official_from=dt.date(2000, 1, 1), official_until=day(31))

        assert not never.is_official_between(day(5), day(6))
        assert wide.is_official_between(day(1), dt.date(2026, 4, 1))


class TestVersion:
    """The digest of a calendar."""

    def test_same_days_same_version(self):
        """Order, name and what to do beyond the horizon do not matter."""
        one = march(closed=[day(3), day(4)])
        other = march(
            closed=[day(4), day(3), day(3)], name="x", beyond_horizon="provisional"
        )

        assert one.version == other.version

    @pytest.mark.parametrize(
        "change",
        [
            {"closed": [day(4)]},
            {"worked": []},
            {"weekend": [6]},
            {"official_until": day(30)},
            {"official_from": day(2)},
            {"estimated": [day(12)]},
            {"zone": zoneinfo.ZoneInfo("Asia/Tokyo")},
            {"last": dt.date(2026, 4, 1)},
        ],
    )
    def test_other_days_other_version(self, change):
        """Whatever can change an answer changes the version."""
        assert march().version != march(**change).version

    def test_is_stable(self):
        """The digest is the same in every process and release."""
        assert "f78f78e7820bbf51" == march().version


class TestBadInput:
    """What contradicts itself is no calendar."""

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"last": dt.date(2026, 2, 1)}, "last"),
            ({"first": dt.date.min}, "first"),
            ({"last": dt.date.max}, "last"),
            ({"weekend": [7]}, "weekend"),
            ({"closed": [dt.date(2027, 1, 1)]}, "closed"),
            ({"worked": [dt.date(2027, 1, 1)]}, "worked"),
            ({"closed": [day(7)]}, "worked"),
            ({"closed": [dt.datetime(2026, 3, 3, tzinfo=dt.UTC)]}, "closed"),
            ({"estimated": [dt.date(2020, 1, 1)]}, "estimated"),
            ({"zone": "Asia/Shanghai"}, "zone"),
            ({"beyond_horizon": "guess"}, "beyond_horizon"),
            ({"first": "2026-03-01"}, "first"),
        ],
    )
    def test_names_the_argument(self, change, field):
        """The error says which argument is wrong."""
        with pytest.raises(InputError) as refused:
            march(**change)

        assert field == refused.value.field

    @pytest.mark.parametrize(
        "wrong", [dt.datetime(2026, 3, 2, tzinfo=dt.UTC), "2026-03-02", None]
    )
    def test_a_datetime_is_no_date(self, wrong):
        """Every question refuses what is no date."""
        cal = march()

        for question in (
            lambda: cal.is_working_day(wrong),
            lambda: cal.add(wrong, 1),
            lambda: cal.count(wrong, day(2)),
            lambda: cal.count(day(2), wrong),
            lambda: cal.roll_forward(wrong),
            lambda: cal.is_official(wrong),
            lambda: cal.kind_of(wrong),
        ):
            with pytest.raises(InputError):
                question()


class TestWithDays:
    """A calendar with days of one's own."""

    def test_closes_and_works(self):
        """A shutdown closes a make-up Saturday, and a closed Tuesday can be worked."""
        plant = march().with_days(closed=[day(7), day(9)], worked=[day(3), day(8)])

        kinds = [plant.kind_of(day(number)) for number in (3, 7, 8, 9)]
        assert ["working", "holiday", "make-up", "holiday"] == kinds

    def test_six_day_week(self):
        """Six days a week keep the closed days and the worked weekends."""
        six = march(closed=[day(3), day(14)]).with_days(weekend=[6])

        assert [False, True, False, False] == [
            six.is_working_day(day(number)) for number in (3, 7, 8, 14)
        ]
        assert six.is_working_day(day(21))

    def test_name_and_horizon(self):
        """It has a name of its own and the horizon of the first."""
        part = march(official_until=day(10), beyond_horizon="raise")
        plant = part.with_days(closed=[day(12)], name="plant 7")

        assert "plant 7" == plant.name
        assert "March" == part.with_days(closed=[day(12)]).name
        assert not plant.is_official(day(12))
        assert part.version != plant.version
        with pytest.raises(CalendarHorizonError, match="plant 7"):
            plant.is_working_day(day(12))

    def test_nothing_changed_is_the_same_version(self):
        """Without a day of one's own the answers stay the same."""
        assert march().version == march().with_days().version
        assert march().version == march().with_days(closed=[day(3)]).version

    def test_contradiction_names_the_day(self):
        """A day that is both closed and worked is refused by name."""
        with pytest.raises(InputError, match="2026-03-05 is both closed") as refused:
            march().with_days(closed=[day(5)], worked=[day(5)])

        assert "Keep one of the two." == refused.value.remedy

    @pytest.mark.parametrize("field", ["closed", "worked"])
    @pytest.mark.parametrize("wrong", [dt.datetime(2026, 3, 5), "2026-03-05"])  # noqa: DTZ001
    def test_days_are_dates(self, field, wrong):
        """A datetime and a string are refused, and the argument is named."""
        with pytest.raises(InputError) as refused:
            march().with_days(**{field: [wrong]})

        assert field == refused.value.field

    def test_outside_the_tables(self):
        """A day that the calendar does not know cannot be closed."""
        with pytest.raises(InputError, match="2026-04-01 is not between"):
            march().with_days(closed=[dt.date(2026, 4, 1)])
