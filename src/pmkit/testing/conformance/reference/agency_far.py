"""
The far side of the reference agency, and the harness around it.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from pmkit.effects.webhooks import Delivery, StandardWebhooks
from pmkit.hooks.secrets import Secret
from pmkit.testing.conformance.harness import Harness, canary
from pmkit.testing.conformance.reference import manifests
from pmkit.testing.conformance.simulator import FarSide, answer, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from pmkit.core.money import Money
    from pmkit.testing.conformance.simulator import Simulator

_STEPS = ("accepted", "inspector", "arrived", "failed")


class AgencyFar(FarSide):
    """
    An agency that takes tasks and reports on them.

    Args:
        api_key: What it knows its customer by.

        webhook_secret: What it signs with.
    """

    def __init__(self, *, api_key: str, webhook_secret: str) -> None:
        super().__init__(authorization=f"Bearer {api_key}")
        self.signing = StandardWebhooks(secrets=webhook_secret)
        self.price: tuple[str, str] = ("48.00", "USD")
        self.events: dict[str, list[dict[str, Any]]] = {}
        self._tasks: dict[str, str] = {}
        self._operations: list[dict[str, str]] = []
        self.on("POST", "/quotes", self._quote)
        self.on("GET", "/days", self._days)
        self.on("POST", "/tasks", self._book)
        self.on("POST", "/tasks/{task}/moves", self._move)
        self.on("POST", "/tasks/{task}/cancellation", self._cancel)
        self.on("GET", "/services/{service}", self._report)
        self.on("GET", "/operations", self._find)

    def _quote(self, request: httpx.Request) -> httpx.Response:
        amount, currency = self.price
        if body_of(request).get("currency") != currency:
            return answer({"error": "currency"}, 422)
        line = {"text": "On-site check", "amount": amount, "currency": currency}
        return answer({"quote": "Q-1", "lines": [line]})

    def _days(self, request: httpx.Request) -> httpx.Response:
        return answer({"days": [request.url.params["first"]]})

    def _book(self, request: httpx.Request) -> httpx.Response:
        return self.once(request, lambda: self._take(request))

    def _take(self, request: httpx.Request) -> httpx.Response:
        body = body_of(request)
        service = f"{body['service']}"
        task = f"T-{len(self._tasks) + 1:04}"
        self._tasks[task] = service
        self._done("book", service, task, f"{body['operation']}")
        return answer({"id": task, "service": service, "state": "accepted"}, 201)

    def _done(self, kind: str, service: str, task: str, name: str) -> None:
        self.did(kind, service, reference=task)
        self._operations.append({"name": name, "service": service, "task": task})

    def _move(self, request: httpx.Request, task: str) -> httpx.Response:
        return self._change("move", request, task)

    def _cancel(self, request: httpx.Request, task: str) -> httpx.Response:
        return self._change("cancel", request, task)

    def _change(self, kind: str, request: httpx.Request, task: str) -> httpx.Response:
        if task not in self._tasks:
            return answer({"error": "no_such_task"}, 404)

        def act() -> httpx.Response:
            service = self._tasks[task]
            self._done(kind, service, task, f"{body_of(request)['operation']}")
            return answer({"service": service, "state": "noted"})

        return self.once(request, act)

    def _report(self, request: httpx.Request, service: str) -> httpx.Response:
        del request
        return answer({"service": service, "events": self.events.get(service, [])})

    def _find(self, request: httpx.Request) -> httpx.Response:
        name = request.url.params.get("name")
        found = [x for x in self._operations if x["name"] == name]
        return answer({"operations": found})

    def go_on(self, service: str) -> bool:
        """Let the next thing happen on a service."""
        events = self.events.setdefault(service, [])
        if len(events) == len(_STEPS):
            return False
        step = _STEPS[len(events)]
        at = self.now + dt.timedelta(hours=len(events), microseconds=125000)
        event: dict[str, Any] = {
            "id": f"{service}-{step}",
            "type": step,
            "service": service,
            "visit": 1,
            "at": at.isoformat(),
        }
        more = {"inspector": {"name": "Li Wei"}, "failed": {"cause": "goods-not-ready"}}
        events.append(event | more.get(step, {}))
        return True


class AgencyHarness(Harness):
    """The harness of the reference agency."""

    manifest = manifests.AGENCY
    target = "pmkit.testing.conformance.reference.manifests:AGENCY"

    def settings(self, account: str = "first") -> Mapping[str, object]:
        """Give the settings of one account."""
        return {
            "base_url": "https://api.reference.example",
            "api_key": Secret(canary("api_key", account)),
            "webhook_secret": Secret(canary("webhook_secret", account)),
        }

    def simulator(self, account: str = "first") -> AgencyFar:
        """Give a new far side."""
        return AgencyFar(
            api_key=canary("api_key", account),
            webhook_secret=canary("webhook_secret", account),
        )

    def progress(self, simulator: Simulator, subject: str) -> bool:
        """Let the agency go on."""
        assert isinstance(simulator, AgencyFar)  # noqa: S101 - it is our own
        return simulator.go_on(subject)

    def price(self, simulator: Simulator, amount: Money) -> bool:
        """Let the agency quote a given price."""
        assert isinstance(simulator, AgencyFar)  # noqa: S101 - it is our own
        simulator.price = (f"{amount.amount}", amount.currency)
        return True

    def webhook(self, simulator: Simulator, body: bytes | None = None) -> Delivery:
        """Let the agency sign a message."""
        assert isinstance(simulator, AgencyFar)  # noqa: S101 - it is our own
        newest = [events[-1] for events in simulator.events.values() if events]
        said = json.dumps(newest[-1]).encode() if body is None else body
        name = f"{newest[-1]['id']}" if body is None else "made-up"
        headers = simulator.signing.sign(said, event_id=name, at=simulator.now)
        return Delivery(body=said, headers=headers, received_at=simulator.now)
