"""The simulated agency does what the scenario says, once, and tells it in order."""

from __future__ import annotations

import datetime as dt
import hashlib

import attrs
import pytest

from pmkit.core.catalogue import CATALOGUE, Checkpoint
from pmkit.core.errors import ConflictError, NotFoundError, UnavailableError
from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.ports import (
    AppointmentAccepted,
    AppointmentOffered,
    ArrivedOnSite,
    CancelRequest,
    CheckDone,
    CheckFailed,
    InspectorNamed,
    MoveRequest,
    ReportReady,
)
from pmkit.core.report import DefectClass, Finding, Verdict
from pmkit.core.service import PriceLineKind
from pmkit.core.visit import Appointment, CheckResult, MissedCause, Progress
from pmkit.sandbox import PriceList, SandboxAgency, World, draw_sample

NOON = dt.datetime(2026, 1, 27, 4, 0, tzinfo=dt.UTC)
APPOINTMENT = Appointment(
    starts_at=NOON, ends_at=NOON + dt.timedelta(hours=8), place="Plant 2, Ningbo"
)


def defect(defect_class, count, **fields):
    """Find some pieces with a defect."""
    return Finding(
        defect_class=defect_class, description="Scratch", count=count, **fields
    )


def move(operation_id="op-2", **fields):
    """Ask for another time."""
    return MoveRequest(
        operation_id=operation_id,
        service_id="s-1",
        reference="SBX-0001",
        visit=1,
        appointment=APPOINTMENT,
        **fields,
    )


def cancel(operation_id="op-3", reference="SBX-0001"):
    """Ask for the end."""
    return CancelRequest(
        operation_id=operation_id,
        service_id="s-1",
        reference=reference,
        cause="The goods shipped.",
    )


@pytest.fixture
def agency(world, booking):
    """Give an agency that has a task for service s-1."""
    world.agency.book(booking())
    return world.agency


class TestQuote:
    """Prices."""

    def test_adds_up_man_days_travel_and_tax(self, world, quoting):
        """Two visits at 240 + 36, and 6 percent on both."""
        price = world.agency.quote(quoting(planned_visits=2))
        amounts = [(line.kind, str(line.amount)) for line in price.lines]

        assert [
            (PriceLineKind.SERVICE, "480.00 USD"),
            (PriceLineKind.TRAVEL, "72.00 USD"),
            (PriceLineKind.TAX, "33.12 USD"),
        ] == amounts
        assert "585.12 USD" == str(price.total)

    @pytest.mark.parametrize("kind", sorted(CATALOGUE.kinds))
    @pytest.mark.parametrize("currency", ["USD", "EUR", "CNY"])
    def test_sells_the_whole_catalogue(self, world, quoting, kind, currency):
        """Each kind has a price in each currency of the agency."""
        price = world.agency.quote(quoting(kind, currency=currency))

        assert price.total.is_positive
        assert currency == price.total.currency
        assert CATALOGUE[kind].name in price.lines[0].description

    def test_says_what_it_does_not_sell(self, world, quoting):
        """A currency or a kind that it does not have is refused with what it has."""
        with pytest.raises(UnavailableError, match="CNY, EUR, USD"):
            world.agency.quote(quoting(currency="JPY"))
        with pytest.raises(UnavailableError, match="CLC, DUPRO, IPC, PM, PSI"):
            world.agency.quote(quoting("LAB"))

    def test_sells_by_the_list_it_is_given(self, world, quoting):
        """A marketplace brings its own prices; without tax there is no tax line."""
        prices = PriceList(
            man_day={"LAB": Money.of("9000", "JPY")}, travel=Money.of("500", "JPY")
        )
        agency = SandboxAgency(clock=world.now, prices=[prices])

        price = agency.quote(quoting("LAB", currency="JPY"))

        assert 2 == len(price.lines)
        assert "9500 JPY" == str(price.total)


