"""
The whole road against companies in a process of their own, over real sockets.

The instances come from the pmkit.toml that ``pmkit sandbox serve`` prints.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys

import httpx
import pytest

import pmkit
from pmkit.hooks.host import PluginHost
from pmkit.hooks.instances import read_instances
from pmkit.sandbox import World
from pmkit.sandbox.far.transport import InProcess
from pmkit.shell.clock import SetClock
from pmkit.shell.ids import CountedIds

BEGINNING = "2026-01-20T09:00:00+08:00"
KEY = "sandbox-key"
BUYER = pmkit.Actor(role=pmkit.Role.BUYER, party="Northwind", name="Ann")
SUPPLIER = pmkit.Actor(role=pmkit.Role.SUPPLIER, party="Hengda", name="Bo")
OPERATOR = pmkit.Actor(role=pmkit.Role.OPERATOR, party="platform", name="Kim")


def moment(text):
    """Read a moment in China."""
    return dt.datetime.fromisoformat(f"{text}:00+08:00")


@contextlib.contextmanager
def serve(*more):
    """Serve the sandbox in a process of its own, and end it as a system would."""
    served = subprocess.Popen(
        [sys.executable, "-m", "pmkit", "sandbox", "serve", *more],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield served
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=20)


def until(served, last):
    """Read what the command prints, up to a line."""
    lines = []
    while last not in "".join(lines[-1:]):
        line = served.stdout.readline()
        assert line, lines
        lines.append(line)
    return "".join(lines)


class Far:
    """The far side, as who plays it sees it; its clock and the desk's go together."""

    def __init__(self, client, clock):
        self.client, self.clock = client, clock

    def play(self, path, **said):
        """Have something happen."""
        response = self.client.post(f"/control/{path}", json=said)
        assert response.status_code in (200, 201), response.text

    def set(self, text):
        """Let time pass, here and there."""
        self.clock.set(moment(text))
        self.play("clock", now=moment(text).isoformat())

    def effects(self, company):
        """Tell what a company really did."""
        return self.client.get(f"/control/{company}/effects").json()["effects"]


def travel(desk, far):
    """Go the whole road: a declined card, a visit, a report, a decision, a refund."""
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
    order = desk.add_service("TA-1", actor=BUYER, provider="sandbox-agency")
    service = order.services[0].id
    desk.place_order("TA-1", actor=SUPPLIER)
    for instrument in ("tok-declines", "tok-captures"):
        desk.pay("TA-1", actor=BUYER, method="sandbox-card", instrument=instrument)
        desk.work()
    appointment = pmkit.Appointment(
        starts_at=moment("2026-02-05T09:00"),
        ends_at=moment("2026-02-05T17:00"),
        place="Plant 2, Ningbo",
    )
    desk.propose_appointment("TA-1", service, actor=SUPPLIER, appointment=appointment)
    desk.work()
    visit = {"service_id": service, "visit": 1}
    far.play("agency/accept-appointment", **visit)
    far.play("agency/name-inspector", **visit, inspector="Li Na")
    desk.work()
    far.set("2026-02-05T09:00")
    far.play("agency/arrive", **visit)
    far.set("2026-02-05T17:00")
    far.play("agency/finish-check", **visit)
    far.set("2026-02-06T10:00")
    far.play("agency/deliver-report", **visit, summary="On schedule.")
    desk.work()
    desk.decide_report("TA-1", service, actor=BUYER, decision=pmkit.Decision.RELEASE)
    desk.work()
    return service


def seen(desk):
    """Tell the history: when, what, and by whom."""
    return [
        (entry.at, entry.event, entry.by)
        for entry in desk.timeline("TA-1", actor=OPERATOR)
    ]


@pytest.fixture(name="expected")
def _expected(tmp_path):
    """The same road with the companies in this process."""
    world = World(BEGINNING)
    with (
        httpx.Client(
            base_url="https://far.invalid", transport=InProcess(world.app)
        ) as client,
        pmkit.Desk.open(
            tmp_path / "here.db",
            panel=world.panel,
            clock=world.clock,
            ids=CountedIds(),
        ) as desk,
    ):
        travel(desk, Far(client, world.clock))
        return seen(desk)


@pytest.fixture(name="served")
def _served(socket_enabled, tmp_path, monkeypatch):
    """The panel and the far side of a served sandbox."""
    del socket_enabled
    with serve("--now", BEGINNING) as process:
        printed = until(process, "Stop it with Ctrl-C.")
        url = printed.partition("Sandbox: ")[2].split()[0]
        config = tmp_path / "pmkit.toml"
        config.write_text(printed[printed.index("[inst") : printed.index("Stop")])
        monkeypatch.setenv("PMKIT_SANDBOX_KEY", KEY)
        host = PluginHost(strict=True)
        attached = host.attach_all(read_instances(config))
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=url, headers=headers) as client:
            yield host.panel(), Far(client, SetClock(moment(BEGINNING[:16])))
        for each in attached:
            each.close()


def test_the_road_over_sockets(served, expected, tmp_path):
    """Over sockets it is the same road, each thing was done once, no photo changed."""
    panel, far = served
    with pmkit.Desk.open(
        tmp_path / "there.db", panel=panel, clock=far.clock, ids=CountedIds()
    ) as desk:
        service = travel(desk, far)
        (visit,) = desk.order("TA-1").service(service).visits
        proof = visit.report.latest.evidence[0]
        photo = desk.file("TA-1", proof.sha256, actor=BUYER)
        found = seen(desk)

    assert expected == found
    assert [1] == list(far.effects("payments/card").values())
    assert [1, 1] == list(far.effects("agency").values())
    assert proof.sha256 == hashlib.sha256(photo).hexdigest()
    messages = far.client.get("/control/messages").json()["messages"]
    assert len(messages) == len({message["id"] for message in messages}) > 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(socket_enabled, number):
    """Told to end by the system or by Ctrl-C, it ends at once, with 0."""
    del socket_enabled
    with serve("--json") as process:
        process.stdout.readline()
        process.send_signal(number)

        assert 0 == process.wait(timeout=20)
