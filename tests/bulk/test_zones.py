"""The tables of clocks say what the zone says, at each change of every zone in use."""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo

import numpy as np
import pytest

from pmkit.bulk.arrays import DAY, EPOCH_ORDINAL
from pmkit.bulk.zones import clocks, local_days
from pmkit.core.moments import start_of_day

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Antarctica/Troll",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kwajalein",
]
FIRST, LAST = dt.date(1993, 1, 1), dt.date(2037, 12, 31)


def number(day):
    """Number a date from 1970."""
    return day.toordinal() - EPOCH_ORDINAL


def changes(zone):
    """Find the instants at which the offset changes: days first, then seconds."""
    start = dt.datetime.combine(FIRST, dt.time(), tzinfo=dt.UTC)
    days = [start + dt.timedelta(days=k) for k in range((LAST - FIRST).days)]
    found = []
    for before, after in itertools.pairwise(days):
        if offset(before, zone) != offset(after, zone):
            hours = [before + k * dt.timedelta(minutes=1) for k in range(24 * 60 + 1)]
            found += [
                late
                for early, late in itertools.pairwise(hours)
                if offset(early, zone) != offset(late, zone)
            ]
    return found


def offset(instant, zone):
    """Ask the zone itself."""
    return instant.astimezone(zone).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_every_change_and_the_days_around_it(name):
    """The local date at each change, a moment before, and around both midnights."""
    zone = zoneinfo.ZoneInfo(name)
    table = local_days(zone, number(FIRST), number(LAST))
    steps = [dt.timedelta(hours=h, minutes=m) for h in (-24, -1, 0, 1) for m in (0, 1)]
    moments = [
        change + step + shift
        for change in changes(zone)
        for step in steps
        for shift in (-TICK, 0 * TICK)
    ]
    moments += [EPOCH + dt.timedelta(days=12_000)]
    micros = np.array([(x - EPOCH) // TICK for x in moments])

    found = table.day[table.stretches(micros)].tolist()

    assert [number(x.astimezone(zone).date()) for x in moments] == found


@pytest.mark.parametrize("name", ZONES)
def test_every_day_begins_when_it_does(name):
    """Each local day of 45 years begins at the instant that the core says."""
    zone = zoneinfo.ZoneInfo(name)
    days = range(number(FIRST), number(LAST))
    starts = clocks(zone, days[0], days[-1]).first_at(np.array(days) * DAY)
    expected = [
        (start_of_day(dt.date.fromordinal(x + EPOCH_ORDINAL), zone) - EPOCH) // TICK
        for x in days
    ]

    assert expected == starts.tolist()


def test_a_zone_of_minutes_needs_no_finer_table():
    """Changes within a slot are mended, so that the table stays small."""
    table = local_days(zoneinfo.ZoneInfo("America/St_Johns"), 12_000, 14_000)

    assert table.most == 1
    assert table.stretch_of.nbytes < 10_000_000
