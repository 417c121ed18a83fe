"""
A paid service is changed by a wish and its answer.

"Manage Production monitoring order: Please sign into My orders, find the order and
click "Edit" or "Deselect" under Production Monitoring Service section as below":
after payment an edit is a change request.
"""

from __future__ import annotations

import datetime as dt

import pytest
from tests.core.steps import roads
from tests.core.steps.roads import AGENCY, APPROVER, BUYER, OPERATOR, SERVICE, china

from pmkit.core.errors import (
    InputError,
    NaiveTimeError,
    NotAllowedError,
    OutOfOrderError,
)
from pmkit.core.service import ServiceStage
from pmkit.core.steps import change


def _wished(order, wish="Weigh a carton.", *, actor=BUYER, at="01-23T09:00"):
    return change.request_change(
        order, service_id=SERVICE, actor=actor, at=china(at), wish=wish
    )


def _answered(order, *, granted, actor=AGENCY, answer="We do."):
    return change.answer_change(
        order,
        service_id=SERVICE,
        actor=actor,
        at=china("01-24T09:00"),
        granted=granted,
        answer=answer,
    )


BOOKED = roads.with_service(ServiceStage.BOOKED)


@pytest.mark.parametrize("stage", [ServiceStage.BOOKED, ServiceStage.SCHEDULED])
@pytest.mark.parametrize("actor", [BUYER, APPROVER])
def test_the_buyer_asks_for_a_change(stage, actor) -> None:
    """A paid service changes by nothing but the wish; its stage stays."""
    outcome = _wished(roads.with_service(stage), actor=actor)
    service = outcome.order.service(SERVICE)

    assert "Weigh a carton." == service.change_request.wish
    assert actor == service.change_request.by
    assert service.change_request.granted is None
    assert "" == service.requirements
    assert stage is service.stage
    assert ["change-requested"] == [event.name for event in outcome.events]


@pytest.mark.parametrize("actor", [AGENCY, OPERATOR])
def test_a_granted_wish_is_a_requirement(actor) -> None:
    """From then on the agency has to mind it."""
    outcome = _answered(_wished(BOOKED).order, granted=True, actor=actor)
    service = outcome.order.service(SERVICE)

    assert "Weigh a carton." == service.requirements
    assert service.change_request.granted
    assert "We do." == service.change_request.answer
    assert ["change-answered"] == [event.name for event in outcome.events]


def test_a_refused_wish_changes_nothing() -> None:
    """The requirements stay as they were, and the answer is kept."""
    outcome = _answered(_wished(BOOKED).order, granted=False, answer="No scale there.")
    service = outcome.order.service(SERVICE)

    assert "" == service.requirements
    assert service.change_request.granted is False
    assert "No scale there." == service.change_request.answer


def test_wishes_add_up() -> None:
    """A second granted wish stands below the first."""
    once = _answered(_wished(BOOKED).order, granted=True).order

    twice = _answered(_wished(once, "Film the line.").order, granted=True).order

    assert "Weigh a carton.\nFilm the line." == twice.service(SERVICE).requirements


def test_one_wish_at_a_time() -> None:
    """The agency answers before the buyer asks for more."""
    with pytest.raises(OutOfOrderError, match="not been answered") as caught:
        _wished(_wished(BOOKED).order, "Film the line.")

    assert "Wait for the answer of the agency." == caught.value.allowed


def test_there_is_nothing_to_answer() -> None:
    """Without a wish there is no answer."""
    with pytest.raises(OutOfOrderError, match="no wish for change"):
        _answered(BOOKED, granted=True)


def test_a_wish_is_answered_once() -> None:
    """An answer stands."""
    answered = _answered(_wished(BOOKED).order, granted=False).order

    with pytest.raises(OutOfOrderError, match="no wish for change"):
        _answered(answered, granted=True)


def test_a_wish_has_words() -> None:
    """An empty wish says nothing to the agency."""
    with pytest.raises(InputError) as caught:
        _wished(BOOKED, " ")

    assert "wish" == caught.value.field


@pytest.mark.parametrize("stage", [ServiceStage.AWAITING_PAYMENT, ServiceStage.ON_SITE])
def test_only_between_payment_and_visit(stage) -> None:
    """Unpaid it is edited; on site it is too late."""
    with pytest.raises(OutOfOrderError) as caught:
        _wished(roads.with_service(stage))

    assert "Possible while it is: booked, scheduled." == caught.value.allowed


def test_the_buyer_does_not_grant_its_own_wish() -> None:
    """The agency or the platform says whether it can be done."""
    with pytest.raises(NotAllowedError):
        _answered(_wished(BOOKED).order, granted=True, actor=BUYER)


@pytest.mark.parametrize("step", [change.request_change, change.answer_change])
def test_a_naive_moment_is_refused(step) -> None:
    """Nobody knows when a datetime without a zone is."""
    words = {change.request_change: {"wish": "x"}}.get(step, {"granted": True})

    with pytest.raises(NaiveTimeError):
        step(
            BOOKED,
            service_id=SERVICE,
            actor=BUYER,
            at=dt.datetime.fromisoformat("2026-01-23T09:00"),
            **words,
        )
