"""Calls that follow each other: the end of one is the beginning of the next."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
import sqlalchemy as sa
from tests.shell.counter import BUYER, OPEN, SUPPLIER
from tests.shell.far import FarCard

from pmkit.core.effects import EffectState
from pmkit.core.errors import StoreError
from pmkit.hooks.panel import Panel
from pmkit.sandbox import SandboxAgency, World
from pmkit.shell.desk import Desk
from pmkit.shell.engine.worker import Worker
from pmkit.shell.store import Store

pytestmark = pytest.mark.enable_socket

MINUTES = dt.timedelta(minutes=10)
CARD = "far-card"
IDS = ("TA-1", "TA-2", "TA-3")


class SeeingCard(FarCard):
    """A processor that looks into the database while it is asked."""

    def __init__(self, clock, where):
        super().__init__(clock)
        self.store = Store.open(where)
        self.seen = []
        self.during = lambda: None

    def charge(self, request):
        """Note how all charges stand, as others see them."""
        self.seen.append(states(self.store))
        self.during()
        return super().charge(request)


def states(store):
    """Tell how the charge of each order stands, as is committed."""
    with store.snapshot() as tx:
        rows = tx.due_effects(states=set(EffectState))
    kinds = {r.order_id: r.state.value for r in rows if r.effect.plugin == CARD}
    return tuple(kinds.get(order_id) for order_id in IDS)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """Name an empty database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.db")
    return request.getfixturevalue("database")


@pytest.fixture
def desk(where):
    """Open a desk with three orders whose payments are about to be charged."""
    world = World()
    store = Store.open(where)
    card = SeeingCard(world.now, where)
    agency = SandboxAgency(clock=world.now, name="sandbox-agency", title="Agency")
    panel = Panel.of(agencies=[agency], methods=[card])
    with Desk(store, panel=panel, clock=world.clock) as opened, card.store:
        for order_id in IDS:
            opened.open_order(order_id, **OPEN)
            opened.add_service(order_id, actor=BUYER, provider="sandbox-agency")
            opened.place_order(order_id, actor=SUPPLIER)
            opened.pay(order_id, actor=BUYER, method=CARD, instrument="tok-1")
        opened.card = card
        yield opened


@pytest.fixture
def worker(desk):
    """Have a worker that says nothing by itself."""
    return Worker(desk)


def carried(desk, worker):
    """Take all charges, and make them one after the other."""
    first, *left = desk.take_calls(worker, plugin=CARD, limit=10)
    return desk.carry(first, worker, following=lambda: left.pop(0) if left else None)


class TestChain:
    def test_each_is_committed_before_it_leaves(self, desk, worker):
        """While one is asked, it is out, those before are over, and no other is."""
        done = carried(desk, worker)

        assert 3 == done.carried_out
        assert desk.card.seen == [
            ("submitting", "reserved", "reserved"),
            ("succeeded", "submitting", "reserved"),
            ("succeeded", "succeeded", "submitting"),
        ]

    def test_what_is_not_what_was_reserved_is_left_to_a_person(self, desk, worker):
        """The one before is over all the same, and the one after it is made."""
        effects = desk.store.tables.effects
        wrong = sa.update(effects).where(effects.c.order_id == "TA-2")
        with desk.store.transaction() as tx:
            tx.connection.execute(wrong.values(digest="0" * 64))
        carried(desk, worker)

        assert ("succeeded", "reserved", "succeeded") == states(desk.store)
        with desk.store.snapshot() as tx:
            assert ["digest-differs"] == [row.parked for row in tx.parked_effects()]

    def test_what_another_took_over_is_not_begun(self, desk, worker):
        """Its fence is checked in the transaction that ends the one before."""
        later = desk.clock.now() + MINUTES

        def taken_over():
            effects = desk.store.tables.effects
            theirs = sa.update(effects).where(effects.c.order_id == "TA-2")
            with desk.card.store.transaction() as tx:
                tx.connection.execute(
                    theirs.values(fence=7, lease_owner="other", lease_until=later)
                )
            desk.card.during = lambda: None

        desk.card.during = taken_over
        carried(desk, worker)

        assert ("succeeded", "reserved", "succeeded") == states(desk.store)
        assert 1 == worker.leases_lost

    def test_a_commit_that_fails_begins_nothing(self, desk, worker):
        """The next one is given back, and was not sent."""
        store = desk.store

        def away(_):
            text = "COMMIT"
            raise sa.exc.OperationalError(text, {}, Exception())

        def broken():
            sa.event.listen(store.engine, "commit", away)

        desk.card.during = broken
        first, *left = desk.take_calls(worker, plugin=CARD, limit=2)
        with contextlib.suppress(StoreError):
            desk.carry(first, worker, following=lambda: left.pop(0) if left else None)
        sa.event.remove(store.engine, "commit", away)

        assert 1 == len(desk.card.seen)
        assert "reserved" == states(store)[1]
        assert "succeeded" != states(store)[0]

    def test_one_that_was_not_sent_stops_no_other(self, desk, worker):
        """A first call that is left to a person is followed by the rest."""
        effects = desk.store.tables.effects
        wrong = sa.update(effects).where(effects.c.order_id == "TA-1")
        with desk.store.transaction() as tx:
            tx.connection.execute(wrong.values(digest="0" * 64))
        carried(desk, worker)

        assert ("reserved", "succeeded", "succeeded") == states(desk.store)
