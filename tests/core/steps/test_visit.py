"""On site: arrive, complete the check, or fail."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.bookings import (
    TICK,
    answers,
    at_visit,
    booked,
    found,
    on_site,
    scheduled,
)
from tests.core.steps.roads import (
    AGENCY,
    BUYER,
    FOUND,
    INSPECTOR,
    LAMPS,
    SERVICE,
    SUPPLIER,
    china,
    usd,
    with_service,
)

from pmkit.core.catalogue import CATALOGUE, Checkpoint, ServiceKind
from pmkit.core.deadlines import CountingConvention
from pmkit.core.errors import (
    InputError,
    NaiveTimeError,
    NotAllowedError,
    NotFoundError,
    NotYetError,
    OutOfOrderError,
)
from pmkit.core.order import OrderLine
from pmkit.core.service import ServiceStage
from pmkit.core.steps import visit
from pmkit.core.visit import (
    Check,
    CheckResult,
    Liable,
    MissedCause,
    Progress,
    Visit,
    VisitState,
)

OTHER = attrs.evolve(INSPECTOR, name="Zhao")
DAY_BEGINS = china("02-12T00:00")
ARRIVED = china("02-12T09:05")
TOLD = china("02-12T17:30")


def visit_of(outcome, number=1):
    return outcome.order.service(SERVICE).visit(number)


def arrive(order, *, actor=INSPECTOR, at=ARRIVED, **more):
    return visit.arrive(**at_visit(order, actor=actor, at=at, **more))


def complete(order, *, actor=INSPECTOR, at=TOLD, **more):
    return visit.complete_visit(
        **{**at_visit(order, actor=actor, at=at), **FOUND, **more}
    )


def fail(order, cause=MissedCause.NOT_READY, *, actor=INSPECTOR, at=ARRIVED, **more):
    given = {"cause": cause, "note": "Two of five lines stand still.", **more}
    return visit.fail_visit(**at_visit(order, actor=actor, at=at, **given))


def lamps(finished=400, packed=300, ordered=500, product="desk lamp"):
    return Progress(product=product, ordered=ordered, finished=finished, packed=packed)


class TestArrive:
    def test_the_assigned_inspector_arrives(self):
        """ "The on-site check" begins with the inspector's arrival."""
        here = visit_of(arrive(with_service(ServiceStage.SCHEDULED)))

        assert here.state is VisitState.ON_SITE
        assert here.arrived_at == ARRIVED

    def test_the_agency_may_say_so_as_well(self):
        """An agency without accounts for its inspectors speaks for them."""
        here = visit_of(arrive(with_service(ServiceStage.SCHEDULED), actor=AGENCY))

        assert here.state is VisitState.ON_SITE

    def test_another_inspector_does_not_find_the_visit(self):
        """Another's visit and none at all read the same to an inspector."""
        order = with_service(ServiceStage.SCHEDULED)
        with pytest.raises(NotFoundError) as not_yours:
            arrive(order, actor=OTHER)
        with pytest.raises(NotFoundError) as absent:
            arrive(order, actor=OTHER, visit=2)

        assert str(absent.value).replace("2", "1") == str(not_yours.value)
        assert "visit" == not_yours.value.field == absent.value.field

    def test_where_nobody_was_named_any_inspector_may_come(self):
        """A confirmed visit without a name is open to the agency's people."""
        order = with_service(ServiceStage.SCHEDULED)
        service = order.service(SERVICE)
        unnamed = attrs.evolve(
            service.visit(1), state=VisitState.CONFIRMED, inspector=""
        )
        order = order.with_service(service.with_visit(unnamed))

        assert visit_of(arrive(order, actor=OTHER)).state is VisitState.ON_SITE

    def test_the_day_begins_at_midnight_in_china(self):
        """At 00:00 in China on the 12th it is still 16:00 on the 11th in UTC."""
        order = with_service(ServiceStage.SCHEDULED)
        first = visit_of(arrive(order, at=DAY_BEGINS))
        with pytest.raises(NotYetError) as early:
            arrive(order, at=DAY_BEGINS - TICK)

        assert first.arrived_at == dt.datetime(2026, 2, 11, 16, tzinfo=dt.UTC)
        assert early.value.allowed == "Possible from 2026-02-11T16:00:00+00:00 on."

    def test_nobody_arrives_without_an_appointment(self):
        """A requested visit has no day."""
        with pytest.raises(OutOfOrderError):
            arrive(booked().order)

    def test_nobody_arrives_twice(self):
        """The inspector is on site already."""
        with pytest.raises(OutOfOrderError):
            arrive(with_service(ServiceStage.ON_SITE))

    def test_the_supplier_does_not_say_it(self):
        """The one who is checked does not report on the check."""
        with pytest.raises(NotAllowedError):
            arrive(with_service(ServiceStage.SCHEDULED), actor=SUPPLIER)


