"""The workers that were seen, and what they lost."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from pmkit.core.effects import Effect, EffectKind
from pmkit.shell.store import Store
from pmkit.shell.store.leasing import Lease

pytestmark = pytest.mark.enable_socket

AT = dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
LENGTH = dt.timedelta(seconds=30)
CHARGE = "TA-1/3/charge"


@pytest.fixture(name="store", params=["sqlite", "postgresql"])
def _store(request, tmp_path):
    """Open a store of each kind."""
    place = tmp_path / "desk.db"
    if request.param == "postgresql":
        place = request.getfixturevalue("database")
    with Store.open(place) as opened:
        yield opened


def seen(store, name, at, *, lost=0):
    """Have a worker say that it is alive; name those that are known then."""
    with store.transaction() as tx:
        tx.worker_seen(name, at, started_at=at, lost=lost)
        return [worker.name for worker in tx.workers_seen()]


def lost(store):
    """Tell how many leases were lost, as the numbers of the store say."""
    with store.snapshot() as tx:
        return tx.metrics(AT).leases_lost


def taken(store, owner, at):
    """Take the call; tell whether that went."""
    with store.transaction() as tx:
        lease = Lease(owner=owner, length=LENGTH)
        return bool(tx.claim_effects(lease, at=at, limit=1))


class TestForgetting:
    """A worker that is gone is not remembered for ever."""

    def test_after_a_week(self, store):
        """A new worker takes away the rows of those that were silent for a week."""
        seen(store, "old", AT)
        seen(store, "young", AT + DAY)

        assert ["new", "young"] == seen(store, "new", AT + 7 * DAY + LENGTH)

    def test_what_they_lost_is_kept(self, store):
        """The number of lost leases never falls."""
        for week in range(3):
            seen(store, f"worker-{week}", AT + 8 * week * DAY, lost=week + 1)

        assert lost(store) == 1 + 2 + 3

    def test_nothing_lost_is_no_row(self, store):
        """Workers that lost nothing leave nothing behind."""
        seen(store, "old", AT)
        seen(store, "new", AT + 8 * DAY)
        with store.snapshot() as tx:
            names = tx.connection.execute(sa.select(tx.tables.meta.c.name)).scalars()

            assert "leases-lost-before" not in set(names)


class TestTakingOver:
    """Whoever died cannot say that it lost a lease."""

    @pytest.fixture(autouse=True)
    def _call(self, store):
        """Reserve a call, and let a worker take it."""
        effect = Effect(
            operation_id=CHARGE, kind=EffectKind.CHARGE, plugin="card", subject="pay_1"
        )
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect], AT)
        seen(store, "dead", AT)
        taken(store, "dead", AT)

    def test_is_counted(self, store):
        """A lease that ran out and was taken by another worker is lost."""
        early = taken(store, "other", AT + LENGTH / 2)
        before = lost(store)
        late = taken(store, "other", AT + LENGTH)

        assert (False, 0) == (early, before)
        assert (True, 1) == (late, lost(store))

    def test_by_itself_is_not(self, store):
        """A worker that takes its own call again has lost nothing."""
        taken(store, "dead", AT + LENGTH)

        assert lost(store) == 0

    def test_who_is_alive_after_all_counts_once(self, store):
        """What the worker says itself takes the place of what others saw."""
        taken(store, "other", AT + LENGTH)
        seen(store, "dead", AT + LENGTH, lost=1)

        assert lost(store) == 1
