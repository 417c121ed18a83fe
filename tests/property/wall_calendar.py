"""
How a person reads a wall calendar and a clock: one day, one offset at a time.

Nothing here calls pmkit; it is what the laws hold the code against.
"""

from __future__ import annotations

import datetime as dt

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def counts(cal, day):
    """Our own reading of "working day", from the days that a calendar was given."""
    if day in cal.closed:
        return False
    return day in cal.worked or day.weekday() not in cal.weekend


def between(cal, start, end):
    """Count the working days of [start, end) one by one."""
    return sum(counts(cal, start + k * DAY) for k in range((end - start).days))


def back(cal, day, n):
    """Find the n-th working day strictly before *day*."""
    while n:
        day -= DAY
        n -= counts(cal, day)
    return day


def forward(cal, day, n):
    """Find the n-th working day strictly after *day*."""
    while n:
        day += DAY
        n -= counts(cal, day)
    return day


def last_day_before(cal, event, n, convention):
    """Find the last day for what is due n working days before the day *event*."""
    if convention == "inclusive" and counts(cal, event):
        n -= 1
    found = back(cal, event, n)
    return found - DAY if convention == "clear-days" else found


def last_day_after(cal, event, n, convention):
    """Find the last day for what is due within n working days of the day *event*."""
    if convention == "inclusive" and counts(cal, event):
        n -= 1
    return forward(cal, event, n)


def shown(zone, instant):
    """Read the clocks of *zone* at *instant*."""
    return instant.astimezone(zone).replace(tzinfo=None)


def first_shown(zone, day, time=dt.time()):
    """
    Find the first instant at which the clocks show *time* on *day*, or pass it by.

    Each offset that was in force within two days of it is tried.
    """
    wall = dt.datetime.combine(day, time)
    utc = wall.replace(tzinfo=dt.UTC)
    around = [utc + hours * dt.timedelta(hours=1) for hours in range(-48, 49)]
    offsets = {instant.astimezone(zone).utcoffset() for instant in around}
    tried = [utc - offset for offset in offsets]
    exact = [instant for instant in tried if shown(zone, instant) == wall]
    if exact:
        return min(exact)
    # The clocks skip it; since 1970 they have been changed at full minutes only.
    instant = min(tried).replace(second=0, microsecond=0)
    while shown(zone, instant) < wall:
        instant += MINUTE
    return instant
