"""
The routes that move the far side: what a `World` can be made to do in Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import InputError
from pmkit.core.money import Money
from pmkit.core.report import Finding, Sample, Verdict
from pmkit.core.visit import Appointment, Check, MissedCause, Progress
from pmkit.sandbox.far.payments import COMPANIES
from pmkit.sandbox.far.routing import Answer, Asked, told
from pmkit.sandbox.forms import read, write, write_news
from pmkit.shell.wire import instant_text

if TYPE_CHECKING:
    from pmkit.sandbox.far.app import SandboxApp
    from pmkit.sandbox.world import World


@attrs.frozen
class Act:
    """
    Something that can be made to happen.

    Args:
        must: What has to be said, by name.

        may: What can be said.
    """

    must: Mapping[str, Any]
    may: Mapping[str, Any] = attrs.field(factory=dict)


_AT = {"at": dt.datetime}
_VISIT = {"service_id": str, "visit": int}
_PAYMENT = {"payment_id": str}
_REFUND = {"refund_id": str}
_ARRIVAL = {"amount": Money, **_AT}

#: What can be made to happen at the agency.
AGENCY: Mapping[str, Act] = MappingProxyType(
    {
        "accept-appointment": Act(_VISIT, _AT),
        "offer-appointment": Act({**_VISIT, "appointment": Appointment}, _AT),
        "name-inspector": Act({**_VISIT, "inspector": str}, _AT),
        "arrive": Act(_VISIT, _AT),
        "finish-check": Act(
            _VISIT,
            {"progress": tuple[Progress, ...], "checks": tuple[Check, ...], **_AT},
        ),
        "miss": Act({**_VISIT, "cause": MissedCause}, {"note": str, **_AT}),
        "deliver-report": Act(
            _VISIT,
            {
                "verdict": Verdict,
                "sample": Sample,
                "findings": tuple[Finding, ...],
                "photos": tuple[str, ...],
                "summary": str,
                **_AT,
            },
        ),
    }
)
_REFUNDS = {
    "settle-refund": Act(_REFUND),
    "fail-refund": Act({**_REFUND, "reason": str}),
}
#: What can be made to happen at each payment company.
PAYMENTS: Mapping[str, Mapping[str, Act]] = MappingProxyType(
    {
        "card": MappingProxyType(
            {"confirm": Act(_PAYMENT), "give-up": Act(_PAYMENT), **_REFUNDS}
        ),
        "transfer": MappingProxyType(
            {
                "sends": Act(_PAYMENT, _ARRIVAL),
                "processes": Act(_PAYMENT, _AT),
                "arrives": Act(_PAYMENT, {**_ARRIVAL, "linked": bool}),
                "arrives-short": Act({**_PAYMENT, "missing": Money}, _AT),
                "arrives-unlinked": Act(_PAYMENT, _ARRIVAL),
                "arrives-misdirected": Act(_PAYMENT, _ARRIVAL),
                "arrives-for-other-order": Act({**_PAYMENT, "order_id": str}, _ARRIVAL),
                "bank-returns": Act(_PAYMENT, _ARRIVAL),
                **_REFUNDS,
            }
        ),
    }
)
_SPANS = ("days", "hours", "minutes")
_SUBSCRIPTION = Act({"company": str, "url": str, "secret": str})


def add_routes(app: SandboxApp, world: World) -> None:
    """
    Add the routes under ``/control``.

    Args:
        app: The application.

        world: The companies; looked at with each request.
    """
    _add_clock(app, world)
    _add_acts(app, world)
    _add_looks(app, world)
    _add_webhooks(app)


def _add_clock(app: SandboxApp, world: World) -> None:
    def now(_: Asked) -> Answer:
        return told({"now": instant_text(world.now())})

    def let_pass(asked: Asked) -> Answer:
        said = asked.json()
        if "now" in said:
            world.set(_arguments(said, Act({"now": dt.datetime}))["now"])
        else:
            world.advance(**_arguments(said, Act({}, dict.fromkeys(_SPANS, int))))
        return now(asked)

    app.add("GET", "/control/clock", now)
    app.add("POST", "/control/clock", let_pass)


def _add_acts(app: SandboxApp, world: World) -> None:
    def add(path: str, company: str, name: str, act: Act) -> None:
        def happen(asked: Asked) -> Answer:
            acted = getattr(getattr(world, company), name.replace("-", "_"))
            seen = acted(**_arguments(asked.json(), act))
            news = seen if isinstance(seen, tuple) else (seen,)
            return told({"observations": [write_news(each) for each in news]}, 201)

        app.add("POST", f"{path}/{name}", happen)

    for name, act in AGENCY.items():
        add("/control/agency", "agency", name, act)
    for company, acts in PAYMENTS.items():
        for name, act in acts.items():
            add(f"/control/payments/{company}", COMPANIES[company], name, act)


def _add_looks(app: SandboxApp, world: World) -> None:
    def tasks(_: Asked) -> Answer:
        return told(
            {
                "tasks": [
                    {
                        "reference": task.reference,
                        "request": write(task.request),
                        "moves": [write(move) for move in task.moves],
                        "cancelled": task.cancelled,
                    }
                    for task in world.agency.tasks
                ]
            }
        )

    def notices(_: Asked) -> Answer:
        kept = getattr(world.notifier, "notices", ())
        return told({"messages": [write(notice) for notice in kept]})

    app.add("GET", "/control/agency/tasks", tasks)
    app.add("GET", "/control/messages", notices)
    for path, company in (
        ("/control/agency/effects", "agency"),
        ("/control/payments/card/effects", "card"),
        ("/control/payments/transfer/effects", "transfer"),
    ):
        _add_effects(app, world, path, company)
    for company in PAYMENTS:
        _add_refundable(app, world, company)


def _add_effects(app: SandboxApp, world: World, path: str, company: str) -> None:
    def effects(_: Asked) -> Answer:
        return told({"effects": dict(getattr(world, company).ledger.effects)})

    app.add("GET", path, effects)


def _add_refundable(app: SandboxApp, world: World, company: str) -> None:
    def refundable(asked: Asked) -> Answer:
        payment_id, currency = asked.asks_for("payment_id"), asked.asks_for("currency")
        left = getattr(world, company).refundable(payment_id, currency)
        return told({"refundable": write(left)})

    app.add("GET", f"/control/payments/{company}/refundable", refundable)


def _add_webhooks(app: SandboxApp) -> None:
    def subscribe(asked: Asked) -> Answer:
        said = _arguments(asked.json(), _SUBSCRIPTION)
        app.sender.subscribe(**said)
        return told({"done": True}, 201)

    def messages(_: Asked) -> Answer:
        return told({"messages": [each.plain() for each in app.sender.waiting()]})

    def deliver(_: Asked) -> Answer:
        return told({"deliveries": app.sender.deliver()})

    app.add("POST", "/control/webhooks", subscribe)
    app.add("GET", "/control/webhooks/messages", messages)
    app.add("POST", "/control/webhooks/deliver", deliver, alone=False)


def _arguments(said: Mapping[str, Any], act: Act) -> dict[str, Any]:
    """Read what is said; nothing else can be said."""
    known = {**act.must, **act.may}
    for name in said:
        if name not in known:
            msg = "Nobody knows this key."
            remedy = f"Known: {', '.join(known)}."
            raise InputError(msg, field=name, remedy=remedy)
    for name in act.must:
        if name not in said:
            msg = "It is missing."
            raise InputError(msg, field=name, remedy="Add it.")
    return {name: _argument(name, value, known[name]) for name, value in said.items()}


def _argument(name: str, value: object, kind: Any) -> Any:
    try:
        return read(value, kind)
    except InputError as error:
        field = f"{name}.{error.field}" if error.field else name
        raise InputError(error.message, field=field, remedy=error.remedy) from None
