"""
The plugin before the reference server, for pmkit's conformance kit.

It needs the extra ``testing`` of pmkit.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any, Final

import httpx
from pmkit.effects.webhooks import Delivery
from pmkit.hooks.secrets import Secret
from pmkit.testing.conformance.harness import Harness, canary
from pmkit.testing.conformance.simulator import START, SimulatedEffect

from pmkit_agency_http import MANIFEST
from pmkit_agency_http.server import Account, AgencyServer, MemoryAgency, sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmkit.core.money import Money
    from pmkit.testing.conformance.simulator import Simulator

    from pmkit_agency_http.server.backend import Json

_STEPS: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("appointment-accepted", {}),
    ("inspector-named", {"inspector": "Wang Fang"}),
    ("arrived-on-site", {"by": "Wang Fang"}),
    (
        "check-done",
        {
            "by": "Wang Fang",
            "progress": [
                {
                    "product": "Steel bottle 500 ml",
                    "ordered": 1200,
                    "finished": 1100,
                    "packed": 900,
                }
            ],
            "checks": [{"checkpoint": "progress", "result": "conforms"}],
        },
    ),
)


class ServerSimulator:
    """
    The reference server as the far side of the kit.

    Args:
        token: What it knows its customer by.

        secret: What it signs its messages with.
    """

    def __init__(self, *, token: str, secret: str) -> None:
        self.now = START
        self.effects: list[SimulatedEffect] = []
        self.messages: list[Json] = []
        self.secret = secret
        self.agency = MemoryAgency(
            now=lambda: self.now,
            tell=self.messages.append,
            kinds=("on-site-check", "PM"),
        )
        account = Account(name="kit", backend=self.agency)
        self._wsgi = httpx.WSGITransport(app=AgencyServer({token: account}))
        self._lock = threading.Lock()

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, and take down what it did."""
        response = self._wsgi.handle_request(request)
        body = response.read()
        with self._lock:
            for kind, subject, task in self.agency.effects[len(self.effects) :]:
                self.effects.append(
                    SimulatedEffect(kind=kind, subject=subject, reference=task)
                )
        return httpx.Response(
            response.status_code, headers=response.headers, content=body
        )

    def go_on(self, service: str) -> bool:
        """Let the next thing happen on a service."""
        tasks = self.agency.find_tasks(reference="", service=service)
        if not tasks:
            return False
        task = tasks[-1]["id"]
        done = len(self.agency.events(task, "", 100)["events"])
        if done > len(_STEPS):
            return False
        at = self.now.astimezone(dt.UTC) + dt.timedelta(hours=done)
        stamp = at.isoformat().replace("+00:00", "Z")
        if done < len(_STEPS):
            kind, fields = _STEPS[done]
            self.agency.happen(task, kind, at=stamp, **fields)
        else:
            files = [("image/jpeg", "On the line", b"a photo")]
            self.agency.deliver_report(
                task, at=stamp, files=files, summary="On schedule."
            )
        return True


class AgencyHttpHarness(Harness):
    """The harness of the plugin."""

    manifest = MANIFEST
    target = "pmkit_agency_http:MANIFEST"
    hosts = ("agency.example",)

    def settings(self, account: str = "first") -> Mapping[str, object]:
        """Give the settings of one account."""
        return {
            "base_url": "https://agency.example/v1",
            "token": Secret(canary("token", account)),
            "webhook_secrets": (Secret(_secret(account)),),
        }

    def simulator(self, account: str = "first") -> ServerSimulator:
        """Give a new far side."""
        return ServerSimulator(token=canary("token", account), secret=_secret(account))

    def progress(self, simulator: Simulator, subject: str) -> bool:
        """Let the agency go on."""
        return _ours(simulator).go_on(subject)

    def price(self, simulator: Simulator, amount: Money) -> bool:
        """Let the agency quote a given price."""
        agency = _ours(simulator).agency
        agency.prices = {amount.currency: (f"{amount.amount}", f"{0 * amount.amount}")}
        return True

    def webhook(self, simulator: Simulator, body: bytes | None = None) -> Delivery:
        """Let the agency sign a message."""
        far = _ours(simulator)
        newest = [said for said in far.messages if said["type"] == "task.event"]
        said = (
            httpx.Request("POST", "/", json=newest[-1]).content
            if body is None
            else body
        )
        name = f"msg_{newest[-1]['data']['id']}" if body is None else "made-up"
        headers = sign(said, message_id=name, at=far.now, keys=[far.secret])
        return Delivery(body=said, headers=headers, received_at=far.now)


def _secret(account: str) -> str:
    return f"whsec_{canary('webhook', account)}"


def _ours(simulator: Simulator) -> ServerSimulator:
    assert isinstance(simulator, ServerSimulator)  # noqa: S101 - it is our own
    return simulator
