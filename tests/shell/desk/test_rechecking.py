"""The desk when a calendar is amended: nothing moves by itself, and only once."""

from __future__ import annotations

import datetime as dt
import json

import attrs
import pytest
import sqlalchemy as sa
from tests.shell.counter import AGENCY, BUYER, OPERATOR, ORDER, SUPPLIER, Counter

import pmkit
from pmkit.core.errors import NotAllowedError
from pmkit.core.events.rechecking import DeadlineRechecked
from pmkit.core.parties import Role
from pmkit.core.recheck import Advice
from pmkit.core.rules.open_deadlines import Which, open_deadlines
from pmkit.core.terms import TERMS_2026_01, OnAmendment
from pmkit.shell.desk import rechecking
from pmkit.shell.store import verify
from pmkit.shell.store.transaction import Transaction

CHINA = pmkit.working_calendar("CN", beyond_horizon="provisional")
#: The spring festival gives back Sunday 15 February, long before BOOK-1.
ELSEWHERE = CHINA.with_days(worked=[dt.date(2026, 2, 15)])
#: 14 March is worked: BOOK-1 of the order ends with 12 March, a day later.
LONGER = CHINA.with_days(worked=[dt.date(2026, 3, 14)])
#: 12 March is closed: it ends with 10 March, a day earlier.
SHORTER = CHINA.with_days(closed=[dt.date(2026, 3, 12)])


@pytest.fixture(name="counter")
def _counter(tmp_path):
    """An order that ships on 20 March 2026, with a service that is not paid."""
    counter = Counter(tmp_path)
    counter.open()
    counter.add()
    yield counter
    counter.desk.close()


def found(counter, calendar, **how):
    """Recheck everything, and tell which order, which deadline, how far, what to do."""
    return [
        (one.order_id, each.where.which, each.recheck.days_moved, each.recheck.advice)
        for one in counter.desk.recheck(calendar, **how)
        for each in one.findings
    ]


def rechecked(counter):
    """The events of rechecks in the history of the order."""
    with counter.desk.store.snapshot() as tx:
        history = [recorded.event for recorded in tx.history(ORDER)]
    return [event for event in history if isinstance(event, DeadlineRechecked)]


class TestLooking:
    """Without `apply`."""

    def test_tells_what_differs_and_changes_nothing(self, counter):
        """The extension is told; not a row of the database is another one."""
        before = counter.dump()

        told = found(counter, LONGER)

        assert [(ORDER, Which.BOOK_BY, 1, Advice.MOVE)] == told
        assert before == counter.dump()

    def test_days_that_nobody_counted(self, counter):
        """An amendment elsewhere in the year concerns no order."""
        assert [] == found(counter, ELSEWHERE)
        assert [] == found(counter, CHINA)

    def test_a_calendar_of_another_name(self, counter):
        """Another place's calendar concerns nobody, unless it is said to replace."""
        renamed = attrs.evolve(LONGER, name="CN, March")

        assert [] == found(counter, renamed)
        assert 1 == len(found(counter, renamed, replaces="CN"))

    def test_a_booked_service_has_met_it(self, tmp_path):
        """An order keeps the deadline that it was booked under: it is not open."""
        counter = Counter(tmp_path)
        counter.booked()

        assert () == open_deadlines(counter.order)
        assert [] == found(counter, LONGER)
        assert [] == found(counter, LONGER, apply=True)
        counter.desk.close()

    def test_a_report_that_is_due(self, tmp_path):
        """Both of a visit's REPORT-1 are open until the report is there."""
        counter = Counter(tmp_path)
        counter.booked()
        counter.scheduled("02-05")
        counter.visited("02-05")
        closed = CHINA.with_days(closed=[dt.date(2026, 2, 6)])

        due = found(counter, closed)
        counter.reported()
        after = found(counter, closed)

        assert [
            (ORDER, Which.REPORT_EXPECTED, 3, Advice.KEEP),
            (ORDER, Which.REPORT_LATE, 1, Advice.KEEP),
        ] == due
        assert [] == after
        counter.desk.close()

    def test_a_calendar_that_ends_too_early(self, counter):
        """What the calendar cannot tell is for the operator, and stops no other."""
        part = pmkit.WorkingCalendar.from_days(
            name="CN",
            zone=CHINA.zone,
            first=dt.date(2026, 3, 16),
            last=dt.date(2026, 3, 31),
        )

        assert [(ORDER, Which.BOOK_BY, 0, Advice.ASK_OPERATOR)] == found(counter, part)


