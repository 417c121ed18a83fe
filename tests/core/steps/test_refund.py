"""How far a refund has come."""

from __future__ import annotations

import pytest
from tests.core.steps.tills import china, get, go, names, paid_apart, usd

from pmkit.core.errors import NotFoundError
from pmkit.core.payment import RefundState
from pmkit.core.ports import RefundObservation
from pmkit.core.steps import refund
from pmkit.facts.calendars import working_calendar

BANKS = working_calendar("CN", kind="bank")


def owing():
    """Owe two dollars, asked back at nine on 16 January."""
    return get(paid_apart(), "pay-pm", usd("2.00"), at="01-16T09:00", id="r")


def see(outcome, state, at="01-19T10:00", heard="01-19T11:00", **changes):
    given = {"order_id": outcome.order.id, "refund_id": "back-r", **changes}
    seen = RefundObservation(id=f"s/{state}", state=state, at=china(at), **given)
    return go(
        outcome,
        refund.observe_refund,
        observation=seen,
        at=china(heard),
        bank_calendar=BANKS,
    )


class TestForward:
    def test_initiated(self) -> None:
        """REFUND-1 runs from the start: seven working days after Monday the 19th."""
        begun = see(owing(), RefundState.INITIATED).order.refund("back-r")

        assert begun.state is RefundState.INITIATED
        assert begun.expected_by.last_day.isoformat() == "2026-01-28"

    @pytest.mark.parametrize("claimed", ["01-16T08:59", "01-21T11:01"])
    def test_an_impossible_start(self, claimed: str) -> None:
        """A start before it was asked for, or after it was told, is not believed."""
        begun = see(owing(), RefundState.INITIATED, at=claimed, heard="01-21T11:00")

        assert begun.order.refund("back-r").expected_by.event_at == china("01-21T11:00")

    @pytest.mark.parametrize("claimed", ["01-16T09:00", "01-21T11:00"])
    def test_both_ends_are_possible(self, claimed: str) -> None:
        """A refund may start when it is asked for and be told at once."""
        begun = see(owing(), RefundState.INITIATED, at=claimed, heard="01-21T11:00")

        assert begun.order.refund("back-r").expected_by.event_at == china(claimed)

    @pytest.mark.parametrize("end", [RefundState.DONE, RefundState.FAILED])
    def test_it_ends(self, end: RefundState) -> None:
        """It is done or fails, and keeps the day on which it was expected."""
        ended = see(see(owing(), RefundState.INITIATED), end).order.refund("back-r")

        assert ended.state is end
        assert ended.expected_by is not None

    @pytest.mark.parametrize("end", [RefundState.DONE, RefundState.FAILED])
    def test_the_middle_may_be_missing(self, end: RefundState) -> None:
        """News can be lost: the end counts without the beginning."""
        assert see(owing(), end).order.refund("back-r").state is end

    @pytest.mark.parametrize(
        ("first", "then"),
        [
            (RefundState.INITIATED, RefundState.REQUESTED),
            (RefundState.INITIATED, RefundState.INITIATED),
            (RefundState.DONE, RefundState.INITIATED),
            (RefundState.DONE, RefundState.FAILED),
            (RefundState.FAILED, RefundState.DONE),
        ],
    )
    def test_never_back(self, first: RefundState, then: RefundState) -> None:
        """Old news of a refund changes nothing, and its ends are ends."""
        begun = see(owing(), first)

        assert names(see(begun, then), since=begun) == []

    def test_another_order(self) -> None:
        """What is said of another order means nothing here."""
        begun = owing()
        told = see(begun, RefundState.DONE, order_id="TA-2")

        assert names(told, since=begun) == []

    def test_nothing_here(self) -> None:
        """A refund that the order does not have is not found."""
        with pytest.raises(NotFoundError):
            see(owing(), RefundState.DONE, refund_id="nothing")
