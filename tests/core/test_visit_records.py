"""The records of a visit: when, what was counted on site, who pays for a failure."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import SERVICE, VISIT, china

from pmkit.core.catalogue import Readiness
from pmkit.core.errors import InputError, NaiveTimeError, NotFoundError, OutOfOrderError
from pmkit.core.service import ServiceStage
from pmkit.core.visit import (
    WHO_PAYS,
    Appointment,
    Liable,
    MissedCause,
    Progress,
    Visit,
    VisitState,
    no_such_visit,
    require_state,
)


@pytest.mark.parametrize(
    ("cause", "liable"),
    [
        (MissedCause.SUPPLIER_SAME_DAY, Liable.SUPPLIER),
        (MissedCause.SUPPLIER_REFUSED, Liable.SUPPLIER),
        (MissedCause.NOT_READY, Liable.SUPPLIER),
        (MissedCause.NO_RANDOM_ACCESS, Liable.SUPPLIER),
        (MissedCause.BUYER_PAPERS_MISSING, Liable.BUYER),
        (MissedCause.AGENCY_ABSENT, Liable.AGENCY),
        (MissedCause.OTHER, Liable.PLATFORM),
    ],
)
def test_the_cause_decides_who_pays(cause, liable) -> None:
    """An unprepared factory is the supplier's, missing papers the buyer's."""
    assert liable is WHO_PAYS[cause]


def test_every_cause_has_its_payer() -> None:
    """No visit is missed for a cause that nobody is named for."""
    assert set(MissedCause) == set(WHO_PAYS)


class TestAppointment:
    """When and where."""

    def test_it_is_kept_in_utc(self) -> None:
        """Nine o'clock in China is one o'clock UTC."""
        start = dt.datetime.fromisoformat("2026-02-12T09:00+08:00")

        visit = attrs.evolve(VISIT, starts_at=start)

        assert dt.datetime(2026, 2, 12, 1, tzinfo=dt.UTC) == visit.starts_at
        assert dt.timedelta(0) == visit.starts_at.utcoffset()

    @pytest.mark.parametrize("end", ["02-12T09:00", "02-12T08:59"])
    def test_it_ends_after_it_begins(self, end) -> None:
        """A visit of no length is a mistake."""
        with pytest.raises(InputError, match="ends before it begins") as caught:
            attrs.evolve(VISIT, ends_at=china(end))

        assert "ends_at" == caught.value.field

    @pytest.mark.parametrize("field", ["starts_at", "ends_at"])
    def test_it_has_a_zone(self, field) -> None:
        """Nobody goes to a factory at a time without a zone."""
        with pytest.raises(NaiveTimeError) as caught:
            attrs.evolve(
                VISIT, **{field: dt.datetime.fromisoformat("2026-02-12T12:00")}
            )

        assert field == caught.value.field

    def test_it_has_a_place(self) -> None:
        """The inspector has to know where the plant is."""
        with pytest.raises(InputError) as caught:
            Appointment(
                starts_at=china("02-12T09:00"), ends_at=china("02-12T17:00"), place=""
            )

        assert "place" == caught.value.field

    def test_its_day_is_the_day_at_the_place(self) -> None:
        """07:00 of the 12th in China is the 11th in UTC, and the 12th at the plant."""
        early = attrs.evolve(VISIT, starts_at=china("02-12T07:00"))

        assert dt.date(2026, 2, 12) == early.local_day(
            zoneinfo.ZoneInfo("Asia/Shanghai")
        )
        assert dt.date(2026, 2, 11) == early.local_day(zoneinfo.ZoneInfo("UTC"))


class TestProgress:
    """How much is made and packed."""

    @pytest.mark.parametrize(
        ("finished", "packed", "expected"),
        [(100, 80, True), (99, 80, False), (100, 79, False), (100, 100, True)],
    )
    def test_it_reaches_a_readiness(self, finished, packed, expected) -> None:
        """All of 100 made and 80 packed is ready for a pre-shipment inspection."""
        line = Progress(product="lamp", ordered=100, finished=finished, packed=packed)

        assert expected is line.reaches(Readiness(finished=100, packed=80))

    def test_no_rounding_helps(self) -> None:
        """2 of 7 is less than 30 percent, 3 of 7 is more."""
        thirty = Readiness(finished=30)

        assert not Progress(product="x", ordered=7, finished=2, packed=0).reaches(
            thirty
        )
        assert Progress(product="x", ordered=7, finished=3, packed=0).reaches(thirty)

    def test_more_may_be_made_than_ordered(self) -> None:
        """Spare pieces are no mistake."""
        line = Progress(product="x", ordered=100, finished=103, packed=103)

        assert line.reaches(Readiness(finished=100, packed=100))

    def test_not_more_packed_than_made(self) -> None:
        """What is packed was made."""
        with pytest.raises(InputError, match="only 9 are finished") as caught:
            Progress(product="x", ordered=10, finished=9, packed=10)

        assert "packed" == caught.value.field

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"product": ""}, "product"),
            ({"ordered": 0}, "ordered"),
            ({"finished": -1}, "finished"),
            ({"packed": -1}, "packed"),
            ({"finished": True}, "finished"),
        ],
    )
    def test_what_can_never_be_right(self, changes, field) -> None:
        """Pieces are counted in whole numbers from zero."""
        words = {"product": "x", "ordered": 1, "finished": 0, "packed": 0, **changes}

        with pytest.raises(InputError) as caught:
            Progress(**words)

        assert field == caught.value.field


class TestVisit:
    """What a visit tells of itself."""

    def test_without_a_proposal_nothing_is_agreed(self) -> None:
        """A requested visit has no appointment."""
        with pytest.raises(OutOfOrderError, match="Visit 3 has no appointment"):
            _ = Visit(number=3).agreed

    def test_the_agreed_appointment(self) -> None:
        """A scheduled visit is at the time that was confirmed."""
        visit = roads.with_service(ServiceStage.SCHEDULED).service(SERVICE).visit(1)

        assert VISIT == visit.agreed

    def test_its_day_begins_at_midnight_of_the_place(self) -> None:
        """The 12th begins in China at 16:00 UTC of the 11th."""
        visit = roads.with_service(ServiceStage.SCHEDULED).service(SERVICE).visit(1)

        assert dt.datetime(2026, 2, 11, 16, tzinfo=dt.UTC) == visit.day_begins

    def test_an_unconfirmed_visit_has_no_day(self) -> None:
        """Before it is confirmed no day begins."""
        assert Visit(number=1).day_begins is None

    def test_a_visit_has_a_number_from_one(self) -> None:
        """Visits are counted as people count."""
        with pytest.raises(InputError) as caught:
            Visit(number=0)

        assert "number" == caught.value.field

    def test_an_absent_visit_is_one_error(self) -> None:
        """Absent and another inspector's are the same words."""
        error = no_such_visit(2)

        assert isinstance(error, NotFoundError)
        assert "visit: The service has no visit 2. Look at its status." == str(error)

    def test_a_step_passes_in_its_state(self) -> None:
        """One of the named states is enough."""
        visit = Visit(number=1, state=VisitState.PROPOSED)

        assert require_state(visit, VisitState.REQUESTED, VisitState.PROPOSED) is None

    def test_a_step_in_another_state_says_when(self) -> None:
        """The error names the states in which it is possible."""
        with pytest.raises(OutOfOrderError, match="Visit 1 is requested") as caught:
            require_state(Visit(number=1), VisitState.CONFIRMED, VisitState.ASSIGNED)

        assert "Possible while it is: confirmed, assigned." == caught.value.allowed
