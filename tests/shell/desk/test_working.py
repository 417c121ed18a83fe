"""The work that the desk does by itself, and plugins that fail at it."""

from __future__ import annotations

import datetime as dt

import pytest

import pmkit
from pmkit.sandbox import World

BUYER = pmkit.Actor(role=pmkit.Role.BUYER, party="Northwind", name="Ann")
SUPPLIER = pmkit.Actor(role=pmkit.Role.SUPPLIER, party="Hengda", name="Bo")


class Unreachable(Exception):  # noqa: N818 - what a plugin of somebody else raises
    """A fault whose words hold a secret."""


def fails(*_):
    """Raise instead of an answer."""
    msg = "token=secret"
    raise Unreachable(msg)


def loses_the_answer(method):
    """Let the work be done, and raise instead of its answer."""

    def call(*given):
        method(*given)
        fails()

    return call


@pytest.fixture(name="world")
def _world():
    return World("2026-01-20T09:00+08:00")


@pytest.fixture(name="desk")
def _desk(world):
    with pmkit.Desk.open(panel=world.companies, clock=world.clock) as desk:
        desk.open_order(
            "TA-1",
            actor=SUPPLIER,
            buyer="Northwind",
            supplier="Hengda",
            lines=[pmkit.OrderLine(product="Kettle", quantity=500)],
            initial=pmkit.Money.of("3000", "USD"),
            balance=pmkit.Money.of("7000", "USD"),
            ship=dt.date(2026, 2, 27),
        )
        desk.add_service("TA-1", actor=BUYER, provider="sandbox-agency")
        desk.place_order("TA-1", actor=SUPPLIER)
        yield desk


def pay(desk):
    """Start the initial payment by card."""
    desk.pay("TA-1", actor=BUYER, method="sandbox-card", instrument="tok-captures")


class TestFaults:
    """A plugin that fails."""

    @pytest.mark.parametrize(
        ("plugin", "method"),
        [
            ("card", "charge"),
            ("card", "observations"),
            ("agency", "book"),
            ("agency", "observations"),
            ("notifier", "send"),
        ],
    )
    def test_its_words_are_not_repeated(self, desk, world, monkeypatch, plugin, method):
        """The words of a foreign exception may hold a secret: only its class shows."""
        monkeypatch.setattr(getattr(world, plugin), method, fails)
        pay(desk)
        troubles = desk.work().troubles

        assert {"Unreachable"} == {trouble.message for trouble in troubles}
        assert {"plugin"} == {trouble.code for trouble in troubles}

    def test_a_lost_answer_charges_once(self, desk, world, monkeypatch):
        """A call whose answer was lost is made again under the same operation id."""
        charge = world.card.charge
        asked = []
        monkeypatch.setattr(
            world.card,
            "charge",
            loses_the_answer(lambda request: asked.append(request.operation_id)),
        )
        pay(desk)
        desk.work()
        monkeypatch.setattr(
            world.card,
            "charge",
            lambda request: asked.append(request.operation_id) or charge(request),
        )
        desk.work()

        assert len(asked) == 2
        assert len(set(asked)) == 1
        assert desk.order("TA-1").payments[0].state == "settled"

    def test_one_fault_stops_no_other(self, desk, world, monkeypatch):
        """The agency hears of its task although no notice can be sent."""
        monkeypatch.setattr(world.notifier, "send", fails)
        pay(desk)
        desk.work()

        assert desk.order("TA-1").services[0].booking.reference
