"""
The routes of the simulated payment methods.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from pmkit.core import ports
from pmkit.sandbox.far.routing import Answer, Asked, told
from pmkit.sandbox.forms import read, write, write_news

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmkit.sandbox.far.app import SandboxApp
    from pmkit.sandbox.world import World

#: Each company under ``/payments`` and its name in a `World`.
COMPANIES = {"card": "card", "transfer": "transfer", "pay-later": "pay_later"}


def add_routes(app: SandboxApp, world: World) -> None:
    """
    Add the routes under ``/payments``.

    Args:
        app: The application.

        world: The companies; looked at with each request.
    """
    for company, name in COMPANIES.items():
        look = functools.partial(getattr, world, name)
        _add_company(app, f"/payments/{company}", look)


def _add_company(app: SandboxApp, path: str, method: Callable[[], Any]) -> None:
    def availability(asked: Asked) -> Answer:
        query = read(asked.json(), ports.PaymentQuery)
        return told(write(method().availability(query)))

    def beneficiary(asked: Asked) -> Answer:
        request = read(asked.json(), ports.ChargeRequest)
        return told({"beneficiary": write(method().beneficiary(request))})

    def charge(asked: Asked) -> Answer:
        request = read(asked.json(), ports.ChargeRequest)
        return told(_news(method().charge(request)), 201)

    def refund(asked: Asked) -> Answer:
        return told(_news(method().refund(read(asked.json(), ports.RefundOrder))), 201)

    def observations(asked: Asked) -> Answer:
        return told(_news(method().observations(asked.asks_for("payment_id"))))

    def operations(asked: Asked) -> Answer:
        ledger = getattr(method(), "ledger", None)
        operation_id = asked.asks_for("operation_id")
        done = None if ledger is None else ledger.done(operation_id)
        if done is None:
            return told({"found": False})
        (reply,) = done
        return told({"found": True, "reply": _news(reply)})

    app.add("POST", f"{path}/availability", availability)
    app.add("POST", f"{path}/beneficiaries", beneficiary)
    app.add("POST", f"{path}/charges", charge, keyed=True)
    app.add("POST", f"{path}/refunds", refund, keyed=True)
    app.add("GET", f"{path}/observations", observations)
    app.add("GET", f"{path}/operations", operations)


def _news(seen: Iterable[object]) -> dict[str, Any]:
    return {"observations": [write_news(news) for news in seen]}
