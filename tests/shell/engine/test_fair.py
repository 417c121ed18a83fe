"""One receiver that is slow, or has a lot, leaves room for the others."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from tests.shell.counter import BUYER, OPEN, SUPPLIER
from tests.shell.far import FarAgency, FarCard

from pmkit.core.errors import InputError
from pmkit.hooks.panel import Panel
from pmkit.sandbox import World
from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.engine.turns import Turns
from pmkit.shell.store import Store
from pmkit.testing.engines.child import QUICK


class SlowAgency(FarAgency):
    """An agency that answers when it is told to."""

    name = "slow-agency"

    def __init__(self, clock):
        super().__init__(clock)
        self.answers = threading.Event()
        self.called = threading.Event()

    def book(self, request):
        """Wait before the answer."""
        self.called.set()
        assert self.answers.wait(30)
        return super().book(request)


@pytest.fixture
def world():
    """Have a world with a clock that stands."""
    return World()


def ordered(desk, order_id, agency):
    """Have an order whose service at an agency is about to be paid."""
    desk.open_order(order_id, **OPEN)
    desk.add_service(order_id, actor=BUYER, provider=agency)
    desk.place_order(order_id, actor=SUPPLIER)
    desk.pay(order_id, actor=BUYER, method="far-card", instrument="tok-1")


def test_a_slow_agency_starves_no_other(world, tmp_path):
    """While one agency takes its time for ten bookings, another gets its own."""
    slow, quick = SlowAgency(world.now), FarAgency(world.now)
    panel = Panel.of(
        agencies=[slow, quick],
        methods=[FarCard(world.now)],
        notifiers=[world.notifier],
    )
    with Desk.open(tmp_path / "desk.db", panel=panel, clock=world.clock) as desk:
        for number in range(10):
            ordered(desk, f"TA-{number}", "slow-agency")
        ordered(desk, "TB-1", "far-agency")
        engine = LocalEngine(desk, QUICK)
        thread = threading.Thread(target=engine.run)
        thread.start()
        assert slow.called.wait(30)
        end = time.monotonic() + 30
        while not quick.effects and time.monotonic() < end:
            time.sleep(0.02)
        booked, waiting = sum(quick.effects.values()), sum(slow.effects.values())
        slow.answers.set()
        engine.stop()
        thread.join()

    assert (1, 0) == (booked, waiting)


def test_a_turn_goes_round():
    """Who had a turn comes last, and nobody has more than their share."""
    turns = Turns(["a", "b", "c"], spare=0)
    turns.begin("a")
    first = list(turns.free())
    turns.begin("b")
    turns.end("a")

    assert ["b", "c"] == first
    assert ["c", "a"] == list(turns.free())


@pytest.mark.parametrize(
    "wrong",
    [
        {"threads": 0},
        {"threads": True},
        {"tries": 0},
        {"lease": dt.timedelta(minutes=11)},
        {"heartbeat": dt.timedelta(seconds=11)},
        {"poll": dt.timedelta()},
        {"grace": 3},
    ],
)
def test_settings_that_cannot_work(wrong):
    """Settings that do not fit are refused, and the field is named."""
    with pytest.raises(InputError) as refused:
        WorkerSettings(**wrong)

    assert next(iter(wrong)) == refused.value.field


def test_a_terminated_worker_ends_in_order(tmp_path):
    """SIGTERM ends the process with exit code 0, and it says what it did."""
    path, instances = tmp_path / "desk.db", tmp_path / "pmkit.toml"
    instances.write_text("[instances]\n", encoding="utf-8")
    given = ["--db", str(path), "--plugins", str(instances), "--json"]
    with Store.open(path) as store:
        started = subprocess.Popen(
            [sys.executable, "-m", "pmkit", "worker", *given],
            stdout=subprocess.PIPE,
        )
        end = time.monotonic() + 30
        seen = 0
        while not seen and time.monotonic() < end:
            time.sleep(0.05)
            with store.snapshot() as tx:
                seen = len(tx.workers_seen())
        os.kill(started.pid, signal.SIGTERM)
        said, _ = started.communicate(timeout=30)

    assert (1, 0) == (seen, started.returncode)
    assert b'"leases_lost": 0' in said


class AskedAgency(FarAgency):
    """An agency that answers when it is told to, when it is asked for news."""

    name = "asked-agency"

    def __init__(self, clock):
        super().__init__(clock)
        self.told = threading.Event()
        self.asked = threading.Event()

    def observations(self, service_id):
        """Wait before the answer."""
        self.asked.set()
        assert self.told.wait(30)
        return super().observations(service_id)


def test_time_waits_for_no_agency(world, tmp_path):
    """While an agency is asked for news, moments of other orders and its own come."""
    slow = AskedAgency(world.now)
    panel = Panel.of(
        agencies=[slow, FarAgency(world.now)], methods=[FarCard(world.now)]
    )
    with Desk.open(tmp_path / "desk.db", panel=panel, clock=world.clock) as desk:
        ordered(desk, "TA-1", "asked-agency")
        LocalEngine(desk, QUICK).run(once=True)
        desk.open_order("TB-1", **OPEN)
        desk.add_service("TB-1", actor=BUYER, provider="far-agency")
        desk.place_order("TB-1", actor=SUPPLIER)
        world.set(desk.order("TB-1").services[0].book_by.at)
        engine = LocalEngine(desk, QUICK)
        thread = threading.Thread(target=engine.run, daemon=True)
        thread.start()
        assert slow.asked.wait(30)
        end = time.monotonic() + 10
        while desk.order("TB-1").services[0].booking is None and time.monotonic() < end:
            if desk.order("TB-1").services[0].over:
                break
            time.sleep(0.02)
        over = desk.order("TB-1").services[0].over
        slow.told.set()
        engine.stop()
        thread.join()

    assert over


def test_five_slow_agencies_starve_no_sixth(world, tmp_path):
    """Each agency has a thread of its own, however many of them are slow."""
    slow = [type(f"Slow{n}", (SlowAgency,), {"name": f"slow-{n}"}) for n in range(5)]
    agencies = [each(world.now) for each in slow]
    quick = FarAgency(world.now)
    panel = Panel.of(agencies=[*agencies, quick], methods=[FarCard(world.now)])
    with Desk.open(tmp_path / "desk.db", panel=panel, clock=world.clock) as desk:
        for number in range(3):
            for each in agencies:
                ordered(desk, f"{each.name}-{number}", each.name)
        ordered(desk, "TB-1", "far-agency")
        engine = LocalEngine(desk, QUICK)
        thread = threading.Thread(target=engine.run, daemon=True)
        thread.start()
        end = time.monotonic() + 10
        while not quick.effects and time.monotonic() < end:
            time.sleep(0.02)
        booked = sum(quick.effects.values())
        for each in agencies:
            each.answers.set()
        engine.stop()
        thread.join()

    assert 1 == booked
