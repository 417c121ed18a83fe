"""
The thirty-six laws of deadlines, by their numbers; eight of them are false.

``back(d, n)`` is the n-th working day strictly before d.  What holds is held against a
day-by-day reading of the calendar (`tests.property.wall_calendar`) that never calls the
code under test.  What is false stands below with the case that refutes it, so that
nobody builds on it.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import pathlib
import re
import zoneinfo

import attrs
import holidays
import pytest
from hypothesis import assume, given, strategies as st
from tests.property.wall_calendar import (
    DAY,
    back,
    between,
    counts,
    first_shown,
    forward,
    last_day_after,
    last_day_before,
)

from pmkit.core import clauses
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.clauses.agency import six_day_week
from pmkit.core.clauses.change_fees import (
    change_fees,
    change_fees_by_full_days,
    change_fees_by_hours,
)
from pmkit.core.composing import all_working
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import CalendarHorizonError
from pmkit.core.money import Money
from pmkit.core.recheck import recheck
from pmkit.core.strictest import next_available, strictest
from pmkit.core.walltime import instant_at
from pmkit.facts.calendars import working_calendar
from pmkit.shell.wire import decode, encode
from pmkit.testing.calendars import working_calendars, zones
from pmkit.testing.strategies import moments

days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
steps = st.integers(1, 12)
conventions = st.sampled_from(CountingConvention)
times = st.times()
instants = moments(
    first=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    last=dt.datetime(2026, 12, 31, tzinfo=dt.UTC),
)
CHINA = working_calendar("CN")
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
#: The Sunday on which New York skips 02:00 to 03:00.
SPRING = dt.date(2026, 3, 8)
MOMENT = dt.datetime.resolution
HOUR = dt.timedelta(hours=1)


def rebuilt(cal, **changes):
    """Build the same calendar with other days."""
    same = {"closed": cal.closed, "worked": cal.worked, "weekend": cal.weekend}
    return WorkingCalendar.from_days(
        name="rebuilt",
        zone=cal.zone,
        first=cal.first,
        last=cal.last,
        **{**same, **changes},
    )


def closing(cal, *more):
    """Close more days."""
    return rebuilt(
        cal, closed=cal.closed.union(more), worked=cal.worked.difference(more)
    )


def making_up(cal, *more):
    """Work on more days; a made-up day wins over a holiday."""
    return rebuilt(
        cal, closed=cal.closed.difference(more), worked=cal.worked.union(more)
    )


def plain(weekend, first=dt.date(2025, 1, 1), last=dt.date(2027, 12, 31), **differing):
    """Build a calendar in China with this weekly rest."""
    return WorkingCalendar.from_days(
        name="plain",
        zone=SHANGHAI,
        first=first,
        last=last,
        weekend=weekend,
        **differing,
    )


#: Whether BOOK-1 comes out earlier, the same or later -> whom that favours, and
#: what the terms say that give the buyer time and take it from nobody.
AMENDED = {-1: ("agency", "keep"), 0: (None, "nothing"), 1: ("buyer", "move")}


def spelt(cal):
    """Spell which days of a calendar are worked."""
    return [cal.is_working_day(dt.date(2026, 1, 1) + k * DAY) for k in range(365)]


def plain_instant(day, time, zone):
    """Convert a wall time as the standard library does without a word."""
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


class TestCounting:
    """Laws 1 to 17: counting working days."""

    @given(working_calendars(), days, steps)
    def test_law_01(self, cal, day, n):
        """Law 1: the result is a working day and [x, d) holds exactly n of them."""
        found = cal.add(day, -n)

        assert counts(cal, found)
        assert n == between(cal, found, day)
        assert n == between(cal, day + DAY, cal.add(day, n) + DAY)

    @given(working_calendars(), days, steps, conventions)
    def test_law_01_of_clauses(self, cal, day, n, convention):
        """Law 1 in the clauses: the last day is the one found on a wall calendar."""
        book = clauses.book_by(day, calendar=cal, working_days=n, convention=convention)
        ended = first_shown(cal.zone, day, dt.time(17))
        report = clauses.report_by(
            ended, calendar=cal, working_days=n, convention=convention
        )

        assert last_day_before(cal, day, n, convention) == book.last_day
        assert last_day_after(cal, day, n, convention) == report.last_day
        assert first_shown(cal.zone, book.last_day + DAY) == book.at
        assert first_shown(cal.zone, report.last_day + DAY) == report.at

    @given(working_calendars(), days, days, steps, conventions)
    def test_law_02(self, cal, one, other, n, convention):
        """Law 2: monotone in d; strictly decreasing in n."""
        book = functools.partial(clauses.book_by, calendar=cal, convention=convention)
        early, late = sorted((one, other))

        assert cal.add(early, -n) <= cal.add(late, -n)
        assert book(early, working_days=n).at <= book(late, working_days=n).at
        assert cal.add(one, -n - 1) < cal.add(one, -n)
        assert book(one, working_days=n + 1).at < book(one, working_days=n).at

    @given(working_calendars(), days, steps, steps)
    def test_law_03(self, cal, day, a, b):
        """Law 3: back(back(d, a), b) = back(d, a + b)."""
        assert back(cal, day, a + b) == cal.add(cal.add(day, -a), -b)
        assert cal.add(day, -a - b) == cal.add(cal.add(day, -a), -b)

    def test_law_04_is_false(self):
        """Law 4, fwd(back(d, n), n) = d, is FALSE for a d that is not worked."""
        sunday = dt.date(2026, 3, 8)
        there = CHINA.add(sunday, -1)

        assert dt.date(2026, 3, 6) == there
        assert dt.date(2026, 3, 9) == CHINA.add(there, 1) != sunday

    @given(working_calendars(), days, steps)
    def test_law_05(self, cal, day, n):
        """Law 5: fwd(back(d, n), n) = roll_forward(d); back(fwd(d, n), n) backward."""
        later = day if counts(cal, day) else forward(cal, day, 1)
        earlier = day if counts(cal, day) else back(cal, day, 1)

        assert later == cal.add(cal.add(day, -n), n) == cal.roll_forward(day)
        assert earlier == cal.add(cal.add(day, n), -n) == cal.roll_backward(day)

    @given(working_calendars(), days, days, steps)
    def test_law_06(self, cal, day, holiday, n):
        """Law 6: a holiday moves nothing due before later, nor after earlier."""
        closed = closing(cal, holiday)
        ended = first_shown(cal.zone, day)

        assert closed.add(day, -n) <= cal.add(day, -n)
        assert closed.add(day, n) >= cal.add(day, n)
        assert (
            clauses.report_by(ended, calendar=closed).at
            >= clauses.report_by(ended, calendar=cal).at
        )

    @given(working_calendars(), days, days, steps)
    def test_law_07(self, cal, day, made_up, n):
        """Law 7: a make-up working day never moves a backward deadline earlier."""
        assert making_up(cal, made_up).add(day, -n) >= cal.add(day, -n)

    def test_law_07_an_amendment_has_no_direction(self):
        """Law 7: an update that closes and makes up days can move it either way."""
        friday = dt.date(2026, 3, 13)
        saturday, tuesday = dt.date(2026, 3, 7), dt.date(2026, 3, 10)
        cal = plain((5, 6))
        swapped = making_up(closing(cal, tuesday), saturday)

        assert swapped.add(friday, -4) > closing(cal, tuesday).add(friday, -4)
        assert swapped.add(friday, -3) < cal.add(friday, -3)

    @given(working_calendars(), days, days, steps)
    def test_law_08(self, cal, day, elsewhere, n):
        """Law 8: changes outside [x, d) have no effect."""
        due = clauses.book_by(day, calendar=cal, working_days=n)
        assume(not due.last_day <= elsewhere < day)

        for changed in (closing(cal, elsewhere), making_up(cal, elsewhere)):
            after = clauses.book_by(day, calendar=changed, working_days=n)

            assert (due.at, due.counted) == (after.at, after.counted)

    @given(working_calendars(), days, steps, st.data())
    def test_law_09(self, cal, day, n, data):
        """Law 9: one new holiday on a working day in [x, d) equals back(d, n + 1)."""
        read = clauses.book_by(day, calendar=cal, working_days=n).counted
        closed = closing(cal, data.draw(st.sampled_from(read)))

        assert back(cal, day, n + 1) == closed.add(day, -n)

    @given(working_calendars(), working_calendars(), days, steps)
    def test_law_10(self, one, other, day, n):
        """Law 10: the union of calendars is due no later than the earliest part."""
        both = all_working(one, other, zone=SHANGHAI)

        assert both.add(day, -n) <= min(one.add(day, -n), other.add(day, -n))
        assert both.add(day, n) >= max(one.add(day, n), other.add(day, n))

    def test_law_11_is_false(self):
        """Law 11, union = min of the parts, is FALSE: closings add up."""
        thursday = dt.date(2026, 3, 12)
        buyer = plain((5, 6), closed=[dt.date(2026, 3, 10)])
        supplier = plain((5, 6), closed=[dt.date(2026, 3, 11)])
        both = all_working(buyer, supplier)

        assert dt.date(2026, 3, 11) == buyer.add(thursday, -1)
        assert dt.date(2026, 3, 10) == supplier.add(thursday, -1)
        assert dt.date(2026, 3, 9) == both.add(thursday, -1)

    @given(working_calendars(), working_calendars(), working_calendars())
    def test_law_12(self, one, two, three):
        """Law 12: union commutes, associates, is idempotent, has an identity."""
        always = plain(())
        union = functools.partial(all_working, zone=SHANGHAI)

        assert spelt(union(one, two)) == spelt(union(two, one))
        assert spelt(union(union(one, two), three)) == spelt(
            union(one, union(two, three))
        )
        assert spelt(one) == spelt(union(one, one)) == spelt(union(one, always))

    @given(st.lists(days, max_size=20), st.randoms(use_true_random=False))
    def test_law_12_of_lists(self, closed, chance):
        """Law 12: the order of a list of holidays, and duplicates, are irrelevant."""
        shuffled = closed * 2
        chance.shuffle(shuffled)

        assert plain((5, 6), closed=closed) == plain((5, 6), closed=shuffled)

    @given(
        days, steps, st.integers(1, 20), st.frozensets(st.integers(0, 6), max_size=6)
    )
    def test_law_13(self, day, n, weeks, weekend):
        """Law 13: +7k days commute without holidays; a full week is plain days."""
        cal = plain(weekend)
        shift = 7 * weeks * DAY

        assert cal.add(day, -n) + shift == cal.add(day + shift, -n)
        assert day - n * DAY == plain(()).add(day, -n)

    @given(working_calendars(), days, steps)
    def test_law_14(self, cal, day, n):
        """Law 14: rolling forward first changes nothing."""
        rolled = day if counts(cal, day) else forward(cal, day, 1)
        book = functools.partial(clauses.book_by, calendar=cal, working_days=n)

        assert book(rolled).at == book(day).at

    def test_law_15_is_false(self):
        """Law 15, rolling backward first changes nothing, is FALSE: it loses a day."""
        sunday = dt.date(2026, 3, 8)
        rolled = CHINA.roll_backward(sunday)

        assert dt.date(2026, 3, 6) == rolled
        assert dt.date(2026, 3, 6) == CHINA.add(sunday, -1)
        assert dt.date(2026, 3, 5) == CHINA.add(rolled, -1)

    def test_law_16_is_false(self):
        """Law 16, modified-following keeps law 6, is FALSE at the end of a month."""
        monday, tuesday = dt.date(2026, 3, 30), dt.date(2026, 3, 31)
        short = plain((5, 6), closed=[monday])
        long = plain((5, 6), closed=[monday, tuesday])

        assert tuesday == modified_following(short, monday)
        assert dt.date(2026, 3, 27) == modified_following(long, monday)

    @given(working_calendars(), days, days)
    def test_law_16_what_holds(self, cal, one, other):
        """Law 16: modified-following is monotone in d."""
        early, late = sorted((one, other))
        # A month in which nothing is worked leaves it no day to roll to.
        assume(all(any_worked(cal, day.replace(day=1)) for day in (early, late)))

        assert modified_following(cal, early) <= modified_following(cal, late)

    @given(working_calendars(), days, steps)
    def test_law_17_numpy(self, cal, day, n):
        """Law 17: numpy.busday_offset, which has no make-up days, agrees."""
        resting = rebuilt(cal, worked=())
        mask = [day not in cal.weekend for day in range(7)]
        theirs = pytest.importorskip("numpy").busday_offset(
            day, -n, roll="forward", weekmask=mask, holidays=sorted(cal.closed)
        )

        assert theirs.item() == resting.add(day, -n) == back(resting, day, n)

    @given(st.dates(dt.date(2015, 2, 1), dt.date(2026, 12, 28)), steps)
    def test_law_17_holidays(self, day, n):
        """Law 17: the package holidays, which knows China's make-up days, agrees."""
        theirs = holidays_of_china().get_nth_working_day(day, -n)

        assert theirs == CHINA.add(day, -n) == back(CHINA, day, n)


