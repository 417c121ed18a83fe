"""
Who may do what, when: every cell of the table, held against a table written by hand.

``tests/answers/roles.csv`` was written from the text of the seed, the requirements
and the authorization matrix, never from the code.  Where they say "the buyer", the
buying company is meant, which acts by its buyer and by its approver.  What none of
them allows is "n".
"""

from __future__ import annotations

import copy
import csv
import functools
import inspect
import pathlib

import pytest
from tests.core.steps import roads
from tests.core.steps.moves import STEPS, take
from tests.core.steps.roads import ACTORS, AGENCY, BUYER, SERVICE, STRANGERS

from pmkit.core.errors import (
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    PmkitError,
)
from pmkit.core.order import OrderStage
from pmkit.core.parties import Role
from pmkit.core.roles import (
    ON_ORDER,
    ON_SERVICE,
    OPENERS,
    Action,
    belongs,
    find_service,
    require_on_order,
    require_on_service,
)
from pmkit.core.service import ServiceStage
from pmkit.core.steps import draft, receive, refund, sweep

ANSWERS = pathlib.Path(__file__).parents[1] / "answers" / "roles.csv"
NOTHING_HERE = "There is no such thing here."

#: Nobody takes these: the desk folds what it observed, and everybody may look.
WITHOUT_ACTOR = {
    Action.OBSERVE_PAYMENT,
    Action.OBSERVE_REFUND,
    Action.SWEEP,
    Action.VIEW,
}


def _rows():
    with ANSWERS.open(newline="") as file:
        return list(csv.DictReader(file))


def _cells():
    """Each cell: action, stage, role, whether it is allowed."""
    return [
        pytest.param(
            Action(row["action"]),
            row["stage"],
            role,
            row[role.value] == "y",
            id=f"{row['action']}-{row['stage']}-{role.value}-{row[role.value]}",
        )
        for row in _rows()
        for role in Role
    ]


def _road(action, stage):
    if action in ON_ORDER:
        return roads.order_road_to(OrderStage(stage), with_service=True)
    return roads.road_to(ServiceStage(stage))


@functools.cache
def _untouched(action, stage):
    """A copy of the order from before any step was tried on it."""
    return copy.deepcopy(_road(action, stage).order)


def _require(action, order, actor, service_id=SERVICE):
    if action in ON_ORDER:
        return require_on_order(order, actor, action)
    return require_on_service(order, service_id, actor, action)


def _refused_by_table(error, stage, role):
    """Tell whether an error comes from the table and not from the finer state."""
    if isinstance(error, NotAllowedError):
        return error.message.startswith(f"The {role.value} may not ")
    if isinstance(error, OutOfOrderError):
        return error.message.startswith(f"The stage is {stage}: ")
    return False


def _of_strangers(wanted):
    """The cells of some actions, for the roles that have strangers."""
    return [
        pytest.param(action, stage, role, id=f"{action}-{stage}-{role}")
        for action, stage, role, _ in (cell.values for cell in CELLS)
        if role in STRANGERS and wanted(action)
    ]


CELLS = _cells()
STEP_CELLS = [cell for cell in CELLS if cell.values[0] in STEPS]


def test_the_answers_have_every_cell_once() -> None:
    """Each action has one row for each of its stages, and no other."""
    expected = [
        (action.value, stage.value)
        for action in Action
        for stage in (OrderStage if action in ON_ORDER else ServiceStage)
    ]
    found = [(row["action"], row["stage"]) for row in _rows()]

    assert sorted(expected) == sorted(found)
    assert {"y", "n"} == {row[role.value] for row in _rows() for role in Role}


def test_an_action_is_on_the_order_or_on_a_service() -> None:
    """Every action stands in one of the two tables, none in both."""
    assert set(Action) == set(ON_ORDER) | set(ON_SERVICE)
    assert set() == set(ON_ORDER) & set(ON_SERVICE)


@pytest.mark.parametrize(("action", "stage", "role", "allowed"), CELLS)
def test_the_table(action, stage, role, allowed) -> None:
    """A cell of the table is what the answer by hand says."""
    order = _road(action, stage).order

    if allowed:
        _require(action, order, ACTORS[role])
    else:
        with pytest.raises((NotAllowedError, OutOfOrderError)) as caught:
            _require(action, order, ACTORS[role])

        assert _refused_by_table(caught.value, stage, role)
        assert caught.value.allowed


@pytest.mark.parametrize(
    ("action", "stage", "role"), _of_strangers(lambda action: action in ON_ORDER)
)
def test_a_stranger_learns_nothing_of_an_order(action, stage, role) -> None:
    """Not yours reads like not there, in every cell of the order's table."""
    order = _road(action, stage).order

    with pytest.raises(NotFoundError) as caught:
        _require(action, order, STRANGERS[role])

    assert f"order_id: {NOTHING_HERE}" == str(caught.value)