class TestComplete:
    def test_what_was_seen_is_kept(self):
        """Progress, product, quantity, marks and packaging, as they were found."""
        done = visit_of(complete(with_service(ServiceStage.ON_SITE)))

        assert done.state is VisitState.COMPLETED
        assert done.ended_at == china("02-12T17:00")
        assert done.progress == (lamps(),)
        assert [check.checkpoint.value for check in done.checks] == [
            "progress",
            "product-name",
            "quantity",
            "shipping-mark",
            "packaging",
            "inner-carton-mark",
        ]

    def test_the_report_is_due_in_one_to_two_working_days(self):
        """
        "Within one to two working days after the on-site check".

        After Thursday 12 February these are the 13th and the worked Saturday,
        the 14th, in China.
        """
        done = visit_of(complete(with_service(ServiceStage.ON_SITE)))

        assert done.report_expected_by.clause == "REPORT-1"
        assert done.report_expected_by.last_day == dt.date(2026, 2, 13)
        assert done.report_late_after.last_day == dt.date(2026, 2, 14)

    def test_the_clock_runs_from_the_end_and_not_from_the_telling(self):
        """Who tells it a day later has a day less for the report."""
        done = visit_of(
            complete(with_service(ServiceStage.ON_SITE), at=china("02-13T17:30"))
        )

        assert done.report_late_after.last_day == dt.date(2026, 2, 14)

    def test_the_days_are_those_of_the_terms(self):
        """Terms with two and three working days give later days."""
        order = with_service(ServiceStage.ON_SITE)
        slow = attrs.evolve(
            order,
            terms=attrs.evolve(
                order.terms,
                report_expected_working_days=2,
                report_late_working_days=3,
            ),
        )
        done = visit_of(complete(slow))

        assert done.report_expected_by.last_day == dt.date(2026, 2, 14)
        assert done.report_late_after.last_day == dt.date(2026, 2, 24)

    def test_they_are_counted_as_the_terms_count(self):
        """INCLUSIVE counts the 12th itself: expected on it, late after the 13th."""
        order = with_service(ServiceStage.ON_SITE)
        terms = attrs.evolve(order.terms, convention=CountingConvention.INCLUSIVE)
        done = visit_of(complete(attrs.evolve(order, terms=terms)))

        assert done.report_expected_by.last_day == dt.date(2026, 2, 12)
        assert done.report_late_after.last_day == dt.date(2026, 2, 13)

    @pytest.mark.parametrize("ended", [ARRIVED, TOLD], ids=["at arrival", "just now"])
    def test_the_end_may_be_the_arrival_or_now(self, ended):
        """Both ends belong to the visit."""
        done = visit_of(complete(with_service(ServiceStage.ON_SITE), ended_at=ended))

        assert done.ended_at == ended

    @pytest.mark.parametrize(
        "ended", [ARRIVED - TICK, TOLD + TICK], ids=["before arrival", "in the future"]
    )
    def test_the_end_is_between_arrival_and_now(self, ended):
        """An end before the arrival or after now can not be."""
        with pytest.raises(InputError) as refused:
            complete(with_service(ServiceStage.ON_SITE), ended_at=ended)

        assert refused.value.field == "ended_at"

    def test_an_end_without_a_zone_is_refused(self):
        """The error names the argument, not the other moment."""
        naive = dt.datetime(2026, 2, 12, 17)  # noqa: DTZ001
        with pytest.raises(NaiveTimeError) as refused:
            complete(with_service(ServiceStage.ON_SITE), ended_at=naive)

        assert refused.value.field == "ended_at"

    def test_goods_that_are_not_ready_are_told_and_not_refused(self):
        """Whether to go on is the inspector's judgement."""
        done = visit_of(
            complete(with_service(ServiceStage.ON_SITE), progress=(lamps(0, 0),))
        )

        assert done.state is VisitState.COMPLETED

    def test_a_visit_that_has_not_begun_is_not_completed(self):
        """Nobody has been there."""
        with pytest.raises(OutOfOrderError):
            complete(with_service(ServiceStage.SCHEDULED))

    def test_another_inspector_does_not_find_the_visit(self):
        """Only the person on site says what was found."""
        with pytest.raises(NotFoundError):
            complete(with_service(ServiceStage.ON_SITE), actor=OTHER)

    def test_the_kind_is_that_of_the_service(self):
        """The rules of another kind are refused."""
        with pytest.raises(InputError) as refused:
            complete(with_service(ServiceStage.ON_SITE), **found("PSI"))

        assert refused.value.field == "kind"