@functools.cache
def holidays_of_china():
    """Give China as the package holidays has it."""
    return holidays.country_holidays("CN", years=range(2014, 2028))


def modified_following(cal, day):
    """Roll forward, unless that leaves the month; then backward."""
    after = cal.roll_forward(day)
    return after if after.month == day.month else cal.roll_backward(day)


def any_worked(cal, first):
    """Tell whether any day of the month that begins on *first* is worked."""
    month = [first + k * DAY for k in range(31)]
    return any(counts(cal, day) for day in month if day.month == first.month)


class TestClocks:
    """Laws 18 to 26: wall clocks and instants."""

    def test_law_18_is_false(self):
        """Law 18, each calendar day is 24 h, is FALSE where clocks change."""
        noon = [
            instant_at(day, dt.time(12), NEW_YORK) for day in (SPRING - DAY, SPRING)
        ]

        assert 23 * HOUR == noon[1] - noon[0]

    @given(days, days, zones(), times)
    def test_law_19(self, one, other, zone, time):
        """Law 19: the same wall cut-off on a later date is a later instant."""
        assume(one != other)
        early, late = sorted((one, other))
        cut_off = functools.partial(clauses.change_by, zone=zone, at=time)

        assert cut_off(early).at < cut_off(late).at
        assert first_shown(zone, early - DAY, time) == cut_off(early).at

    def test_law_20_is_false(self):
        """Law 20, a later wall time is no earlier instant (fold=0), is FALSE."""
        gap, after = dt.time(2, 30), dt.time(3)
        plainly = [plain_instant(SPRING, time, NEW_YORK) for time in (gap, after)]
        ours = [instant_at(SPRING, time, NEW_YORK) for time in (gap, after)]

        assert ["07:30", "07:00"] == [f"{at:%H:%M}" for at in plainly]
        assert ["07:00", "07:00"] == [f"{at:%H:%M}" for at in ours]

    @given(days, zones(), times, times)
    def test_law_20_with_the_policy(self, day, zone, one, other):
        """Law 20 mended: if a gap means its end, later wall times are no earlier."""
        early, late = sorted((one, other))

        assert instant_at(day, early, zone) <= instant_at(day, late, zone)

    def test_law_21_is_false(self):
        """Law 21, a wall cut-off survives the round trip by UTC, is FALSE in gaps."""
        there = instant_at(SPRING, dt.time(2, 30), NEW_YORK)

        assert dt.time(3) == there.astimezone(NEW_YORK).time()

    def test_law_22_is_false(self):
        """Law 22, aware == and - in one zone respect fold, is FALSE."""
        first = dt.datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
        second = first.replace(fold=1)
        due = clauses.pay_link_until(first - HOUR, hours=1)

        assert first == second
        assert dt.timedelta() == second - first
        assert HOUR == second.astimezone(dt.UTC) - first.astimezone(dt.UTC)
        assert due.allows(first - MOMENT)
        assert not due.allows(second)

    @given(working_calendars(), days, instants, zones())
    def test_law_23(self, cal, day, now, zone):
        """Law 23: any astimezone of now gives the same decision."""
        due = clauses.book_by(day, calendar=cal)
        opening = clauses.escalation_opens(now, zone=cal.zone)
        elsewhere = now.astimezone(zone)

        assert due.allows(now) == due.allows(elsewhere)
        assert opening.allows(now) == opening.allows(elsewhere)
        assert clauses.report_by(now, calendar=cal) == clauses.report_by(
            elsewhere, calendar=cal
        )

    @given(working_calendars(), days, st.lists(instants, max_size=8))
    def test_law_24(self, cal, day, asked):
        """Law 24: one flip over t; 1 µs before open, at it and 1 µs after closed."""
        due = clauses.book_by(day, calendar=cal)
        opening = clauses.escalation_opens(due.at, zone=cal.zone)
        around = [-MOMENT, 0 * MOMENT, MOMENT]
        allowed = [due.allows(at) for at in sorted(asked)]

        assert [True, False, False] == [due.allows(due.at + k) for k in around]
        assert [False, True, True] == [opening.allows(opening.at + k) for k in around]
        assert sorted(allowed, reverse=True) == allowed

    @given(days, st.integers(0, 23), st.integers(-12, 14), st.integers(-12, 14))
    def test_law_25(self, day, hour, east, further):
        """Law 25: a zone h further east is due h earlier; if the cut-off moves, not."""
        here, there = fixed(east), fixed(further)
        moved = further - east
        assume(0 <= hour + moved <= 23)
        due = clauses.change_by(day, zone=here, at=dt.time(hour)).at

        assert clauses.change_by(day, zone=there, at=dt.time(hour)).at == due - (
            moved * HOUR
        )
        assert clauses.change_by(day, zone=there, at=dt.time(hour + moved)).at == due

    @given(days, zones(), times)
    def test_law_26(self, day, zone, time):
        """Law 26: every transition 2015-2037; `test_dst` has all, this any day."""
        wanted = first_shown(zone, day, time)

        assert wanted == instant_at(day, time, zone)
        assert wanted == clauses.change_by(day + DAY, zone=zone, at=time).at


