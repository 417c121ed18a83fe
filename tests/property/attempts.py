"""
Everything that somebody can try at a desk, each as one function of a `Try`.

What a `Try` names is drawn: a service, a visit, a number and a yes or no.  Nothing
here knows what is allowed.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.errors import PmkitError
from pmkit.core.order import DaysAfterPayment, Order
from pmkit.core.parties import Actor, Role
from pmkit.core.payment import Purpose
from pmkit.core.report import Decision, Evidence, Verdict
from pmkit.core.service import EarlierReport, Payer
from pmkit.core.visit import Appointment, Check, CheckResult, MissedCause, Progress
from pmkit.sandbox import draw_sample
from pmkit.shell.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.service import Service

PROVIDERS = ("sandbox-agency", "second-agency")
METHODS = ("sandbox-card", "sandbox-transfer", "sandbox-pay-later")
TOKENS = ("tok-captures", "tok-captures", "tok-declines", "tok-needs-step")
KINDS = ("PM", "PM", "PSI", "DUPRO", "CLC", "IPC")
INSPECTORS = ("Inspector Quill", "Inspector Thorn")
PHOTO = b"a photo of lamps"


@attrs.frozen(kw_only=True)
class Try:
    """One try: who, at which desk, on what, with which choices."""

    desk: Desk
    order_id: str
    actor: Actor
    service: int = 0
    visit: int = 1
    pick: int = 0
    flag: bool = True
    key: str | None = None

    @property
    def now(self) -> dt.datetime:
        return self.desk.clock.now()

    @property
    def order(self) -> Order | None:
        try:
            return self.desk.order(self.order_id)
        except PmkitError:
            return None

    @property
    def found(self) -> Service | None:
        services = self.order.services if self.order else ()
        return services[self.service % len(services)] if services else None

    @property
    def service_id(self) -> str:
        return self.found.id if self.found else "srv_none"

    @property
    def payment_id(self) -> str:
        payments = self.order.payments if self.order else ()
        return payments[self.pick % len(payments)].id if payments else "pay_none"

    @property
    def case_id(self) -> str:
        cases = self.found.cases if self.found else ()
        return cases[self.pick % len(cases)].id if cases else "case_none"

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.actor, "key": self.key}

    @property
    def on(self) -> tuple[str, str]:
        return self.order_id, self.service_id


def appointment(now: dt.datetime, pick: int) -> Appointment:
    """Give a visit of eight hours that begins one to six days from now."""
    start = now + dt.timedelta(days=1 + pick)
    return Appointment(
        starts_at=start,
        ends_at=start + dt.timedelta(hours=8),
        place=f"Plant {pick}, Dongguan",
    )


def seen(t: Try) -> dict[str, Any]:
    """Say that all was made and conforms, as the inspector leaves now."""
    kind = CATALOGUE[t.found.kind if t.found else "PM"]
    lines = t.order.lines if t.order else ()
    return {
        "ended_at": t.now,
        "progress": tuple(
            Progress(
                product=x.product, ordered=x.quantity, finished=x.quantity, packed=0
            )
            for x in lines
        ),
        "checks": tuple(
            Check(checkpoint=point, result=CheckResult.CONFORMS)
            for point in kind.checks
        ),
    }


def written(t: Try) -> dict[str, Any]:
    """Write a report whose summary is its own, with one photo that is stored."""
    service = t.found
    over = service is not None and any(
        v.number == t.visit and v.failure is not None for v in service.visits
    )
    sampled = service is not None and CATALOGUE[service.kind].sampled
    missed = over == t.flag  # the other way round is refused
    sha256 = t.desk.add_file(PHOTO, "image/jpeg")
    return {
        "verdict": Verdict.NOT_PERFORMED if missed else Verdict.PASS,
        "sample": draw_sample(500) if sampled and not missed else None,
        "evidence": (
            Evidence(
                sha256=sha256,
                media_type="image/jpeg",
                caption="Lamps",
                size=len(PHOTO),
            ),
        ),
        "summary": f"summary {t.now.isoformat()} {t.key}",
    }


def _moved_to(t: Try) -> dt.date | DaysAfterPayment:
    if t.pick == 5:
        return DaysAfterPayment(days=30)
    return (t.now + dt.timedelta(days=10 * (t.pick + 1))).date()


def _add(t: Try) -> Order:
    earlier = None
    if t.pick == 5 and t.found is not None:
        earlier = EarlierReport(service_id=t.service_id, visit=t.visit, version=1)
    return t.desk.add_service(
        t.order_id,
        provider=PROVIDERS[t.service % 2],
        kind=KINDS[t.pick],
        payer=Payer.SUPPLIER if t.visit == 2 else Payer.BUYER,
        planned_visits=2 if t.visit == 3 else 1,
        paid_apart=t.flag,
        reinspects=earlier,
        **t.who,
    )


def _pay(t: Try) -> Order:
    service = t.found if t.visit == 1 else None
    purpose = Purpose.INITIAL if t.visit == 2 else Purpose.BALANCE
    return t.desk.pay(
        t.order_id,
        method=METHODS[(t.pick + t.service) % 3],
        service_id=service.id if service else None,
        purpose=None if service else purpose,
        instrument=TOKENS[t.pick % 4],
        **t.who,
    )


def _upload(t: Try) -> Order:
    return t.desk.upload_report(*t.on, visit_number=t.visit, **written(t), **t.who)


#: Every command of the desk that has an actor, by its name.
STEPS: dict[str, Callable[[Try], Order]] = {
    "place_order": lambda t: t.desk.place_order(t.order_id, **t.who),
    "move_ship_date": lambda t: t.desk.move_ship_date(
        t.order_id, ship=_moved_to(t), **t.who
    ),
    "ship_goods": lambda t: t.desk.ship_goods(t.order_id, **t.who),
    "add_service": _add,
    "approve_service": lambda t: t.desk.approve_service(*t.on, **t.who),
    "consent": lambda t: t.desk.consent(*t.on, agrees=t.flag, **t.who),
    "edit_service": lambda t: t.desk.edit_service(
        *t.on,
        kind=KINDS[t.pick] if t.flag else None,
        provider=PROVIDERS[t.visit % 2],
        **t.who,
    ),
    "deselect_service": lambda t: t.desk.deselect_service(*t.on, **t.who),
    "request_change": lambda t: t.desk.request_change(*t.on, wish="Red ones.", **t.who),
    "answer_change": lambda t: t.desk.answer_change(*t.on, granted=t.flag, **t.who),
    "pay": _pay,
    "submit_payment": lambda t: t.desk.submit_payment(
        t.order_id,
        t.payment_id,
        expected_by=t.now + dt.timedelta(days=t.pick) if t.flag else None,
        **t.who,
    ),
    "link_payment": lambda t: t.desk.link_payment(t.order_id, t.payment_id, **t.who),
    "request_cancellation": lambda t: t.desk.request_cancellation(
        *t.on, cause="We go there ourselves.", **t.who
    ),
    "answer_cancellation": lambda t: t.desk.answer_cancellation(
        *t.on, granted=t.flag, answer="It is so.", **t.who
    ),
    "give_information": lambda t: t.desk.give_information(
        *t.on,
        product_details="Against the golden sample.",
        sample_pictures=[b"picture %d" % t.pick],
        **t.who,
    ),
    "propose_appointment": lambda t: t.desk.propose_appointment(
        *t.on, visit_number=t.visit, appointment=appointment(t.now, t.pick), **t.who
    ),
    "confirm_appointment": lambda t: t.desk.confirm_appointment(
        *t.on, visit_number=t.visit, **t.who
    ),
    "assign_inspector": lambda t: t.desk.assign_inspector(
        *t.on, visit_number=t.visit, inspector=INSPECTORS[t.pick % 2], **t.who
    ),
    "move_visit": lambda t: t.desk.move_visit(
        *t.on,
        visit_number=t.visit,
        appointment=appointment(t.now, t.pick),
        reason="A strike.",
        **t.who,
    ),
    "refuse_visit": lambda t: t.desk.refuse_visit(
        *t.on, visit_number=t.visit, note="Not today.", **t.who
    ),
    "arrive": lambda t: t.desk.arrive(*t.on, visit_number=t.visit, **t.who),
    "complete_visit": lambda t: t.desk.complete_visit(
        *t.on, visit_number=t.visit, **seen(t), **t.who
    ),
    "fail_visit": lambda t: t.desk.fail_visit(
        *t.on, visit_number=t.visit, cause=list(MissedCause)[t.pick], **t.who
    ),
    "upload_report": _upload,
    "decide_report": lambda t: t.desk.decide_report(
        *t.on, visit_number=t.visit, decision=list(Decision)[t.pick % 4], **t.who
    ),
    "release_report": lambda t: t.desk.release_report(
        *t.on, visit_number=t.visit, **t.who
    ),
    "close_service": lambda t: t.desk.close_service(*t.on, **t.who),
    "review": lambda t: t.desk.review(*t.on, rating=5 - t.pick % 5, **t.who),
    "reply_review": lambda t: t.desk.reply_review(*t.on, text="Thank you.", **t.who),
    "revise_review": lambda t: t.desk.revise_review(*t.on, rating=1, **t.who),
    "open_case": lambda t: t.desk.open_case(
        *t.on,
        addressed_to=Role.SUPPLIER if t.flag else Role.OPERATOR,
        question="Why?",
        **t.who,
    ),
    "answer_case": lambda t: t.desk.answer_case(
        *t.on, t.case_id, text="Because.", **t.who
    ),
    "escalate_case": lambda t: t.desk.escalate_case(*t.on, t.case_id, **t.who),
    "close_case": lambda t: t.desk.close_case(
        *t.on, t.case_id, resolution="Settled.", **t.who
    ),
    "withdraw_case": lambda t: t.desk.withdraw_case(*t.on, t.case_id, **t.who),
    "send_message": lambda t: t.desk.send_message(*t.on, text="Hello.", **t.who),
}


class Tape:
    """The desk, with the last command kept so that it can be given again."""

    def __init__(self, road: Any) -> None:
        self._road = road
        self.again: Callable[[], Order] = lambda: road.order

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._road.desk, name)
        return functools.partial(self._keep, name) if name in STEPS else found

    def _keep(self, name: str, *arguments: Any, **named: Any) -> Any:
        def command() -> Any:
            return getattr(self._road.desk, name)(*arguments, **named)

        self.again = command
        return command()
