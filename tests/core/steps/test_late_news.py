"""News that come late or in another order than they happened."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.bookings import answers, at_visit, booked, checked, scheduled
from tests.core.steps.roads import AGENCY, INSPECTOR, SERVICE, china
from tests.core.steps.test_report import WRITTEN

from pmkit.core.errors import OutOfOrderError
from pmkit.core.steps import appoint, report, visit
from pmkit.core.visit import VisitState

ANSWERS = answers("late_news.csv")
ARRIVALS = [row for row in ANSWERS if row["news"] == "arrival"]
REPORTS = [row for row in ANSWERS if row["news"] == "report"]


def visit_of(order):
    return order.service(SERVICE).visit(1)


def nameless(order):
    """Take the inspector's name away again, as if that message were still out."""
    before = visit_of(order)
    state = before.state
    if state is VisitState.ASSIGNED:
        state = VisitState.CONFIRMED
    service = order.service(SERVICE)
    changed = attrs.evolve(before, inspector="", state=state)
    return order.with_service(service.with_visit(changed))


def arrive(order, said, heard, actor=AGENCY):
    return visit.arrive(
        **at_visit(order, actor=actor, at=china(heard), arrived_at=china(said))
    ).order


def name(order, inspector, at="02-20T08:00"):
    return appoint.assign_inspector(
        **at_visit(order, actor=AGENCY, at=china(at), inspector=inspector)
    ).order


def deliver(order, said, heard, summary=""):
    return report.upload_report(
        **{
            **at_visit(order, actor=AGENCY, at=china(heard[5:])),
            **WRITTEN,
            "delivered_at": china(said[5:]),
            "summary": summary,
        }
    ).order


class TestArrival:
    @pytest.mark.parametrize("row", ARRIVALS, ids=[row["kills"] for row in ARRIVALS])
    def test_its_own_instant_holds_where_it_is_possible(self, row):
        """An inspector arrives when the agency says so, not when pmkit hears of it."""
        after = arrive(scheduled(booked()).order, row["said"][5:], row["heard"][5:])

        assert visit_of(after).arrived_at == china(row["holds"][5:])
        assert visit_of(after).state is VisitState.ON_SITE


class TestName:
    def test_a_name_that_comes_after_the_arrival_is_kept(self):
        """The order of two messages does not decide whether a name is known."""
        there = arrive(
            nameless(scheduled(booked()).order), "02-12T09:05", "02-12T09:06"
        )
        named = visit_of(name(there, "Chen"))

        assert named.inspector == "Chen"
        assert named.state is VisitState.ON_SITE

    def test_a_name_that_comes_after_the_check_is_kept(self):
        """The visit is over and stays over."""
        named = visit_of(name(nameless(checked(booked()).order), "Chen"))

        assert named.inspector == "Chen"
        assert named.state is VisitState.COMPLETED

    def test_a_visit_that_has_begun_keeps_its_inspector(self):
        """Nobody takes a colleague's visit once they are on site."""
        there = arrive(scheduled(booked()).order, "02-12T09:05", "02-12T09:06")
        with pytest.raises(OutOfOrderError):
            name(there, "Zhao")

        assert visit_of(there).inspector == INSPECTOR.name


class TestReports:
    @pytest.mark.parametrize("row", REPORTS, ids=[row["kills"] for row in REPORTS])
    def test_its_own_instant_holds_where_it_is_possible(self, row):
        """A report is as old as the agency says, if that can be."""
        after = deliver(checked(booked()).order, row["said"], row["heard"])

        assert visit_of(after).report.latest.uploaded_at == china(row["holds"][5:])

    def test_an_older_version_that_comes_late_does_not_hold(self):
        """What the agency said last holds, not what pmkit heard last."""
        heard = "2026-02-20T08:00"
        second = deliver(
            checked(booked()).order, "2026-02-14T15:00", heard, "the second"
        )
        both = visit_of(deliver(second, "2026-02-13T15:00", heard, "the first")).report

        assert both.latest.summary == "the second"
        assert [each.summary for each in both.versions] == ["the second", "the first"]

    def test_an_older_version_reopens_no_decision(self):
        """The buyer decided on the version that holds, and it still holds."""
        heard = "2026-02-20T08:00"
        second = visit_of(
            deliver(checked(booked()).order, "2026-02-14T15:00", heard)
        ).report
        older = attrs.evolve(second.latest, number=2, uploaded_at=china("02-13T15:00"))
        both = attrs.evolve(second, versions=(*second.versions, older))

        assert both.latest.number == 1
