"""The whole road: a desk, this plugin, the reference server, messages both ways."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib

import attrs
import pmkit
import pytest
from pmkit.core.catalogue import CATALOGUE
from pmkit.hooks.host import PluginHost
from pmkit.sandbox import World
from pmkit.shell.webhooks import WebhookEndpoint

from pmkit_agency_http.server import (
    Account,
    AgencyServer,
    MemoryAgency,
    WebhookSender,
    new_secret,
    serving,
)

BUYER = pmkit.Actor(role=pmkit.Role.BUYER, party="Northwind", name="Ann")
SUPPLIER = pmkit.Actor(role=pmkit.Role.SUPPLIER, party="Hengda", name="Bo")
PHOTO = b"the bytes of a photo"
PLACE = pmkit.Appointment(
    starts_at=dt.datetime.fromisoformat("2026-02-05T09:00+08:00"),
    ends_at=dt.datetime.fromisoformat("2026-02-05T17:00+08:00"),
    place="Plant 2, Ningbo",
)


@attrs.mutable(kw_only=True)
class Trade:
    """A desk and an agency that speak over two ports of this machine."""

    world: World
    desk: pmkit.Desk
    agency: MemoryAgency
    sender: WebhookSender

    def told(self):
        """Let the agency's messages arrive, and the desk work."""
        taken = self.sender.run()
        work = self.desk.work()
        assert [] == [each.message for each in work.troubles]
        return taken

    @property
    def section(self):
        """The status section of the one service."""
        return self.desk.status("TA-1", actor=BUYER).services[0]

    @property
    def service(self):
        """The one service."""
        return self.desk.order("TA-1").services[0]


@pytest.fixture
def trade(tmp_path):
    """Open a desk on SQLite before a reference server on the loopback."""
    world = World("2026-01-20T09:00+08:00")
    secret = new_secret()
    with contextlib.ExitStack() as stack:
        outgoing = []
        agency = MemoryAgency(now=world.now, tell=outgoing.append)
        server = AgencyServer({"tok-1": Account(name="nw", backend=agency)})
        url = stack.enter_context(serving(server))
        host = PluginHost(hooks=[world])
        host.attach(
            "agency-http",
            name="acme-cn",
            settings={
                "base_url": f"{url}/v1",
                "token": pmkit_secret("tok-1"),
                "webhook_secrets": (pmkit_secret(secret),),
            },
            exceptions=[url.removeprefix("http://")],
            clock=world.now,
        )
        panel = host.panel()
        desk = stack.enter_context(
            pmkit.Desk.open(tmp_path / "desk.db", panel=panel, clock=world.clock)
        )
        endpoint = WebhookEndpoint(panel, desk.store, clock=world.clock)
        heard_at = stack.enter_context(serving(endpoint.wsgi))
        sender = WebhookSender(f"{heard_at}/acme-cn", keys=[secret], now=world.now)
        agency.tell_through(sender.send)
        yield Trade(world=world, desk=desk, agency=agency, sender=sender)


def pmkit_secret(text):
    """Wrap a secret."""
    return pmkit.Secret(text)


def booked(trade):
    """Open an order with the service, and pay for it by card."""
    desk = trade.desk
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
    order = desk.add_service("TA-1", actor=BUYER, provider="acme-cn")
    desk.place_order("TA-1", actor=SUPPLIER)
    desk.pay("TA-1", actor=BUYER, method="sandbox-card", instrument="tok-captures")
    desk.work()
    return order.services[-1].id


@pytest.mark.enable_socket
class TestTheRoad:
    """From the order to the review."""

    def test_to_the_reviewed_report(self, trade):
        """Each step of the agency comes as a message, the report by the next look."""
        service = booked(trade)

        assert "T-0001" == trade.service.booking.reference
        assert pmkit.Money.of("276.00", "USD") == trade.service.price.total

        trade.desk.propose_appointment(
            "TA-1", service, actor=SUPPLIER, appointment=PLACE
        )
        trade.desk.work()
        trade.agency.happen("T-0001", "appointment-accepted")
        trade.agency.happen("T-0001", "inspector-named", inspector="Wang Fang")

        assert 2 == trade.told()
        assert pmkit.ServiceStage.SCHEDULED is trade.section.stage

        trade.world.set("2026-02-05T09:00+08:00")
        trade.agency.happen("T-0001", "arrived-on-site", by="Wang Fang")
        trade.told()

        assert pmkit.ServiceStage.ON_SITE is trade.section.stage

        trade.world.set("2026-02-05T17:00+08:00")
        progress = [
            {"product": "Kettle", "ordered": 500, "finished": 500, "packed": 420}
        ]
        points = CATALOGUE["PM"].checks
        checks = [{"checkpoint": p.value, "result": "conforms"} for p in points]
        trade.agency.happen("T-0001", "check-done", progress=progress, checks=checks)
        trade.told()
        trade.agency.deliver_report(
            "T-0001", files=[("image/jpeg", "On the line", PHOTO)], summary="On time."
        )
        trade.told()
        report = trade.service.visits[0].report

        assert pmkit.Verdict.PASS is report.latest.verdict
        assert (hashlib.sha256(PHOTO).hexdigest(),) == tuple(
            each.sha256 for each in report.latest.evidence
        )

        trade.desk.decide_report(
            "TA-1", service, actor=BUYER, decision=pmkit.Decision.RELEASE
        )
        trade.desk.review("TA-1", service, actor=BUYER, rating=5, text="Thorough.")

        assert pmkit.ServiceStage.REVIEWED is trade.section.stage
        assert [("book", service, "T-0001"), ("move", service, "T-0001")] == (
            trade.agency.effects
        )

    def test_messages_may_come_twice_and_never(self, trade):
        """The events are the truth: what no message said, the next look finds."""
        service = booked(trade)
        trade.desk.propose_appointment(
            "TA-1", service, actor=SUPPLIER, appointment=PLACE
        )
        trade.desk.work()
        trade.agency.happen("T-0001", "appointment-accepted")
        trade.sender.waiting.extend(trade.sender.waiting[:])
        trade.told()
        trade.agency.happen("T-0001", "inspector-named", inspector="Wang Fang")
        trade.sender.waiting.clear()
        trade.desk.work()

        assert "Wang Fang" == trade.service.visits[0].inspector

    def test_a_stranger_is_not_heard(self, trade):
        """A message with another secret changes nothing."""
        booked(trade)
        url = trade.sender._url  # noqa: SLF001 - the address that a stranger has guessed
        stranger = WebhookSender(url, keys=[new_secret()], now=trade.world.now)
        stranger.send(
            {
                "type": "task.changed",
                "timestamp": "2026-01-20T01:00:00Z",
                "data": {"task": "T-0001", "service": "x"},
            }
        )

        assert 0 == stranger.run()
        assert 1 == len(stranger.waiting)