class TestBook:
    """Tasks."""

    def test_one_operation_is_one_task(self, world, booking):
        """Asked again with the same operation id, it gives the same number."""
        first = world.agency.book(booking("op-1"))
        again = world.agency.book(booking("op-1"))

        assert "SBX-0001" == first.reference
        assert again == first
        assert 1 == world.agency.ledger.effects["book s-1"]

    def test_another_operation_is_another_task(self, world, booking):
        """A retry with a fresh id books twice, and the ledger shows it."""
        world.agency.book(booking("op-1"))
        world.agency.book(booking("op-2"))

        assert 2 == world.agency.ledger.effects["book s-1"]
        assert ["SBX-0001", "SBX-0002"] == [t.reference for t in world.agency.tasks]

    def test_an_operation_id_belongs_to_its_request(self, world, booking):
        """The same id for something else is a conflict, and books nothing."""
        world.agency.book(booking("op-1"))

        with pytest.raises(ConflictError):
            world.agency.book(booking("op-1", service_id="s-2"))
        assert 1 == len(world.agency.tasks)

    def test_hears_of_a_move_once(self, agency):
        """The wish for another time is noted once for each operation."""
        agency.move(move("op-2"))
        agency.move(move("op-2"))

        assert [move("op-2")] == agency.tasks[0].moves
        assert 1 == agency.ledger.effects["move s-1 1"]

    def test_hears_of_the_end_once(self, agency):
        """A task is cancelled once for each operation, with its cause."""
        agency.cancel(cancel("op-3"))
        agency.cancel(cancel("op-3"))

        assert "The goods shipped." == agency.tasks[0].cancelled
        assert 1 == agency.ledger.effects["cancel s-1"]

    def test_does_not_know_other_tasks(self, agency):
        """A number that it never gave is refused."""
        with pytest.raises(NotFoundError, match="SBX-0007"):
            agency.cancel(cancel(reference="SBX-0007"))

    def test_a_refused_operation_can_be_tried_again(self, agency, booking):
        """What was refused was not done, so its id is still free."""
        with pytest.raises(NotFoundError):
            agency.cancel(cancel(reference="SBX-0002"))
        agency.book(booking("op-4"))
        agency.cancel(cancel(reference="SBX-0002"))

        assert 1 == agency.ledger.effects["cancel s-1"]


class TestObservations:
    """The journal."""

    def test_is_empty_without_a_task(self, world):
        """Nothing happens on a service that was never booked."""
        assert () == world.agency.observations("s-1")

    def test_nothing_can_happen_without_a_task(self, world):
        """The far side cannot act on what it does not have."""
        with pytest.raises(NotFoundError, match="Book it first"):
            world.agency.arrive("s-1", 1)

    def test_tells_a_visit_in_order(self, world, agency):
        """A visit is told from the appointment to the report, oldest first."""
        agency.offer_appointment("s-1", 1, APPOINTMENT)
        agency.accept_appointment("s-1", 1)
        agency.name_inspector("s-1", 1, "Wang Li")
        world.advance(days=7)
        agency.arrive("s-1", 1)
        world.advance(hours=8)
        agency.finish_check("s-1", 1)
        agency.deliver_report("s-1", 1)

        told = agency.observations("s-1")

        assert [
            AppointmentOffered,
            AppointmentAccepted,
            InspectorNamed,
            ArrivedOnSite,
            CheckDone,
            ReportReady,
        ] == [type(seen) for seen in told]
        assert sorted(told, key=lambda seen: seen.at) == list(told)
        assert ["", "", "Wang Li", "Wang Li", "Wang Li", "Wang Li"] == [
            seen.by for seen in told
        ]

    def test_ids_are_unique_and_stay(self, world, agency, booking):
        """Each observation has an id of its own, also in another task."""
        agency.arrive("s-1", 1)
        agency.arrive("s-1", 1)
        first = agency.observations("s-1")
        agency.book(booking("op-2"))
        agency.arrive("s-1", 1)

        told = agency.observations("s-1")

        assert first == told[:2]
        assert ["SBX-0001-s-1-1", "SBX-0001-s-1-2", "SBX-0002-s-1-1"] == [
            x.id for x in told
        ]

    def test_two_runs_on_one_store_share_no_id(self, booking):
        """An agency that begins anew says nothing that sounds like heard before."""
        told = []
        for service_id in ("s-1", "s-2"):
            world = World()
            world.agency.book(booking(service_id=service_id))
            told.append(world.agency.arrive(service_id, 1).id)

        assert 2 == len(set(told))

    def test_keeps_services_apart(self, agency, booking):
        """What happens on one service is not told of another."""
        agency.book(booking("op-2", service_id="s-2"))
        agency.arrive("s-2", 1)

        assert () == agency.observations("s-1")
        assert 1 == len(agency.observations("s-2"))

    def test_may_tell_of_the_past(self, agency):
        """An agency may report late; the instant is turned into UTC."""
        ended = dt.datetime.fromisoformat("2026-01-19T17:30+08:00")

        seen = agency.finish_check("s-1", 1, at=ended)

        assert "2026-01-19T09:30:00+00:00" == seen.at.isoformat()

    def test_a_missed_visit_has_its_cause(self, agency):
        """A visit that failed says why."""
        seen = agency.miss("s-1", 1, MissedCause.NOT_READY, "Only 40 % was made.")

        assert isinstance(seen, CheckFailed)
        assert MissedCause.NOT_READY is seen.cause
        assert "Only 40 % was made." == seen.note


