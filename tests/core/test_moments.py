"""What "when" is: an instant in UTC, or a date at a place."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from pmkit.core.errors import InputError, NaiveTimeError
from pmkit.core.moments import plain_date, start_of_day, to_utc


class TestToUtc:
    """Any aware datetime becomes a plain one in UTC."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-02-13T17:30+08:00", "2026-02-13T09:30:00+00:00"),
            ("2026-02-13T00:30+08:00", "2026-02-12T16:30:00+00:00"),
            ("2026-02-13T17:30Z", "2026-02-13T17:30:00+00:00"),
            ("2026-02-13T17:30:01.000002-03:30", "2026-02-13T21:00:01.000002+00:00"),
        ],
    )
    def test_the_same_instant(self, text, expected) -> None:
        """The clocks of the zone are undone, to the microsecond."""
        assert expected == to_utc(dt.datetime.fromisoformat(text)).isoformat()

    def test_the_fold_is_used_and_gone(self) -> None:
        """The second 02:30 of the night in October is 01:30 UTC."""
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
        second = dt.datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=1)

        instant = to_utc(second)

        assert dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC) == instant
        assert 0 == instant.fold

    def test_a_subclass_becomes_plain(self) -> None:
        """Datetimes of other libraries do not reach the core."""

        class Stamp(dt.datetime):
            pass

        assert dt.datetime is type(to_utc(Stamp(2026, 1, 1, tzinfo=dt.UTC)))

    def test_a_naive_datetime_names_its_field(self) -> None:
        """Who forgot the zone is told where, and what to add."""
        with pytest.raises(NaiveTimeError, match="no time zone") as caught:
            to_utc(dt.datetime.fromisoformat("2026-02-13T17:30"), field="ended_at")

        assert "ended_at" == caught.value.field
        assert "+08:00" in caught.value.remedy

    @pytest.mark.parametrize("value", [dt.date(2026, 2, 13), "2026-02-13T17:30Z", 0])
    def test_what_is_no_datetime(self, value) -> None:
        """A date, a text and a number are no instants."""
        with pytest.raises(InputError, match="not a datetime") as caught:
            to_utc(value)

        assert "at" == caught.value.field

    @pytest.mark.parametrize(
        "text", ["0001-01-01T00:00+08:00", "9999-12-31T23:59-08:00"]
    )
    def test_what_leaves_the_years_of_the_calendar(self, text) -> None:
        """An instant that has no date in UTC is refused by its field."""
        with pytest.raises(InputError) as caught:
            to_utc(dt.datetime.fromisoformat(text), field="visit_ended")

        assert "visit_ended" == caught.value.field


class TestPlainDate:
    """A date and not an instant."""

    def test_a_date_is_a_date(self) -> None:
        """It comes back as it is."""
        day = dt.date(2026, 2, 13)

        assert day is plain_date(day, field="day")

    @pytest.mark.parametrize(
        "value", [dt.datetime(2026, 2, 13, tzinfo=dt.UTC), "2026-02-13", True, None]
    )
    def test_what_is_no_date(self, value) -> None:
        """A datetime is refused although Python calls it a date."""
        with pytest.raises(InputError, match="not a date") as caught:
            plain_date(value, field="ship_date")

        assert "ship_date" == caught.value.field


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("Asia/Shanghai", "2026-02-12", "2026-02-11T16:00:00+00:00"),
        # Clocks went from 23:59 to 01:00: no midnight.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00+00:00"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00+00:00"),
        # Clocks went from 23:30 to 00:30: the day begins half an hour late.
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00+00:00"),
        # Clocks went back from 00:00 to 23:00 of the day before: one midnight.
        ("Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00+00:00"),
        # Clocks went back from 01:00 to 00:00: midnight twice, the first counts.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00"),
        # Samoa went over the date line and had no 30 December 2011.
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00+00:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00+00:00"),
    ],
)
def test_where_a_day_begins(zone, day, expected) -> None:
    """The first instant of the day at the place, also where clocks were moved."""
    begins = start_of_day(dt.date.fromisoformat(day), zoneinfo.ZoneInfo(zone))

    assert expected == begins.isoformat()
