"""
A market whose agency and card keep their journals in files, and outlive every worker.

Started as a program, it is a worker: ``far_market.py URL FOLDER``.
"""

from __future__ import annotations

import collections
import datetime as dt
import os
import pathlib
import sys
import time

from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.core.ports import (
    Availability,
    BookingReply,
    PaymentNews,
    PaymentObservation,
)
from pmkit.hooks.capabilities import Capabilities, Capability, Idempotency, Support
from pmkit.hooks.panel import Panel
from pmkit.sandbox import MemoryNotifier, SandboxAgency
from pmkit.shell.clock import SystemClock
from pmkit.shell.desk import Desk
from pmkit.shell.engine.settings import WorkerSettings

from pmkit_procrastinate import ProcrastinateEngine

BUYER = Actor(role=Role.BUYER, party="Nordlicht", name="Ada")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Dongguan Lamps", name="Li")
_KEYED = Capability(
    support=Support.FULL,
    idempotency=Idempotency.NATIVE,
    window=dt.timedelta(hours=24),
)
_CAPABILITIES = Capabilities(
    operations=dict.fromkeys(("book", "move", "cancel", "charge", "refund"), _KEYED)
)
#: A lease of a second, so that a test of a kill takes no minute.
QUICK = WorkerSettings(
    lease=dt.timedelta(seconds=1),
    heartbeat=dt.timedelta(seconds=0.3),
    poll=dt.timedelta(seconds=0.1),
    ask_in=dt.timedelta(seconds=1),
)


class Journal:
    """What really happened, line by line; nobody can take it back."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.file = self.folder / "journal"

    def lines(self):
        """Give all lines."""
        return self.file.read_text().splitlines() if self.file.exists() else []

    def counts(self, what):
        """Count effects of a kind by what they are about."""
        words = [line.split() for line in self.lines()]
        return collections.Counter(w[1] for w in words if w[0] == what)

    def write(self, *words):
        """Add a line, at once and whole."""
        line = " ".join(words) + "\n"
        handle = os.open(self.file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(handle, line.encode())
        os.close(handle)

    def once(self, what, about, key):
        """Do something once for each key, and hang where that is wanted."""
        self.write("asked", f"{what}:{about}", str(os.getpid()))
        while (self.folder / f"hang-{what}").exists():
            time.sleep(0.02)
        if not any(line.split()[-1] == key for line in self.lines()):
            self.write(what, about, key)


class FileAgency:
    """An agency that takes every task, once for each key."""

    name = "file-agency"
    title = "File Agency"
    capabilities = _CAPABILITIES

    def __init__(self, journal, name="file-agency"):
        self.journal = journal
        self.name = name

    def quote(self, request):
        """Name a price."""
        return SandboxAgency(clock=SystemClock().now).quote(request)

    def availability(self, query):
        """Be there."""
        return Availability(available=True)

    def book(self, request):
        """Take a task."""
        about = f"{request.order_id}/{request.service_id}"
        self.journal.once(f"book-{self.name}", about, request.operation_id)
        return BookingReply(reference=f"REF-{request.order_id}")

    def move(self, request):
        """Hear of another time."""

    def cancel(self, request):
        """Hear that nobody is to come."""

    def observations(self, service_id):
        """Say nothing."""
        return ()


class FileCard:
    """A card that pays at once, once for each key."""

    name = "file-card"
    title = "File Card"
    capabilities = _CAPABILITIES

    def __init__(self, journal):
        self.journal = journal

    def availability(self, query):
        """Be there."""
        return Availability(available=True)

    def beneficiary(self, request):
        """Name none."""

    def charge(self, request):
        """Take the money at once."""
        about = f"{request.order_id}/{request.payment_id}"
        self.journal.once("charge", about, request.operation_id)
        news = PaymentObservation(
            id=f"charged-{request.order_id}-{request.payment_id}",
            order_id=request.order_id,
            payment_id=request.payment_id,
            news=PaymentNews.RECEIVED,
            at=SystemClock().now(),
            amount=request.amount,
        )
        return (news,)

    def refund(self, order):
        """Send nothing back: no test asks for it."""
        raise NotImplementedError

    def observations(self, payment_id):
        """Say nothing."""
        return ()


def panel(folder):
    """Attach two agencies, a card and somebody who tells people."""
    journal = Journal(folder)
    agencies = [FileAgency(journal), FileAgency(journal, "other-agency")]
    return Panel.of(
        agencies=agencies, methods=[FileCard(journal)], notifiers=[MemoryNotifier()]
    )


def paid(desk, order_id, agency="file-agency"):
    """Open an order with a service and pay it; everything else is a worker's."""
    today = desk.clock.now().date()
    desk.open_order(
        order_id,
        actor=BUYER,
        buyer=BUYER.party,
        supplier=SUPPLIER.party,
        lines=(OrderLine(product="desk lamp", quantity=500),),
        initial=Money.of("1000.00", "USD"),
        balance=Money.of("4000.00", "USD"),
        ship=today + dt.timedelta(days=60),
    )
    desk.add_service(order_id, actor=BUYER, provider=agency)
    desk.place_order(order_id, actor=SUPPLIER)
    desk.pay(order_id, actor=BUYER, method="file-card", instrument="tok-1")


def engine_on(desk, settings=QUICK, sweep_every=0.3):
    """Make an engine that finds what is lost within a second or two."""
    every = dt.timedelta(seconds=sweep_every)
    return ProcrastinateEngine(desk, settings, sweep_every=every)


def main(url, folder):
    """Work until somebody kills it."""
    with Desk.open(url, panel=panel(folder)) as desk:
        engine_on(desk).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
