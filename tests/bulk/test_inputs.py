"""What the arrays may be, and how what they may not be is refused."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import pytest

import pmkit
from pmkit import bulk

CHINA = pmkit.working_calendar("CN")
SHANGHAI = CHINA.zone
NO_DATES = [
    pytest.param(np.array(["2026-03-02"], "datetime64[s]"), id="instants"),
    pytest.param(np.array(["2026-03"], "datetime64[M]"), id="months"),
    pytest.param(np.array([20_000]), id="numbers"),
    pytest.param(np.array([dt.date(2026, 3, 2)], object), id="objects"),
    pytest.param(np.array(["2026-03-02"]), id="text"),
    pytest.param([dt.date(2026, 3, 2)], id="a list"),
    pytest.param(np.datetime64("2026-03-02"), id="one date"),
    pytest.param(
        np.ma.array(np.array(["2026-03-02"], "datetime64[D]"), mask=[True]), id="masked"
    ),
]
AWARE = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
NO_INSTANTS = [
    pytest.param(np.array(["2026-03-02"], "datetime64[D]"), id="dates"),
    pytest.param(np.array([1e9]), id="floats"),
    pytest.param(np.array([AWARE, AWARE.astimezone(dt.UTC)], object), id="mixed zones"),
    pytest.param(np.array([1], "datetime64[25s]"), id="a unit of 25 seconds"),
    pytest.param(np.array([1], "datetime64[ps]"), id="picoseconds"),
    pytest.param([AWARE], id="a list"),
]


def instants(*texts):
    """Make an array of instants in UTC."""
    return np.array(texts, dtype="datetime64[us]")


def dates(*texts):
    """Make an array of dates."""
    return np.array(texts, dtype="datetime64[D]")


ON_DATES = [
    pytest.param(
        lambda days: bulk.appointment_by(days, calendar=CHINA), id="APPOINT-2"
    ),
    pytest.param(lambda days: bulk.change_by(days, zone=SHANGHAI), id="CHANGE-1"),
    pytest.param(
        lambda days: bulk.change_by_full_days(days, calendar=CHINA, zone=SHANGHAI),
        id="CHANGE-2",
    ),
]
ON_INSTANTS = [
    pytest.param(
        lambda at: bulk.visit_date_by(at, calendar=CHINA),
        "requested_at",
        id="APPOINT-1",
    ),
    pytest.param(
        lambda at: bulk.ship_day_after(at, days=30, zone=SHANGHAI),
        "received_at",
        id="SHIP-1",
    ),
]


class TestDates:
    """Arrays of dates."""

    @pytest.mark.parametrize("clause", ON_DATES)
    @pytest.mark.parametrize("values", [*NO_DATES, dates("NaT")])
    def test_what_no_clause_on_dates_takes(self, clause, values):
        """The clauses on days of visits refuse NaT and what is no array of dates."""
        with pytest.raises(pmkit.InputError, match=r"^visit_days\b") as caught:
            clause(values)

        assert caught.value.remedy

    @pytest.mark.parametrize("values", NO_DATES)
    def test_what_is_no_array_of_dates(self, values):
        """Whatever is not datetime64[D] is refused, with the field and a remedy."""
        with pytest.raises(pmkit.InputError) as caught:
            bulk.book_by(values, calendar=CHINA)

        assert caught.value.field == "ship_dates"
        assert caught.value.remedy

    def test_not_a_time(self):
        """NaT is refused, by its place."""
        with pytest.raises(pmkit.InputError, match="NaT") as caught:
            bulk.book_by(dates("2026-03-20", "NaT"), calendar=CHINA)

        assert caught.value.field == "ship_dates[1]"

    def test_the_first_beyond_the_horizon_is_named(self):
        """An unannounced day is an error that names the place and the value."""
        ships = dates("2026-03-20", "2027-02-01", "2027-03-01")

        with pytest.raises(pmkit.CalendarHorizonError, match="2027-02-01: ") as caught:
            bulk.book_by(ships, calendar=CHINA)

        assert caught.value.field == "ship_dates[1]"
        assert "provisional" in caught.value.remedy

    @pytest.mark.parametrize("far", ["-290000-01-01", "290000-01-01"])
    def test_what_no_calendar_holds(self, far):
        """A date that is none in Python is outside of every calendar."""
        with pytest.raises(pmkit.CalendarHorizonError) as caught:
            bulk.book_by(dates("2026-03-20", far), calendar=CHINA)

        assert caught.value.field == "ship_dates[1]"

    def test_a_mask_says_what_is_provisional(self):
        """A calendar that answers provisionally marks each answer that is."""
        loose = pmkit.working_calendar("CN", beyond_horizon="provisional")
        found = bulk.book_by(dates("2026-03-20", "2027-02-01"), calendar=loose)

        assert [False, True] == found.provisional.tolist()

    @pytest.mark.parametrize("shape", [(0,), (), (2, 3)])
    def test_any_shape(self, shape):
        """The answers have the shape of the question, also of an empty one."""
        ships = np.full(shape, np.datetime64("2026-02-27"))
        found = bulk.book_by(ships, calendar=CHINA)

        assert shape == found.at.shape == found.last_day.shape
        assert shape == found.provisional.shape
        assert {dt.date(2026, 2, 11)} >= set(found.last_day.ravel().tolist())

    def test_a_place_in_a_table_has_two_numbers(self):
        """In a table the row and the column are named."""
        ships = dates("2026-03-20", "2026-03-21", "2027-02-01", "2026-03-20")

        with pytest.raises(pmkit.CalendarHorizonError) as caught:
            bulk.book_by(ships.reshape(2, 2), calendar=CHINA)

        assert caught.value.field == "ship_dates[1, 0]"

    def test_bytes_in_any_order(self):
        """Arrays of the other byte order, with strides or read-only mean the same."""
        ships = dates("2026-02-27", "1999-01-01", "2026-02-28")[::2]
        ships.flags.writeable = False
        swapped = ships.astype(">M8[D]")
        found = bulk.book_by(ships, calendar=CHINA).last_day

        assert dates("2026-02-11", "2026-02-12").tolist() == found.tolist()
        assert found.tolist() == bulk.book_by(swapped, calendar=CHINA).last_day.tolist()


class TestInstants:
    """Arrays of instants."""

    @pytest.mark.parametrize(("clause", "field"), ON_INSTANTS)
    @pytest.mark.parametrize("values", [*NO_INSTANTS, instants("NaT")])
    def test_what_no_clause_on_instants_takes(self, clause, field, values):
        """The clauses on orders and payments refuse NaT and what is no instant."""
        with pytest.raises(pmkit.InputError, match=rf"^{field}\b") as caught:
            clause(values)

        assert caught.value.remedy

    @pytest.mark.parametrize("values", NO_INSTANTS)
    def test_what_is_no_array_of_instants(self, values):
        """Dates, numbers, objects and odd units are refused, with a remedy."""
        with pytest.raises(pmkit.InputError) as caught:
            bulk.report_by(values, calendar=CHINA)

        assert caught.value.field == "visits_ended"
        assert "UTC" in caught.value.remedy

    def test_datetimes_of_mixed_zones_are_told_how(self):
        """The remedy for aware datetimes is a line that works."""
        values = [AWARE, AWARE.astimezone(zoneinfo.ZoneInfo("Africa/Cairo"))]
        with pytest.raises(pmkit.InputError) as caught:
            bulk.report_by(np.array(values), calendar=CHINA)
        line = caught.value.remedy.partition(": ")[2].rstrip(".")
        told = eval(line, {"np": np, "dt": dt, "values": values})  # noqa: S307 - our own words

        assert (
            instants("2026-03-02T01:00", "2026-03-02T01:00").tolist() == told.tolist()
        )

    def test_not_a_time(self):
        """NaT is refused, by its place."""
        with pytest.raises(pmkit.InputError, match="NaT") as caught:
            bulk.review_until(instants("2026-03-02T01:00", "NaT"), zone=SHANGHAI)

        assert caught.value.field == "closed_at[1]"

    @pytest.mark.parametrize("unit", ["h", "m", "s", "ms", "us", "ns"])
    def test_any_unit(self, unit):
        """Hours to nanoseconds come out as microseconds."""
        ended = instants("2026-02-13T16:00").astype(f"datetime64[{unit}]")
        found = bulk.report_by(ended, calendar=CHINA)

        assert found.at.dtype == "datetime64[us]"
        assert instants("2026-02-25T16:00").tolist() == found.at.tolist()

    @pytest.mark.parametrize("unit", ["s", "us", "ns"])
    @pytest.mark.parametrize("sign", [-1, 1])
    def test_the_ends_of_all_time(self, unit, sign):
        """The farthest instant of each unit is outside of the calendar."""
        ended = instants("2026-02-13T16:00").astype(f"datetime64[{unit}]")
        far = np.array([sign * (2**63 - 1)], dtype=ended.dtype)

        with pytest.raises(pmkit.CalendarHorizonError) as caught:
            bulk.report_by(np.append(ended, far), calendar=CHINA)

        assert caught.value.field == "visits_ended[1]"

    @pytest.mark.parametrize("unit", ["s", "us"])
    @pytest.mark.parametrize("sign", [-1, 1])
    def test_what_no_datetime_holds(self, unit, sign):
        """An instant that is none in Python is refused by every window."""
        far = np.array([0, sign * (2**63 - 1)], dtype=f"datetime64[{unit}]")

        with pytest.raises(pmkit.InputError) as caught:
            bulk.review_until(far, zone=SHANGHAI)

        assert caught.value.field == "closed_at[1]"

    def test_a_split_microsecond_is_no_link(self):
        """A payment link made between two microseconds has no exact end."""
        made = np.array([1_000, 1_001], dtype="datetime64[ns]")

        with pytest.raises(pmkit.InputError, match="splits") as caught:
            bulk.pay_link_until(made)

        assert caught.value.field == "created_at[1]"

    def test_a_sentinel_leads_too_far(self):
        """The last date of all, as some use it for "never", is an error."""
        never = instants("2026-01-01T00:00", "9999-12-31T00:00")

        with pytest.raises(pmkit.InputError) as caught:
            bulk.answer_by(never[1:], zone=SHANGHAI)

        assert caught.value.field == "opened_at[0]"


class TestStarts:
    """Arrays that may be of instants or of dates."""

    @pytest.mark.parametrize(
        "values", [*NO_INSTANTS[1:], *NO_DATES[1:], instants("NaT"), dates("NaT")]
    )
    def test_what_is_neither(self, values):
        """A visit starts at an instant or on a date; all else is refused."""
        with pytest.raises(pmkit.InputError, match=r"^starts\b") as caught:
            bulk.change_by_hours(values, zone=SHANGHAI)

        assert caught.value.remedy

    def test_dates_of_the_other_byte_order(self):
        """Dates are dates in any order of their bytes."""
        found = bulk.change_by_hours(
            dates("2026-03-10").astype(">M8[D]"), zone=SHANGHAI
        )

        assert instants("2026-03-07T16:00").tolist() == found.at.tolist()

    def test_a_split_microsecond(self):
        """A start between two microseconds has no exact instant hours before it."""
        with pytest.raises(pmkit.InputError, match="splits") as caught:
            bulk.change_by_hours(
                np.array([1_000, 1_001], dtype="datetime64[ns]"), zone=SHANGHAI
            )

        assert caught.value.field == "starts[1]"

    @pytest.mark.parametrize(
        "far",
        [
            dates("-290000-01-01"),
            dates("290000-01-01"),
            dates("0001-12-31"),
            dates("9999-01-01"),
            instants("0001-01-02T23:59"),
            instants("9999-12-31T16:00"),
            np.array([2**62], dtype="datetime64[s]"),
        ],
    )
    def test_the_ends_of_all_dates(self, far):
        """A start whose hours before or whose date leave all dates is refused."""
        near = np.append(dates("2026-03-10").astype(far.dtype), far)

        with pytest.raises(pmkit.InputError) as caught:
            bulk.change_by_hours(near, zone=SHANGHAI)

        assert caught.value.field == "starts[1]"

    def test_a_date_that_the_zone_has_not(self):
        """Hours before a start that lead to no date in the zone are refused."""
        west = zoneinfo.ZoneInfo("America/New_York")
        early = instants("2026-03-10T00:00", "0001-01-01T03:00")

        with pytest.raises(pmkit.InputError, match="has no date") as caught:
            bulk.change_by_hours(early, zone=west, hours=1)

        assert caught.value.field == "starts[1]"

    def test_the_last_start_of_all(self):
        """The last instant with a date at the place is an answer."""
        found = bulk.change_by_hours(
            instants("9999-12-31T15:59:59.999999"), zone=SHANGHAI
        )

        assert instants("9999-12-29T15:59:59.999999").tolist() == found.at.tolist()
        assert dates("9999-12-29").tolist() == found.last_day.tolist()


class TestTerms:
    """The other arguments."""

    @pytest.mark.parametrize("wrong", [0, -1, True, 1.0, "7"])
    def test_numbers(self, wrong):
        """Numbers are refused as by the scalar functions, also for empty arrays."""
        with pytest.raises(pmkit.InputError):
            bulk.book_by(dates(), calendar=CHINA, working_days=wrong)
        with pytest.raises(pmkit.InputError):
            bulk.review_until(instants(), zone=SHANGHAI, days=wrong)
        with pytest.raises(pmkit.InputError):
            bulk.escalates_at(instants(), zone=SHANGHAI, day=wrong)
        with pytest.raises(pmkit.InputError):
            bulk.pay_link_until(instants(), hours=wrong)
        with pytest.raises(pmkit.InputError, match=r"^hours\b"):
            bulk.change_by_hours(instants(), zone=SHANGHAI, hours=wrong)
        with pytest.raises(pmkit.InputError, match=r"^full_days\b"):
            bulk.change_by_full_days(
                dates(), calendar=CHINA, zone=SHANGHAI, full_days=wrong
            )
        with pytest.raises(pmkit.InputError, match=r"^working_days\b"):
            bulk.visit_date_by(instants(), calendar=CHINA, working_days=wrong)
        with pytest.raises(pmkit.InputError, match=r"^days\b"):
            bulk.ship_day_after(instants(), zone=SHANGHAI, days=wrong)

    def test_no_calendar_no_zone_no_convention(self):
        """What is no calendar, zone, convention or time of day is refused."""
        with pytest.raises(pmkit.InputError, match="calendar"):
            bulk.book_by(dates(), calendar="CN")
        with pytest.raises(pmkit.InputError, match="calendar"):
            bulk.BulkCalendar("CN")
        with pytest.raises(pmkit.InputError, match="convention"):
            bulk.book_by(dates(), calendar=CHINA, convention="maybe")
        with pytest.raises(pmkit.InputError, match="zone"):
            bulk.review_until(instants(), zone="Asia/Shanghai")
        with pytest.raises(pmkit.InputError, match="time of day"):
            bulk.change_by(dates(), zone=SHANGHAI, at=13)
        for at in (12, dt.time(12, tzinfo=dt.UTC)):
            with pytest.raises(pmkit.InputError, match="time of day"):
                bulk.appointment_by(dates(), calendar=CHINA, at=at)
            with pytest.raises(pmkit.InputError, match="time of day"):
                bulk.change_by_full_days(dates(), calendar=CHINA, zone=SHANGHAI, at=at)
        with pytest.raises(pmkit.InputError, match="zone"):
            bulk.change_by_hours(instants(), zone="Asia/Shanghai")
        with pytest.raises(pmkit.InputError, match="zone"):
            bulk.ship_day_after(instants(), zone="Asia/Shanghai", days=1)
        with pytest.raises(pmkit.InputError, match="zone"):
            bulk.change_by_full_days(dates(), calendar=CHINA, zone=dt.UTC)

    @pytest.mark.parametrize("days", [3_000_000, 10**30])
    def test_a_ship_date_beyond_all_dates(self, days):
        """Days that lead out of all dates are refused, by the first payment."""
        with pytest.raises(pmkit.InputError, match="beyond the last date") as caught:
            bulk.ship_day_after(instants("2026-03-02T01:00"), zone=SHANGHAI, days=days)

        assert caught.value.field == "received_at[0]"

    @pytest.mark.parametrize(
        "wrong", [0, True, 1.5, np.array([0, 1]), np.array([1.0, 2.0]), np.array([1])]
    )
    def test_steps(self, wrong):
        """A number of days is an integer but 0, or an array with one for each."""
        calendar = bulk.BulkCalendar(CHINA)

        with pytest.raises(pmkit.InputError, match=r"^n\b"):
            calendar.add(dates("2026-03-02", "2026-03-03"), wrong)

    def test_pairs(self):
        """Starts and ends are as many."""
        with pytest.raises(pmkit.InputError, match=r"^ends\b"):
            bulk.BulkCalendar(CHINA).count(dates("2026-03-02"), dates())

    def test_no_day_is_worked(self):
        """A calendar without a working day has no answer, and says so."""
        never = pmkit.WorkingCalendar.from_days(
            name="never",
            zone=SHANGHAI,
            first=dt.date(2026, 1, 1),
            last=dt.date(2026, 12, 31),
            weekend=range(7),
        )
        calendar = bulk.BulkCalendar(never)

        with pytest.raises(pmkit.CalendarHorizonError):
            calendar.add(dates("2026-03-02"), 1)
        with pytest.raises(pmkit.CalendarHorizonError):
            bulk.book_by(dates("2026-03-02"), calendar=calendar)


class TestAllows:
    """Comparing with the deadlines."""

    ENDED = instants("2026-02-12T09:30", "2026-02-13T09:30")

    def test_one_moment_for_all(self):
        """An aware datetime is in time for those whose end is later."""
        found = bulk.report_by(self.ENDED, calendar=CHINA)
        end = found.at[0].item().replace(tzinfo=dt.UTC)
        tick = dt.timedelta.resolution

        assert [False, True] == found.allows(end).tolist()
        assert [True, True] == found.allows(end - tick).tolist()
        assert len(found) == 2

    def test_one_moment_for_each(self):
        """An array of instants is compared one by one, to the nanosecond."""
        found = bulk.report_by(self.ENDED, calendar=CHINA)
        nanos = found.at.astype("datetime64[ns]")

        assert [False, False] == found.allows(nanos).tolist()
        assert [True, True] == found.allows(nanos - np.timedelta64(1, "ns")).tolist()
        assert [False, False] == found.allows(found.at).tolist()

    def test_an_opening_allows_its_instant(self):
        """What opens allows the instant itself and all later ones."""
        found = bulk.escalation_opens(self.ENDED, zone=SHANGHAI)

        assert [True, True] == found.allows(found.at).tolist()
        assert [False, False] == found.allows(
            found.at - np.timedelta64(1, "us")
        ).tolist()
        assert len(found) == 2

    def test_bad_moments(self):
        """A naive datetime, NaT, far times and other shapes are refused."""
        found = bulk.report_by(self.ENDED, calendar=CHINA)

        with pytest.raises(pmkit.NaiveTimeError):
            found.allows(dt.datetime(2026, 2, 13))  # noqa: DTZ001 - that is what is tested
        for wrong in (
            instants("NaT", "NaT"),
            instants(*["2026-02-13T00:00"] * 3),
            np.array([0, 2**62], "datetime64[s]"),
            dates("2026-02-13", "2026-02-14"),
        ):
            with pytest.raises(pmkit.InputError, match=r"^now\b"):
                found.allows(wrong)