class TestProgress:
    @pytest.mark.parametrize(
        "progress",
        [
            (lamps(product="floor lamp"),),
            (lamps(ordered=501),),
            (lamps(), lamps()),
            (),
        ],
        ids=["foreign", "other quantity", "twice", "missing"],
    )
    def test_every_line_is_told_once_as_ordered(self, progress):
        """500 desk lamps were ordered, in one line."""
        with pytest.raises(InputError) as refused:
            complete(with_service(ServiceStage.ON_SITE), progress=progress)

        assert refused.value.field == "progress"

    def test_two_lines_of_one_product_are_two(self):
        """The same lamp in two cartons is told once for each."""
        order = attrs.evolve(
            with_service(ServiceStage.ON_SITE),
            lines=(LAMPS, OrderLine(product="desk lamp", quantity=500)),
        )
        done = visit_of(complete(order, progress=(lamps(), lamps(5, 5))))

        assert done.progress == (lamps(), lamps(5, 5))

    def test_where_progress_was_not_checked_lines_may_be_missing(self):
        """The inspector may say that the progress could not be looked at."""
        checks = tuple(
            attrs.evolve(check, result=CheckResult.NOT_CHECKED)
            for check in FOUND["checks"]
        )
        done = visit_of(
            complete(with_service(ServiceStage.ON_SITE), checks=checks, progress=())
        )

        assert done.progress == ()

    def test_a_kind_that_does_not_look_at_progress_needs_none(self):
        """A container loading check may say nothing of it."""
        given = {**found("CLC"), "progress": ()}
        done = visit_of(complete(on_site(booked("CLC")).order, **given))

        assert done.state is VisitState.COMPLETED


class TestChecks:
    def test_a_missing_checkpoint_is_named(self):
        """What was not looked at is told as not checked, not left out."""
        with pytest.raises(InputError, match="packaging is not there") as refused:
            complete(
                with_service(ServiceStage.ON_SITE),
                checks=tuple(
                    check
                    for check in FOUND["checks"]
                    if check.checkpoint is not Checkpoint.PACKAGING
                ),
            )

        assert refused.value.field == "checks"

    def test_a_checkpoint_twice_is_named(self):
        """Two results for one checkpoint contradict each other."""
        twice = (
            *FOUND["checks"],
            Check(checkpoint=Checkpoint.QUANTITY, result=CheckResult.DEVIATES),
        )
        with pytest.raises(InputError, match="quantity is twice there"):
            complete(with_service(ServiceStage.ON_SITE), checks=twice)

    def test_a_foreign_checkpoint_is_named(self):
        """Production monitoring looks at no seal."""
        foreign = (
            *FOUND["checks"],
            Check(checkpoint=Checkpoint.SEAL, result=CheckResult.CONFORMS),
        )
        with pytest.raises(InputError, match="PM does not check seal"):
            complete(with_service(ServiceStage.ON_SITE), checks=foreign)


