"""
Law 26: every change of clocks from 2015 to 2037, in every zone in use, exhaustively.

A change is found by reading the offset day by day and halving the day in which it
differs; what a wall time means beside it follows from the instant and the two offsets.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import pkgutil
import zoneinfo

import pytest
from tests.property.wall_calendar import DAY

from pmkit.core import clauses
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.moments import start_of_day
from pmkit.core.walltime import instant_at

COUNTRIES = json.loads(
    pkgutil.get_data("pmkit.facts", "data/calendars/countries.json") or b""
)
#: Half an hour; two hours; at midnight; in Ramadan; backwards; by decree; for good.
NASTY = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Caracas",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Asia/Ulaanbaatar",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Pacific/Easter",
    "Pacific/Fiji",
    "Pacific/Norfolk",
    "Pacific/Tongatapu",
)
IN_USE = sorted({*itertools.chain(*COUNTRIES["zones"].values()), *NASTY})
FIRST = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2038, 1, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
#: How far from the change a wall time lies: 0, 1 s, 30 min, 59 min 59 s.
BESIDE = [
    sign * dt.timedelta(minutes=minutes, seconds=seconds)
    for minutes, seconds in ((0, 0), (0, 1), (30, 0), (59, 59))
    for sign in (1, -1)
    if (minutes, seconds) != (0, 0) or sign > 0
]


@functools.cache
def changes(zone):
    """Find the changes of clocks: the instant, the offset before and after."""
    found = []
    place = zoneinfo.ZoneInfo(zone)
    dates = range((LAST - FIRST).days + 1)
    offsets = [(FIRST + k * DAY).astimezone(place).utcoffset() for k in dates]
    for k, (before, after) in enumerate(itertools.pairwise(offsets)):
        if before != after:
            low, high = 0, 86_400
            while high - low > 1:
                middle = (low + high) // 2
                then = FIRST + k * DAY + middle * SECOND
                same = then.astimezone(place).utcoffset() == before
                low, high = (middle, high) if same else (low, middle)
            found.append((FIRST + k * DAY + high * SECOND, before, after))
    return found


def meant(change, wall):
    """Tell which instant a wall time beside a change means."""
    at, before, after = change
    utc = wall.replace(tzinfo=dt.UTC)
    if utc - before < at:
        return utc - before
    return max(utc - after, at)


def midnight(change, day):
    """Tell when a day beside a change begins."""
    return meant(change, dt.datetime.combine(day, dt.time()))


def dated(change, instant):
    """Tell the local date at an instant beside a change."""
    at, before, after = change
    return (instant + (before if instant < at else after)).date()


def walls(change):
    """List the wall times beside a change, as the clocks showed it before and after."""
    at, before, after = change
    shown = [(at + offset).replace(tzinfo=None) for offset in (before, after)]
    return [wall + beside for wall in shown for beside in BESIDE]


@functools.cache
def always(zone):
    """Give a calendar on which every day is worked."""
    return WorkingCalendar.from_days(
        name="always",
        zone=zoneinfo.ZoneInfo(zone),
        first=dt.date(2014, 12, 1),
        last=dt.date(2038, 2, 1),
        weekend=(),
    )


def wall_times(zone):
    """Pair what each wall time beside a change means with what it comes out as."""
    place = zoneinfo.ZoneInfo(zone)
    for change in changes(zone):
        for wall in walls(change):
            yield meant(change, wall), instant_at(wall.date(), wall.time(), place)


def days(zone):
    """Pair when each day beside a change begins with what it comes out as."""
    place = zoneinfo.ZoneInfo(zone)
    for change in changes(zone):
        for day in days_beside(change):
            yield midnight(change, day), start_of_day(day, place)


def days_beside(change):
    """List the day of a change, the one before and the one after."""
    day = dated(change, change[0])
    return [day - DAY, day, day + DAY]


def cut_offs(zone):
    """Pair the cut-offs of agencies at wall times beside a change."""
    place = zoneinfo.ZoneInfo(zone)
    for change in changes(zone):
        for wall in walls(change):
            visit, time = wall.date() + DAY, wall.time()
            full = {"calendar": always(zone), "zone": place, "at": time}
            yield (
                meant(change, wall),
                clauses.change_by(visit, zone=place, at=time).at,
            )
            yield meant(change, wall), clauses.change_by_full_days(visit, **full).at


def windows(zone):
    """Pair what is counted on from an instant beside a change."""
    place = zoneinfo.ZoneInfo(zone)
    site = {"calendar": always(zone), "working_days": 1}
    for change in changes(zone):
        for event in (change[0] + beside for beside in BESIDE):
            day = dated(change, event)
            ends = midnight(change, day + 2 * DAY)
            opens = midnight(change, day + DAY)
            yield ends, clauses.report_by(event, **site).at
            yield ends, clauses.review_until(event, zone=place, days=1).at
            yield opens, clauses.escalation_opens(event, zone=place, day=1).at
            yield day + DAY, clauses.ship_day_after(event, days=1, zone=place)


def counted_back(zone):
    """Pair what is counted back from a date beside a change."""
    place = zoneinfo.ZoneInfo(zone)
    site = {"calendar": always(zone), "working_days": 1}
    clear = {**site, "convention": "clear-days"}
    for change in changes(zone):
        for day in days_beside(change):
            ends = midnight(change, day + DAY)
            two_days_ahead = midnight(change, day) - 48 * 3_600 * SECOND
            yield ends, clauses.book_by(day + DAY, **site).at
            yield ends, clauses.book_by(day + 2 * DAY, **clear).at
            yield two_days_ahead, clauses.change_by_hours(day, zone=place).at


def faults(pairs):
    """List the pairs of what is wanted and what came out that differ."""
    return [(wanted, got) for wanted, got in pairs if wanted != got]


WITH_CHANGES = [zone for zone in IN_USE if changes(zone)]


class TestTable:
    """The table of changes is what it should be."""

    def test_knows_the_changes_that_everybody_knows(self):
        """Berlin changes its clocks twice a year at 01:00 UTC, China never does."""
        berlin = [at for at, _, _ in changes("Europe/Berlin") if at.year == 2026]

        assert changes("Asia/Shanghai") == []
        assert len(changes("Europe/Berlin")) == 46
        assert ["2026-03-29T01:00", "2026-10-25T01:00"] == [
            f"{at:%Y-%m-%dT%H:%M}" for at in berlin
        ]

    def test_has_changes_of_every_kind(self):
        """There are gaps and folds, of half an hour and of more than one hour."""
        steps = {
            after - before for zone in IN_USE for _, before, after in changes(zone)
        }
        minutes = {step // dt.timedelta(minutes=1) for step in steps}

        assert minutes >= {-120, -60, -30, 30, 60, 120}
        assert len(WITH_CHANGES) > 100
        assert sum(len(changes(zone)) for zone in IN_USE) > 3_000


@pytest.mark.parametrize("zone", WITH_CHANGES)
class TestEveryChange:
    """At each change and beside it, before it and after."""

    def test_wall_times(self, zone):
        """A skipped wall time means the change, a doubled one the first (law 26)."""
        assert faults(wall_times(zone)) == []

    def test_days(self, zone):
        """A day begins at its first midnight, or where the clocks skip it to."""
        assert faults(days(zone)) == []

    def test_cut_offs(self, zone):
        """An agency's cut-off is the instant that its clocks mean."""
        assert faults(cut_offs(zone)) == []

    def test_windows(self, zone):
        """A deadline counted on from an instant ends at a midnight of the place."""
        assert faults(windows(zone)) == []

    def test_counted_back(self, zone):
        """A deadline counted back from a date ends at a midnight, or hours before."""
        assert faults(counted_back(zone)) == []