def fixed(hours):
    """Give the zone that is always so many hours ahead of UTC; its sign is turned."""
    return zoneinfo.ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT")


#: 29 February of common and odd leap years, the turn of the year, ISO week 53.
ODD_DAYS = (
    dt.date(2024, 2, 29),
    dt.date(2000, 2, 29),
    dt.date(1900, 2, 28),
    dt.date(1900, 3, 1),
    dt.date(2100, 2, 28),
    dt.date(2100, 3, 1),
    dt.date(2025, 12, 31),
    dt.date(2026, 1, 1),
    dt.date.fromisocalendar(2026, 53, 1),
    dt.date.fromisocalendar(2026, 53, 7),
)


class TestCalendars:
    """Laws 27 to 29: odd days, horizons, and calendars that change."""

    @pytest.mark.parametrize("odd", ODD_DAYS, ids=str)
    @pytest.mark.parametrize("role", ["date", "closed", "worked"])
    def test_law_27(self, odd, role):
        """Law 27: odd days count as any, as a date, as a holiday, as a make-up day."""
        first, last = dt.date(1899, 1, 1), dt.date(2101, 12, 31)
        differing = {} if role == "date" else {role: [odd]}
        rest = (odd.weekday(),) if role == "worked" else (5, 6)
        cal = plain(rest, first, last, **differing)
        around = [odd + k * DAY for k in range(-9, 10)]
        asked = [(day, n) for day in around for n in (1, 2, 7)]

        assert [back(cal, *which) for which in asked] == [
            cal.add(day, -n) for day, n in asked
        ]
        assert [forward(cal, *which) for which in asked] == [
            cal.add(day, n) for day, n in asked
        ]

    @given(days, steps)
    def test_law_28(self, day, n):
        """Law 28: an empty horizon is a bounded CalendarHorizonError, no loop."""
        short = plain((5, 6), day, day)
        shut = plain(range(7))
        unannounced = plain((5, 6), official_until=dt.date(2025, 1, 1))

        for cal in (short, shut, unannounced):
            with pytest.raises(CalendarHorizonError):
                clauses.book_by(day, calendar=cal, working_days=n)
            with pytest.raises(CalendarHorizonError):
                clauses.report_by(
                    first_shown(SHANGHAI, day), calendar=cal, working_days=n
                )

    @given(working_calendars(), days, days, st.sampled_from([closing, making_up]))
    def test_law_29(self, cal, day, changed, amend):
        """Law 29: a deadline stays as given; new data gives another beside it."""
        promised = clauses.book_by(day, calendar=cal)
        amended = amend(cal, changed)
        found = recheck(promised, calendar=amended)
        moved = (back(amended, day, 7) - back(cal, day, 7)).days

        assert promised is found.old
        assert clauses.book_by(day, calendar=cal) == found.old
        assert back(amended, day, 7) == found.new.last_day
        assert moved == found.days_moved
        assert (found.in_favour_of, found.advice) == AMENDED[(moved > 0) - (moved < 0)]
        assert cal.version == found.old.calendar_version
        assert amended.version == found.new.calendar_version
        assert cal.version != amended.version or spelt(cal) == spelt(amended)


