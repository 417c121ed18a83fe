"""
The far side of the reference card processor, and the harness around it.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from pmkit.core.money import Money
from pmkit.effects.webhooks import Delivery, StampedHmac
from pmkit.hooks.secrets import Secret
from pmkit.testing.conformance.harness import Harness, canary
from pmkit.testing.conformance.reference import manifests
from pmkit.testing.conformance.simulator import FarSide, answer, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from pmkit.testing.conformance.simulator import Simulator

_STEPS = ("submitted", "processing", "captured")


class CardFar(FarSide):
    """
    A processor that creates payments, confirms them, and sends money back.

    Args:
        api_key: What it knows its customer by.

        webhook_secret: What it signs with.
    """

    def __init__(self, *, api_key: str, webhook_secret: str) -> None:
        super().__init__(authorization=f"Bearer {api_key}")
        self.signing = StampedHmac(secrets=webhook_secret)
        self.events: dict[str, list[dict[str, Any]]] = {}
        self._payments: dict[str, dict[str, Any]] = {}
        self._operations: list[dict[str, Any]] = []
        self.on("GET", "/availability", self._available)
        self.on("POST", "/payments", self._create)
        self.on("POST", "/payments/{name}/confirmation", self._confirm)
        self.on("POST", "/refunds", self._refund)
        self.on("GET", "/events", self._report)
        self.on("GET", "/operations", self._find)

    def _available(self, request: httpx.Request) -> httpx.Response:
        del request
        return answer({"available": True, "reason": ""})

    def _create(self, request: httpx.Request) -> httpx.Response:
        def act() -> httpx.Response:
            body = body_of(request)
            name = f"pi-{len(self._payments) + 1:04}"
            self._payments[name] = {**body, "confirmed": False}
            return answer({"id": name, "payment": body["payment"]}, 201)

        return self.once(request, act)

    def _confirm(self, request: httpx.Request, name: str) -> httpx.Response:
        del request
        made = self._payments.get(name)
        if made is None:
            return answer({"error": "no_such_payment"}, 404)
        payment = f"{made['payment']}"
        if not made["confirmed"]:
            made["confirmed"] = True
            amount = Money.of(made["amount"], made["currency"])
            self.did("charge", payment, amount=amount, reference=name)
            self._note(made, payment, "submitted")
            self._remember(made["operation"], payment, self.events[payment][:1])
        return answer({"payment": payment, "events": self.events[payment][:1]})

    def _note(self, made: Mapping[str, Any], payment: str, status: str) -> None:
        events = self.events.setdefault(payment, [])
        at = self.now + dt.timedelta(minutes=len(events), microseconds=125000)
        event: dict[str, Any] = {
            "id": f"{payment}-{status}",
            "status": status,
            "order": made["order"],
            "payment": payment,
            "at": at.isoformat(),
        }
        if status == "captured":
            event |= {"amount": made["amount"], "currency": made["currency"]}
        events.append(event)

    def _remember(self, name: str, subject: str, events: list[dict[str, Any]]) -> None:
        told = {"name": name, "subject": subject, "events": list(events)}
        self._operations.append(told)

    def _refund(self, request: httpx.Request) -> httpx.Response:
        body = body_of(request)
        paid = [x for x in self._payments.values() if x["payment"] == body["payment"]]
        if not paid:
            return answer({"error": "no_such_payment"}, 404)

        def act() -> httpx.Response:
            refund = f"{body['refund']}"
            amount = Money.of(body["amount"], body["currency"])
            self.did("refund", refund, amount=amount)
            event = {
                "id": f"{refund}-initiated",
                "status": "refund-initiated",
                "order": paid[0]["order"],
                "refund": refund,
                "at": self.now.isoformat(),
            }
            self._remember(f"{body['operation']}", refund, [event])
            return answer({"refund": refund, "events": [event]}, 201)

        return self.once(request, act)

    def _report(self, request: httpx.Request) -> httpx.Response:
        payment = request.url.params["payment"]
        return answer({"payment": payment, "events": self.events.get(payment, [])})

    def _find(self, request: httpx.Request) -> httpx.Response:
        name = request.url.params.get("name")
        return answer(
            {"operations": [x for x in self._operations if x["name"] == name]}
        )

    def go_on(self, payment: str) -> bool:
        """Let the next thing happen to a payment."""
        done = len(self.events.get(payment, []))
        if done in (0, len(_STEPS)):
            return False
        made = next(x for x in self._payments.values() if x["payment"] == payment)
        self._note(made, payment, _STEPS[done])
        return True


class CardHarness(Harness):
    """The harness of the reference card processor."""

    manifest = manifests.CARD
    target = "pmkit.testing.conformance.reference.manifests:CARD"

    def settings(self, account: str = "first") -> Mapping[str, object]:
        """Give the settings of one account."""
        return {
            "base_url": "https://api.reference.example",
            "api_key": Secret(canary("api_key", account)),
            "webhook_secret": Secret(canary("webhook_secret", account)),
        }

    def simulator(self, account: str = "first") -> CardFar:
        """Give a new far side."""
        return CardFar(
            api_key=canary("api_key", account),
            webhook_secret=canary("webhook_secret", account),
        )

    def progress(self, simulator: Simulator, subject: str) -> bool:
        """Let the processor go on."""
        assert isinstance(simulator, CardFar)  # noqa: S101 - it is our own
        return simulator.go_on(subject)

    def webhook(self, simulator: Simulator, body: bytes | None = None) -> Delivery:
        """Let the processor sign a message."""
        assert isinstance(simulator, CardFar)  # noqa: S101 - it is our own
        newest = [events[-1] for events in simulator.events.values() if events]
        said = json.dumps(newest[-1]).encode() if body is None else body
        headers = simulator.signing.sign(said, at=simulator.now)
        return Delivery(body=said, headers=headers, received_at=simulator.now)