class TestFail:
    @pytest.mark.parametrize(
        "row", answers("missed_visit.csv"), ids=lambda row: row["cause"]
    )
    def test_the_cause_decides_who_pays(self, row):
        """Who caused it owes the price of the visit."""
        over = fail(with_service(ServiceStage.SCHEDULED), MissedCause(row["cause"]))
        fee = visit_of(over).failure.fee

        assert row["owed_by"] == fee.owed_by.value
        assert row["amount"] == str(fee.amount.amount)
        assert over.order.service(SERVICE).fees == (fee,)

    def test_every_cause_has_its_row(self):
        """No cause is forgotten in the answers."""
        assert {row["cause"] for row in answers("missed_visit.csv")} == set(MissedCause)

    def test_a_visit_that_did_not_begin_is_missed(self):
        """The inspector stood before a closed gate."""
        over = visit_of(fail(with_service(ServiceStage.SCHEDULED)))

        assert over.state is VisitState.MISSED
        assert over.failure.note == "Two of five lines stand still."

    def test_a_visit_that_began_is_aborted(self):
        """The inspector was inside and had to leave."""
        over = fail(with_service(ServiceStage.ON_SITE))

        assert visit_of(over).state is VisitState.ABORTED
        assert [event.name for event in over.events] == [
            "visit-aborted",
            "visit-requested",
        ]

    def test_another_visit_makes_up_for_it(self):
        """The service is booked again and needs an appointment."""
        over = fail(with_service(ServiceStage.SCHEDULED))

        assert visit_of(over, 2) == Visit(number=2, replaces=1)
        assert over.order.service(SERVICE).stage is ServiceStage.BOOKED

    def test_it_does_not_fail_before_its_day(self):
        """Before 00:00 in China on its day nobody can have missed it."""
        order = with_service(ServiceStage.SCHEDULED)
        with pytest.raises(NotYetError):
            fail(order, MissedCause.AGENCY_ABSENT, at=DAY_BEGINS - TICK)
        first = fail(order, MissedCause.AGENCY_ABSENT, at=DAY_BEGINS)

        assert visit_of(first).state is VisitState.MISSED

    def test_a_refusal_of_the_supplier_is_told_at_once(self):
        """Nobody has to travel to a gate that will stay closed."""
        over = fail(
            with_service(ServiceStage.SCHEDULED),
            MissedCause.SUPPLIER_REFUSED,
            at=china("02-10T09:00"),
        )

        assert over.order.service(SERVICE).fees_of(Liable.SUPPLIER) == usd("48.00")

    def test_part_of_the_price_is_owed_where_the_terms_say_so(self):
        """A quarter of 48.00 is 12.00."""
        order = with_service(ServiceStage.SCHEDULED)
        cheap = attrs.evolve(order, terms=attrs.evolve(order.terms, missed_percent=25))

        assert visit_of(fail(cheap)).failure.fee.amount == usd("12.00")

    def test_one_of_two_visits_costs_half(self):
        """Two visits for 48.00 cost 24.00 each."""
        order = scheduled(booked(planned_visits=2), 2).order
        over = fail(order, visit=2)

        assert visit_of(over, 2).failure.fee.amount == usd("24.00")
        assert visit_of(over, 3).replaces == 2

    def test_what_is_not_confirmed_does_not_fail(self):
        """Nobody travels for a visit without a time."""
        with pytest.raises(OutOfOrderError):
            fail(booked().order)

    def test_a_completed_visit_does_not_fail(self):
        """What was done was done."""
        with pytest.raises(OutOfOrderError):
            fail(with_service(ServiceStage.AWAITING_REPORT), at=china("02-13T09:00"))

    def test_another_inspector_does_not_find_the_visit(self):
        """Only the person who went says how it was."""
        with pytest.raises(NotFoundError):
            fail(with_service(ServiceStage.SCHEDULED), actor=OTHER)

    def test_the_buyer_does_not_say_it(self):
        """The buyer was not there."""
        with pytest.raises(NotAllowedError):
            fail(with_service(ServiceStage.SCHEDULED), actor=BUYER)


class TestReady:
    @pytest.mark.parametrize(
        ("kind", "finished", "packed", "is_ready"),
        [
            ("PM", 0, 0, True),
            ("DUPRO", 149, 0, False),
            ("DUPRO", 150, 0, True),
            ("PSI", 500, 399, False),
            ("PSI", 500, 400, True),
            ("PSI", 499, 499, False),
            ("CLC", 500, 499, False),
            ("CLC", 500, 500, True),
        ],
    )
    def test_each_kind_needs_goods_of_its_own(self, kind, finished, packed, is_ready):
        """A pre-shipment inspection needs all of 500 made and 400 packed."""
        assert is_ready is visit.ready((lamps(finished, packed),), CATALOGUE[kind])

    def test_the_least_line_decides(self):
        """One line that is not ready makes the order not ready."""
        kind: ServiceKind = CATALOGUE["PSI"]

        assert not visit.ready((lamps(500, 500), lamps(500, 0)), kind)


class TestNouns:
    def test_a_requested_visit_has_no_appointment(self):
        """Nobody has proposed a time."""
        with pytest.raises(OutOfOrderError):
            _ = Visit(number=1).agreed

    def test_a_requested_visit_has_no_day(self):
        """Nothing was confirmed."""
        assert Visit(number=1).day_begins is None