def deadlines_of(cal, day, now):
    """Make one deadline by each way of counting."""
    return [
        clauses.book_by(day, calendar=cal),
        clauses.report_by(now, calendar=cal),
        clauses.change_by(day, zone=cal.zone),
        clauses.change_by_full_days(day, calendar=cal, zone=cal.zone),
        clauses.change_by_hours(now, zone=cal.zone),
        clauses.pay_link_until(now),
        clauses.review_until(now, zone=cal.zone),
    ]


def price_lists(cal, day, *, reassigned):
    """List the fee tiers of three agencies."""
    return [
        change_fees(day, zone=cal.zone),
        change_fees_by_full_days(day, calendar=cal, zone=SHANGHAI),
        change_fees_by_full_days(day, calendar=cal, zone=SHANGHAI, full_days=2),
        change_fees_by_hours(day, zone=cal.zone, reassigned=reassigned),
    ]


several = st.lists(st.integers(0, 6), min_size=1, max_size=4)


class TestComposing:
    """Laws 30 to 32: several clauses, fee tiers, the next day."""

    @given(working_calendars(), days, instants, st.tuples(several, several, several))
    def test_law_30(self, cal, day, now, chosen):
        """Law 30: strictest = min; adding a rule is never later; it associates."""
        every = deadlines_of(cal, day, now)
        a, b, c = ([every[k] for k in some] for some in chosen)

        assert min(due.at for due in a) == strictest(*a).at
        assert any(strictest(*a) is due for due in a)
        assert strictest(*a, *b).at <= strictest(*a).at
        assert (
            strictest(*a, *b, *c)
            == strictest(strictest(*a, *b), *c)
            == strictest(*a, strictest(*b, *c))
        )

    @given(working_calendars(), days, st.booleans(), st.lists(instants, min_size=2))
    def test_law_31(self, cal, day, reassigned, asked):
        """Law 31: fee tiers never fall, cover the line, without gap or overlap."""
        price, travel = Money.of(150, "USD"), Money.of(30, "USD")

        for tiers in price_lists(cal, day, reassigned=reassigned):
            edges = [tier.begins for tier in tiers.tiers[1:]]
            line = sorted([*asked, *edges, *(edge - MOMENT for edge in edges)])
            fees = [tiers.tier_at(at).fee(price, expenses=travel) for at in line]
            holding = [sum(tier.holds(at) for tier in tiers.tiers) for at in line]

            assert [1] * len(line) == holding
            assert sorted(fees) == fees
            assert [tier.ends for tier in tiers.tiers[:-1]] == edges
            assert tiers.tiers[1:] == tuple(tiers.tier_at(edge) for edge in edges)

    @given(working_calendars(), days, st.booleans(), instants)
    def test_law_31_free_until_the_deadline(self, cal, day, reassigned, asked):
        """Law 31: the free tier is what the deadline of the clause allows."""
        free_until = [
            clauses.change_by(day, zone=cal.zone),
            clauses.change_by_full_days(day, calendar=cal, zone=SHANGHAI),
            clauses.change_by_full_days(day, calendar=cal, zone=SHANGHAI, full_days=2),
            clauses.change_by_hours(day, zone=cal.zone),
        ]
        lists = price_lists(cal, day, reassigned=reassigned)

        assert [due.allows(asked) for due in free_until] == [
            tiers.tier_at(asked).name == "free" for tiers in lists
        ]
        assert [due.clause for due in free_until] == [tiers.clause for tiers in lists]

    @given(working_calendars(), instants, instants, steps)
    def test_law_32(self, cal, one, other, n):
        """Law 32: next_available is bookable, nothing earlier is; monotone in now."""
        book = functools.partial(clauses.book_by, calendar=cal, working_days=n)
        early, late = (
            next_available(now, deadline_of=book, zone=cal.zone)
            for now in sorted((one, other))
        )
        today = min(one, other).astimezone(cal.zone).date()
        passed_over = [today + k * DAY for k in range((early - today).days)]

        assert in_time(cal, early, n, min(one, other))
        assert not any(in_time(cal, day, n, min(one, other)) for day in passed_over)
        assert early <= late


