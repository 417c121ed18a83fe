"""
Companies whose memory is a file: many processes call them, and none takes it with it.

What they did is counted by its meaning, not by the key of the call.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import fcntl
import json
import time
from typing import TYPE_CHECKING, Any

from pmkit.core.lookups import Absent, Found
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.ports import (
    Availability,
    BookingReply,
    PaymentNews,
    PaymentObservation,
)
from pmkit.hooks.capabilities import (
    FULL,
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)
from pmkit.hooks.panel import Panel
from pmkit.sandbox import SandboxAgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PATIENCE = 60.0
_KNOWN = Capability(
    support=Support.FULL,
    idempotency=Idempotency.NATIVE,
    look_up=LookUp.AUTHORITATIVE_ABSENCE,
)
_CAN = Capabilities(
    operations={
        **dict.fromkeys(("book", "move", "cancel", "charge", "refund"), _KNOWN),
        "find": FULL,
    }
)


class Outside:
    """
    An agency, a card and a messenger with one journal.

    Args:
        folder: Where the journal is; the same for every process.

        clock: What gives the present instant, UTC.
    """

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime]) -> None:
        self.folder = folder
        self.clock = clock

    @property
    def panel(self) -> Panel:
        """The companies, attached."""
        return Panel.of(
            agencies=[_Agency(self)], methods=[_Card(self)], notifiers=[_Post(self)]
        )

    def did(self) -> collections.Counter[str]:
        """Count what was done, by its meaning."""
        return collections.Counter(entry["meaning"] for entry in self.entries())

    def entries(self) -> list[dict[str, Any]]:
        """Read what was done, in its order."""
        journal = self.folder / "journal.jsonl"
        if not journal.exists():
            return []
        lines = journal.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def hang(self, meaning: str) -> Path:
        """
        Have the next call of some meaning give no answer until a file is gone.

        Args:
            meaning: Such as ``"charge"``: how the meaning begins; ``"ask"`` where the
                agency is asked for news.

        Returns:
            The file; what the call asks for is done before it hangs.
        """
        flag = self.folder / f"hang-{meaning}"
        flag.touch()
        return flag

    def do(self, key: str, meaning: str, **more: str) -> dict[str, Any]:
        """
        Do something once for each key.

        Args:
            key: The operation id.

            meaning: What is done.

            more: What is kept with it.

        Returns:
            What is known of it.
        """
        with self._locked():
            entry = self.found(key)
            if entry is None:
                at = self.clock().isoformat()
                entry = {"key": key, "meaning": meaning, "at": at, **more}
                with (self.folder / "journal.jsonl").open("a") as journal:
                    journal.write(json.dumps(entry) + "\n")
        self._hang(meaning.split(maxsplit=1)[0])
        return entry

    def ask(self, subject: str) -> None:
        """
        Be asked for news, of which there is none.

        Args:
            subject: What is asked about.
        """
        if (self.folder / "hang-ask").exists():
            (self.folder / f"asked-{subject}").touch()
        self._hang("ask")

    @property
    def asked(self) -> bool:
        """Whether somebody is kept waiting for news, or was."""
        return any(self.folder.glob("asked-*"))

    def _hang(self, verb: str) -> None:
        flag = self.folder / f"hang-{verb}"
        end = time.monotonic() + _PATIENCE
        while flag.exists() and time.monotonic() < end:
            time.sleep(0.01)

    def found(self, key: str) -> dict[str, Any] | None:
        """
        Find what was done under a key.

        Args:
            key: The operation id.
        """
        return next((each for each in self.entries() if each["key"] == key), None)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class _Company:
    capabilities = _CAN

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def _do(self, request: Any, verb: str, subject: str, **more: str) -> dict[str, Any]:
        return self.outside.do(request.operation_id, f"{verb} {subject}", **more)


class _Agency(_Company):
    name = "outside-agency"
    title = "Outside Agency"

    def quote(self, request: Any) -> Any:
        """Name a price."""
        return SandboxAgency(clock=self.outside.clock).quote(request)

    def book(self, request: Any) -> BookingReply:
        """Take a task."""
        self._do(request, "book", request.service_id)
        return BookingReply(reference=f"OUT-{request.service_id}")

    def move(self, request: Any) -> None:
        """Take another time."""
        self._do(request, "move", f"{request.service_id}/{request.visit}")

    def cancel(self, request: Any) -> None:
        """Take the end of a task."""
        self._do(request, "cancel", request.service_id)

    def observations(self, service_id: str) -> tuple[()]:
        """Say nothing that was not asked for."""
        self.outside.ask(service_id)
        return ()

    def find(self, request: Any) -> Found | Absent:
        """Say what became of a call."""
        entry = self.outside.found(request.operation_id)
        if entry is None:
            return Absent()
        reply = BookingReply(reference=f"OUT-{request.subject}")
        return Found(news=(reply,) if request.kind == "book" else ())


class _Card(_Company):
    name = "outside-card"
    title = "Outside Card"

    def availability(self, query: Any) -> Availability:
        """Be there."""
        del query
        return Availability(available=True)

    def beneficiary(self, request: Any) -> None:
        """Name none."""

    def charge(self, request: Any) -> tuple[PaymentObservation, ...]:
        """Take the money at once."""
        money = f"{request.amount.amount} {request.amount.currency}"
        entry = self._do(request, "charge", request.payment_id, money=money)
        return (_received(entry, request.order_id, request.payment_id),)

    def refund(self, order: Any) -> tuple[()]:
        """Give it back, and say nothing yet."""
        self._do(order, "refund", order.refund_id)
        return ()

    def observations(self, payment_id: str) -> tuple[()]:
        """Say nothing that was not asked for."""
        del payment_id
        return ()

    def find(self, request: Any) -> Found | Absent:
        """Say what became of a call."""
        entry = self.outside.found(request.operation_id)
        if entry is None:
            return Absent()
        if request.kind != "charge":
            return Found(news=())
        news = _received(entry, request.order_id, request.subject)
        return Found(news=(news,))


class _Post:
    name = "outside-post"
    title = "Outside Post"

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def send(self, notice: Any) -> None:
        """Tell somebody something."""
        self.outside.do(f"notice {notice.id}", f"tell {notice.id}")


def _received(
    entry: dict[str, Any], order_id: str, payment_id: str
) -> PaymentObservation:
    return PaymentObservation(
        id=f"received-{entry['key']}",
        order_id=order_id,
        payment_id=payment_id,
        news=PaymentNews.RECEIVED,
        at=to_utc(dt.datetime.fromisoformat(entry["at"])),
        amount=Money.of(*entry["money"].split()),
    )
