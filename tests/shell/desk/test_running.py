"""Every command of the desk: once per key, and wholly or not at all."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest

import pmkit
from pmkit.sandbox import World

BUYER = pmkit.Actor(role=pmkit.Role.BUYER, party="Northwind", name="Ann")
SUPPLIER = pmkit.Actor(role=pmkit.Role.SUPPLIER, party="Hengda", name="Bo")


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "desk.db"


@pytest.fixture(name="desk")
def _desk(path):
    world = World("2026-01-20T09:00+08:00")
    with pmkit.Desk.open(path, panel=world.panel, clock=world.clock) as desk:
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
        yield desk


def add(desk, *, key, actor=BUYER, kind="PM"):
    """Add a service under a key."""
    return desk.add_service(
        "TA-1", actor=actor, provider="sandbox-agency", kind=kind, key=key
    )


def fill_up(path, table):
    """Let the database refuse further rows of a table."""
    with sqlite3.connect(path) as outside:
        outside.execute(
            f"CREATE TRIGGER full BEFORE INSERT ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    outside.close()


class TestKeys:
    """An idempotency key."""

    def test_the_same_again_is_the_same_answer(self, desk):
        """A repeated command changes nothing and answers as it did then."""
        first = add(desk, key="k-1")
        desk.place_order("TA-1", actor=SUPPLIER)

        assert first == add(desk, key="k-1")
        assert len(desk.order("TA-1").services) == 1

    def test_without_a_key_it_is_another_command(self, desk):
        """Who gives no key and asks twice gets two services."""
        add(desk, key=None)
        add(desk, key=None)

        assert len(desk.order("TA-1").services) == 2

    def test_something_else_under_it_is_refused(self, desk):
        """A key that was used is not good for other content."""
        add(desk, key="k-1")
        with pytest.raises(pmkit.ConflictError) as caught:
            add(desk, key="k-1", kind="PSI")

        assert caught.value.field == "key"
        assert len(desk.order("TA-1").services) == 1

    def test_another_command_under_it_is_refused(self, desk):
        """A key that was used is not good for another command."""
        add(desk, key="k-1")
        with pytest.raises(pmkit.ConflictError):
            desk.place_order("TA-1", actor=BUYER, key="k-1")

    def test_another_company_has_its_own_keys(self, desk):
        """Two companies that choose the same key do not meet."""
        add(desk, key="k-1")
        add(desk, key="k-1", actor=SUPPLIER)

        assert len(desk.order("TA-1").services) == 2

    def test_a_refused_command_leaves_its_key_free(self, desk):
        """A command that did not happen can be given again under its key."""
        with pytest.raises(pmkit.PmkitError):
            add(desk, key="k-1", kind="nothing of the kind")
        add(desk, key="k-1")

        assert len(desk.order("TA-1").services) == 1


class TestWhollyOrNotAtAll:
    """One command is one transaction."""

    @pytest.mark.parametrize("table", ["effects", "commands"])
    def test_what_can_not_be_noted_does_not_happen(self, desk, path, table):
        """Without the call that it asks for, and without its key, nothing is paid."""
        add(desk, key=None)
        before = desk.place_order("TA-1", actor=SUPPLIER)
        fill_up(path, table)
        with pytest.raises(pmkit.StoreError):
            desk.pay(
                "TA-1",
                actor=BUYER,
                method="sandbox-card",
                instrument="tok-captures",
                key="k-1",
            )

        assert before == desk.order("TA-1")

    def test_what_nobody_is_told_does_not_happen(self, desk, path):
        """A proposal that the buyer can not be told of is not made."""
        fill_up(path, "outbox")
        with pytest.raises(pmkit.StoreError):
            add(desk, key=None, actor=SUPPLIER)

        assert not desk.order("TA-1").services