class TestFinishCheck:
    """What was seen on site."""

    def test_everything_is_in_order_unless_the_scenario_says_otherwise(self, agency):
        """Every line is made and packed, and each checkpoint of the kind conforms."""
        seen = agency.finish_check("s-1", 1)

        assert [("Cup", 3000, 3000), ("Lid", 2000, 2000)] == [
            (p.product, p.finished, p.packed) for p in seen.progress
        ]
        assert list(CATALOGUE["PM"].checks) == [c.checkpoint for c in seen.checks]
        assert {CheckResult.CONFORMS} == {c.result for c in seen.checks}
        assert Checkpoint.SHIPPING_MARK in {c.checkpoint for c in seen.checks}

    def test_the_scenario_decides(self, agency):
        """Given progress and checks are reported as they are, also empty ones."""
        half = Progress(product="Cup", ordered=3000, finished=1500, packed=0)

        seen = agency.finish_check("s-1", 1, progress=[half], checks=[])

        assert (half,) == seen.progress
        assert () == seen.checks


class TestDeliverReport:
    """Reports."""

    def test_photos_are_known_by_their_hash(self, agency):
        """Each file of a report hashes to its evidence, in the same order."""
        report = agency.deliver_report("s-1", 1, photos=["Carton", "Carton"])

        assert [e.sha256 for e in report.evidence] == [
            hashlib.sha256(content).hexdigest() for content in report.files
        ]
        assert [len(content) for content in report.files] == [
            e.size for e in report.evidence
        ]
        assert 2 == len(set(report.files))

    def test_versions_show_photos_of_their_own(self, agency):
        """A later version never repeats the files of the one before."""
        first = agency.deliver_report("s-1", 1)
        second = agency.deliver_report("s-1", 1)

        assert set(first.files).isdisjoint(second.files)

    def test_versions_are_counted_for_each_visit(self, agency):
        """The first report of the second visit is version 1, and its photos say so."""
        agency.deliver_report("s-1", 1)

        second = agency.deliver_report("s-1", 2, photos=["Carton"])

        assert b"SBX-0001, visit 2, version 1, 1: Carton" in second.files[0]

    def test_the_same_scenario_gives_the_same_bytes(self, booking):
        """Two runs of one scenario deliver equal reports."""
        runs = [World(), World()]
        for world in runs:
            world.agency.book(booking())
        first, second = (world.agency.deliver_report("s-1", 1) for world in runs)

        assert second == first

    def test_monitoring_draws_no_sample(self, agency):
        """A kind that is not sampled passes without a sample."""
        report = agency.deliver_report("s-1", 1)

        assert report.sample is None
        assert Verdict.PASS is report.verdict

    def test_an_inspection_draws_from_all_pieces(self, world, booking):
        """5000 pieces at level II: letter L, 200 drawn, 10 major, 14 minor pass."""
        world.agency.book(booking(kind="PSI"))

        sample = world.agency.deliver_report("s-1", 1).sample

        assert (5000, "L", 200) == (
            sample.lot_size,
            sample.code_letter,
            sample.sample_size,
        )
        assert [("0", 0, 1), ("2.5", 10, 11), ("4.0", 14, 15)] == [
            (c.aql, c.acceptance_number, c.rejection_number) for c in sample.classes
        ]

    @pytest.mark.parametrize(
        ("found", "verdict"),
        [
            (defect(DefectClass.MAJOR, 10), Verdict.PASS),
            (defect(DefectClass.MAJOR, 11), Verdict.FAIL),
            (defect(DefectClass.MINOR, 14), Verdict.PASS),
            (defect(DefectClass.MINOR, 15), Verdict.FAIL),
            (defect(DefectClass.CRITICAL, 1), Verdict.FAIL),
        ],
    )
    def test_the_sample_decides(self, world, booking, found, verdict):
        """The verdict follows from the findings unless the scenario claims another."""
        world.agency.book(booking(kind="PSI"))

        report = world.agency.deliver_report("s-1", 1, findings=[found])

        assert verdict is report.verdict

    def test_an_agency_may_claim_what_it_likes(self, world, booking):
        """A claimed verdict is reported as claimed; judging it is not the agency's."""
        world.agency.book(booking(kind="PSI"))
        found = defect(DefectClass.CRITICAL, 1)

        report = world.agency.deliver_report(
            "s-1", 1, verdict=Verdict.PASS, findings=[found]
        )

        assert report.sample.rejected
        assert Verdict.PASS is report.verdict

    def test_a_finding_gets_a_photo(self, agency):
        """What was found is shown, and the finding names the hash of its photo."""
        report = agency.deliver_report(
            "s-1", 1, findings=[defect(DefectClass.MINOR, 2)], photos=["Carton"]
        )

        assert ["Carton", "Scratch"] == [e.caption for e in report.evidence]
        assert (report.evidence[1].sha256,) == report.findings[0].evidence

    def test_a_finding_keeps_its_own_evidence(self, agency):
        """Evidence that the scenario gives is left alone."""
        mine = defect(DefectClass.MINOR, 2, evidence=("a" * 64,))

        report = agency.deliver_report("s-1", 1, findings=[mine], photos=[])

        assert (mine,) == report.findings
        assert () == report.evidence

    def test_a_given_sample_is_kept(self, world, booking):
        """The scenario may bring a sample of another lot."""
        world.agency.book(booking(kind="PSI"))
        mine = draw_sample(90)

        assert mine == world.agency.deliver_report("s-1", 1, sample=mine).sample

    def test_a_single_piece_is_not_sampled(self, world, booking):
        """One piece is looked at; there is no plan for it."""
        line = OrderLine(product="Machine", quantity=1)
        world.agency.book(booking(kind="PSI", lines=(line,)))

        assert world.agency.deliver_report("s-1", 1).sample is None


class TestDrawSample:
    """Samples of small lots."""

    def test_takes_the_largest_of_several_plans(self):
        """A lot of 50: AQL 2.5 asks for 5 pieces and 4.0 for 13, so 13 are drawn."""
        sample = draw_sample(50)

        assert ("D", 13) == (sample.code_letter, sample.sample_size)
        assert [(0, 1), (0, 1), (1, 2)] == [
            (c.acceptance_number, c.rejection_number) for c in sample.classes
        ]

    def test_adds_up_what_was_found(self):
        """Two findings of one class count together."""
        twice = [defect(DefectClass.MINOR, 3), defect(DefectClass.MINOR, 4)]

        sample = draw_sample(5000, findings=twice)

        assert [0, 0, 7] == [c.found for c in sample.classes]


class TestRecords:
    """What the agency hands out."""

    def test_cannot_be_changed(self, agency):
        """An observation is a record; nobody edits the journal through it."""
        seen = agency.arrive("s-1", 1)

        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            seen.visit = 2