@pytest.mark.parametrize(
    ("action", "stage", "role"), _of_strangers(lambda action: action in ON_SERVICE)
)
def test_a_stranger_learns_nothing_of_a_service(action, stage, role) -> None:
    """Not yours and not there are one error in the same words, in every cell."""
    order = _road(action, stage).order

    with pytest.raises(NotFoundError) as strange:
        _require(action, order, STRANGERS[role])
    with pytest.raises(NotFoundError) as absent:
        _require(action, order, ACTORS[role], service_id="never-added")

    assert f"service_id: {NOTHING_HERE}" == str(strange.value)
    assert str(strange.value) == str(absent.value)


@pytest.mark.parametrize(("action", "stage", "role", "allowed"), STEP_CELLS)
def test_the_real_step(action, stage, role, allowed) -> None:
    """The step itself refuses where the answer says "n", and there only."""
    road = _road(action, stage)
    before = _untouched(action, stage)
    refused = None
    try:
        take(action, road.order, actor=ACTORS[role], at=roads.later(road))
    except PmkitError as error:
        refused = error

    assert allowed is not _refused_by_table(refused, stage, role)
    assert before == road.order


@pytest.mark.parametrize(
    ("action", "stage", "role"), _of_strangers(lambda action: action in STEPS)
)
def test_the_real_step_tells_strangers_nothing(action, stage, role) -> None:
    """A stranger gets the same words from the step, whatever the arguments."""
    road = _road(action, stage)

    with pytest.raises(NotFoundError) as caught:
        take(action, road.order, actor=STRANGERS[role], at=roads.later(road))

    assert NOTHING_HERE == caught.value.message


def test_every_action_of_a_person_has_its_step() -> None:
    """There is a step to try for each action that somebody takes."""
    assert set(Action) - WITHOUT_ACTOR == set(STEPS)


@pytest.mark.parametrize(
    "step", [receive.observe_payment, refund.observe_refund, sweep.sweep]
)
def test_nobody_acts_where_the_desk_observes(step) -> None:
    """What was observed and what time does can not be claimed by a person."""
    assert "actor" not in inspect.signature(step).parameters


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SYSTEM])
def test_the_platform_has_no_strangers(role) -> None:
    """Every order is the platform's, whatever its people call their company."""
    order = roads.in_production()

    assert belongs(order, ACTORS[role])


@pytest.mark.parametrize("role", [Role.AGENCY, Role.INSPECTOR])
def test_an_agency_belongs_by_its_service(role) -> None:
    """An agency has nothing to do with an order on which it has no service."""
    assert not belongs(roads.in_production(), ACTORS[role])
    assert belongs(roads.with_service(ServiceStage.BOOKED), ACTORS[role])


@pytest.mark.parametrize("role", [Role.AGENCY, Role.INSPECTOR])
def test_an_agency_does_not_find_another_agencys_service(role) -> None:
    """An agency that has one service of an order finds no other one."""
    road = roads.go(
        roads.order_road_to(OrderStage.DRAFT, with_service=True),
        roads.book.add_service,
        actor=BUYER,
        at=roads.china("01-05T11:00"),
        **{**roads.PM, "service_id": "other", "provider": "Blind Eye"},
    )

    with pytest.raises(NotFoundError) as caught:
        find_service(road.order, "other", ACTORS[role])

    assert NOTHING_HERE == caught.value.message
    assert SERVICE == find_service(road.order, SERVICE, ACTORS[role]).id


def test_buyer_and_supplier_are_different_sides() -> None:
    """The supplier's company is nobody in the role of the buyer."""
    pretender = roads.Actor(role=Role.BUYER, party=roads.SUPPLIER.party)

    assert not belongs(roads.in_production(), pretender)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_bring_an_order(role) -> None:
    """Both sides of the trade and the platform open orders; agencies do not."""
    opens = role not in (Role.AGENCY, Role.INSPECTOR)

    assert opens is (role in OPENERS)


@pytest.mark.parametrize("role", [Role.AGENCY, Role.INSPECTOR])
def test_an_agency_opens_no_order(role) -> None:
    """The step refuses who may not open orders and says who may."""
    with pytest.raises(NotAllowedError, match="may not open an order") as caught:
        draft.open_order(**{**roads.ORDER, "actor": ACTORS[role]})

    assert caught.value.allowed.startswith("Allowed to: buyer,")


def test_a_refusal_says_who_may() -> None:
    """Who may never do it is told the roles that may."""
    order = roads.with_service(ServiceStage.REPORTED)

    with pytest.raises(NotAllowedError) as caught:
        require_on_service(order, SERVICE, AGENCY, Action.DECIDE_REPORT)

    assert "The agency may not decide report." == caught.value.message
    assert "Allowed to: buyer, approver." == caught.value.allowed


def test_a_refusal_says_when() -> None:
    """Who may do it at another stage is told which."""
    order = roads.with_service(ServiceStage.CLOSED)

    with pytest.raises(OutOfOrderError) as caught:
        require_on_service(order, SERVICE, AGENCY, Action.REPLY_REVIEW)

    assert "The stage is closed: you can not reply review now." == caught.value.message
    assert "Possible while it is: reviewed." == caught.value.allowed