class TestApplying:
    """With `apply`."""

    def test_what_favours_the_buyer_moves_once(self, counter):
        """One event, the new deadline, and nothing more the second time."""
        first = list(counter.desk.recheck(LONGER, apply=True))
        moved = counter.service.book_by
        before = counter.dump()
        second = list(counter.desk.recheck(LONGER, apply=True))

        assert [True] == [one.recorded for one in first]
        assert (dt.date(2026, 3, 12), LONGER.version) == (
            moved.last_day,
            moved.calendar_version,
        )
        assert [] == second
        assert before == counter.dump()
        assert 1 == len(rechecked(counter))
        assert [] == list(verify(counter.desk.store))

    def test_what_does_not_is_kept_and_noted_once(self, counter):
        """The deadline stays, the difference stands in the history, once."""
        given = counter.service.book_by

        first = list(counter.desk.recheck(SHORTER, apply=True))
        before = counter.dump()
        second = list(counter.desk.recheck(SHORTER, apply=True))

        assert given == counter.service.book_by
        assert [True, False] == [one.recorded for one in (*first, *second)]
        assert before == counter.dump()
        (event,) = rechecked(counter)
        assert [(Advice.KEEP, Role.AGENCY)] == [
            (each.recheck.advice, each.recheck.in_favour_of) for each in event.findings
        ]

    def test_the_operator_is_asked(self, tmp_path):
        """Under terms that want it, nothing moves and the operator hears of it."""
        terms = attrs.evolve(TERMS_2026_01, on_amendment=OnAmendment.ASK_OPERATOR)
        counter = Counter(tmp_path, terms=terms)
        counter.open()
        counter.add()
        given = counter.service.book_by

        list(counter.desk.recheck(LONGER, apply=True))
        with counter.desk.store.snapshot() as tx:
            told = tx.connection.execute(sa.select(tx.tables.outbox.c.notice)).scalars()
            subjects = [(n["to"], n["subject"]) for n in map(json.loads, told)]

        assert given == counter.service.book_by
        assert (Role.OPERATOR.value, "A deadline to decide") in subjects
        counter.desk.close()

    @pytest.mark.parametrize("actor", [BUYER, SUPPLIER, AGENCY])
    def test_nobody_moves_an_own_deadline(self, counter, actor):
        """Only the platform applies a calendar."""
        before = counter.dump()

        with pytest.raises(NotAllowedError):
            list(counter.desk.recheck(LONGER, apply=True, actor=actor))

        assert before == counter.dump()

    def test_the_operator_may(self, counter):
        """The event says who did it."""
        list(counter.desk.recheck(LONGER, apply=True, actor=OPERATOR))

        assert [OPERATOR] == [event.by for event in rechecked(counter)]


class TestTheAnnouncementOf2027:
    """A ship date of January 2027, asked for before the year is announced."""

    def test_provisional_becomes_final(self, tmp_path):
        """The forecast is stored as one, and final once the year is announced."""
        counter = Counter(tmp_path)
        counter.open(ship=dt.date(2027, 1, 22))
        counter.add()
        announced = attrs.evolve(CHINA, official_until=dt.date(2027, 12, 28))
        forecast = counter.service.book_by

        told = found(counter, announced, apply=True)
        final = counter.service.book_by

        assert forecast.provisional
        assert [(ORDER, Which.BOOK_BY, 0, Advice.MAKE_FINAL)] == told
        assert (forecast.at, False) == (final.at, final.provisional)
        assert [] == found(counter, announced, apply=True)
        counter.desk.close()

    def test_what_pmkit_knows_is_the_default(self, tmp_path):
        """Without a calendar the desk takes those it would count on today."""
        counter = Counter(tmp_path)
        counter.open(ship=dt.date(2027, 1, 22))
        counter.add()

        assert [] == found(counter, None)
        counter.desk.close()


class TestManyOrders:
    """Memory does not grow with their number."""

    def test_pages_of_a_hundred(self, counter, monkeypatch):
        """Of 2,000 orders at most a page is held, whatever was taken before."""
        rows = [f"T-{number:04}" for number in range(2000)]
        asked = []
        loaded = []
        real = counter.order
        page = rechecking.PAGE

        def list_orders(_, *, after, limit):
            asked.append((after, limit))
            return [Row(name) for name in rows if name > after][:limit]

        def load(_, order_id):
            loaded.append(order_id)
            return attrs.evolve(real, id=order_id)

        monkeypatch.setattr(Transaction, "list_orders", list_orders)
        monkeypatch.setattr(Transaction, "load", load)
        ahead = []
        for taken, one in enumerate(counter.desk.recheck(LONGER)):
            ahead.append(len(loaded) - taken)
            last = one

        assert rows[-1] == last.order_id
        assert rows == loaded
        assert page == max(ahead)
        assert 1 + 2000 // page == len(asked)
        assert {page} == {limit for _, limit in asked}


@attrs.frozen
class Row:
    """A line of a list of orders."""

    order_id: str