def in_time(cal, day, n, now):
    """Tell on a wall calendar whether *now* is early enough for *day*."""
    return now.astimezone(cal.zone).date() <= back(cal, day, n)


class TestDecisions:
    """Laws 33 to 36: clocks that differ, what is printed, hours, terms."""

    @given(
        working_calendars(),
        days,
        st.timedeltas(dt.timedelta(days=-9), dt.timedelta(days=9)),
        st.timedeltas(dt.timedelta(), dt.timedelta(minutes=5)),
    )
    def test_law_33(self, cal, day, away, skew):
        """Law 33: a clock skewed by ε answers differently only within ε of it."""
        due = clauses.book_by(day, calendar=cal)
        now = due.at + away

        assert (due.allows(now) == due.allows(now + skew)) or (
            due.at - skew <= now < due.at
        )
        assert due.allows(now) == due.allows(now + skew) or abs(away) <= skew

    @given(working_calendars(), days, instants)
    def test_law_34(self, cal, day, now):
        """Law 34: parse(format(deadline)) = deadline, and the zone is printed."""
        for due in deadlines_of(cal, day, now):
            text = json.dumps(encode(due))

            assert due == decode(json.loads(text), Deadline)
            assert due == Deadline(**attrs.asdict(due, recurse=False))
            assert due.zone in str(due.explain())

    @given(instants, st.integers(1, 200), zones())
    def test_law_35(self, start, hours, zone):
        """Law 35: elapsed-hour rules use the difference in UTC, not on the wall."""
        before = clauses.change_by_hours(start, zone=zone, hours=hours)
        after = clauses.pay_link_until(start.astimezone(zone), hours=hours)

        assert hours * 3_600 == (start - before.at).total_seconds()
        assert hours * 3_600 == (after.at - start).total_seconds()

    @given(days, st.integers(1, 200), zones())
    def test_law_35_of_a_date(self, day, hours, zone):
        """Law 35: hours before a date run back from its first instant."""
        due = clauses.change_by_hours(day, zone=zone, hours=hours)

        assert first_shown(zone, day) - hours * HOUR == due.at

    @given(working_calendars(), days, steps, steps)
    def test_law_36(self, cal, day, n, more):
        """Law 36: a longer lead never yields a later deadline."""
        place = {"calendar": cal, "zone": cal.zone}
        full = functools.partial(clauses.change_by_full_days, day, **place)
        hours = functools.partial(clauses.change_by_hours, day, zone=cal.zone)
        book = functools.partial(clauses.book_by, day, calendar=cal)

        assert book(working_days=n + more).at < book(working_days=n).at
        assert full(full_days=n + more).at < full(full_days=n).at
        assert hours(hours=n + more).at < hours(hours=n).at

    @given(working_calendars(), days, times, times)
    def test_law_36_of_times(self, cal, day, one, other):
        """Law 36: an earlier cut-off time never yields a later deadline."""
        early, late = sorted((one, other))
        place = {"calendar": cal, "zone": cal.zone}
        full = functools.partial(clauses.change_by_full_days, day, **place)
        clock = functools.partial(clauses.change_by, day, zone=cal.zone)
        form = functools.partial(clauses.appointment_by, day, calendar=cal)

        assert clock(at=early).at <= clock(at=late).at
        assert form(at=early).at <= form(at=late).at
        assert full(at=early).at <= full(at=late).at


class TestCatalogue:
    """The catalogue itself."""

    def test_has_every_law(self):
        """All 36 laws are quoted by number, and the eight false ones say so."""
        text = pathlib.Path(__file__).read_text(encoding="utf-8")
        told = {int(number) for number in re.findall(r'"""Law (\d+)', text)}
        false = {int(n) for n in re.findall(r"def test_law_(\d+)_is_false", text)}

        assert set(range(1, 37)) == told
        assert {4, 11, 15, 16, 18, 20, 21, 22} == false

    def test_six_days_are_a_calendar_like_any(self):
        """The six-day week of an agency counts as on a wall calendar."""
        six = six_day_week(CHINA)
        year = [dt.date(2026, 1, 5) + k * DAY for k in range(355)]
        asked = list(itertools.product(year, (1, 2)))

        assert [back(six, *which) for which in asked] == [
            six.add(day, -n) for day, n in asked
        ]
