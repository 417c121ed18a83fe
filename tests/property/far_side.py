"""
The far side of the road, as rules: what banks, cards and agencies do and report.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from tests.property.attempts import INSPECTORS, appointment

from pmkit.core.errors import PmkitError
from pmkit.core.money import Money
from pmkit.core.visit import MissedCause

if TYPE_CHECKING:
    from tests.property.market import Market

    from pmkit.core.order import Order
    from pmkit.shell.desk import Desk

_few, _visit, _yes = st.integers(0, 5), st.integers(1, 3), st.booleans()


class FarSide(RuleBasedStateMachine):
    """What happens where pmkit is not."""

    market: Market
    undelivered: set[str]

    @property
    def desk(self) -> Desk:
        raise NotImplementedError

    @property
    def order(self) -> Order:
        raise NotImplementedError

    @rule(
        pick=_few,
        days=st.integers(0, 9),
        how=st.sampled_from(
            ["all", "short", "over", "yen", "unlinked", "elsewhere", "misdirected"]
        ),
        ago=st.sampled_from([0, 0, 1, 6]),
    )
    def arrive(self, pick: int, days: int, how: str, ago: int) -> None:
        """Money of a transfer comes, some days later, in some way."""
        bank = self.market.transfer
        payments = [p for p in self.order.payments if p.method == bank.name]
        if not payments:
            return
        payment = payments[-1 - pick % len(payments)]
        self.market.clock.advance(dt.timedelta(days=days))
        at = self.desk.clock.now() - dt.timedelta(days=ago)
        one = Money.of("1.00", "USD")
        given: dict[str, Any] = {
            "short": {"amount": payment.amount - one},
            "over": {"amount": payment.amount + one},
            "yen": {"amount": Money.of("7000", "JPY")},
            "unlinked": {"linked": False},
        }.get(how, {})
        try:
            if how == "elsewhere":
                bank.arrives_for_other_order(payment.id, "TA-2", at=at)
            elif how == "misdirected":
                bank.arrives_misdirected(payment.id, at=at)
            else:
                bank.arrives(payment.id, at=at, **given)
        except PmkitError:
            return

    @rule(pick=_few, what=st.sampled_from(["sends", "processes", "bank_returns"]))
    def bank_says(self, pick: int, what: str) -> None:
        """The bank tells of money on its way."""
        self._far(self.market.transfer, what, self._payment(pick))

    @rule(pick=_few, what=st.sampled_from(["confirm", "give_up"]))
    def card_says(self, pick: int, what: str) -> None:
        """The payer takes the further step, or does not."""
        self._far(self.market.card, what, self._payment(pick))

    @rule(pick=_few, fails=_yes)
    def refund_ends(self, pick: int, *, fails: bool) -> None:
        """A refund arrives, or comes back undelivered."""
        refunds = self.order.refunds
        if not refunds:
            return
        refund = refunds[pick % len(refunds)]
        method = self.market.methods[self.order.payment(refund.payment_id).method]
        if not fails:
            self._far(method, "settle_refund", refund.id)
        elif self._far(method, "fail_refund", refund.id, "No such account."):
            self.undelivered.add(refund.id)

    @rule(
        service=_few,
        visit=_visit,
        pick=_few,
        what=st.sampled_from(
            [
                "accept_appointment",
                "offer_appointment",
                "name_inspector",
                "arrive",
                "finish_check",
                "miss",
                "deliver_report",
            ]
        ),
    )
    def agency_says(self, service: int, visit: int, pick: int, what: str) -> None:
        """An agency reports something, true or not."""
        services = self.order.services
        if not services:
            return
        found = services[service % len(services)]
        more: dict[str, tuple[Any, ...]] = {
            "offer_appointment": (appointment(self.desk.clock.now(), pick),),
            "name_inspector": (INSPECTORS[pick % 2],),
            "miss": (list(MissedCause)[pick],),
        }
        agency = self.market.agencies[found.provider]
        self._far(agency, what, found.id, visit, *more.get(what, ()))

    @staticmethod
    def _far(company: Any, what: str, *arguments: Any) -> bool:
        try:
            getattr(company, what)(*arguments)
        except PmkitError:
            return False
        return True

    def _payment(self, pick: int) -> str:
        payments = self.order.payments
        return payments[pick % len(payments)].id if payments else "pay_none"

    @rule(
        who=st.sampled_from(["sandbox-agency", "sandbox-card", "sandbox-transfer"]),
        when=st.sampled_from(["before", "after"]),
    )
    def breaks(self, who: str, when: str) -> None:
        """The next call of a plugin fails, before or after it had its effect."""
        plugin = self.market.agencies.get(who) or self.market.methods[who]
        plugin.faults.append(when)
