"""
A marketplace sells production monitoring: its order goes in, status sections come out.

Run it with ``python examples/marketplace.py``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import pmkit
from pmkit.sandbox import World


@dataclasses.dataclass
class ShopOrder:
    """An order as this marketplace keeps it; pmkit never sees the table."""

    number: str
    buyer: str
    seller: str
    goods: dict[str, int]
    deposit: str
    rest: str
    leaves_on: dt.date


def hand_over(desk: pmkit.Desk, shop: ShopOrder) -> None:
    """Bring an order of the shop to pmkit; the key makes it safe to repeat."""
    desk.open_order(
        shop.number,
        actor=pmkit.Actor(role=pmkit.Role.OPERATOR, party="shop"),
        buyer=shop.buyer,
        supplier=shop.seller,
        lines=[pmkit.OrderLine(product=n, quantity=q) for n, q in shop.goods.items()],
        initial=pmkit.Money.of(shop.deposit, "USD"),
        balance=pmkit.Money.of(shop.rest, "USD"),
        ship=shop.leaves_on,
        key=f"hand-over-{shop.number}",
    )


def page(desk: pmkit.Desk, number: str, actor: pmkit.Actor) -> None:
    """Show what "My Orders" shows to one person."""
    print(f"\n{actor.role}:")
    for section in desk.status(number, actor=actor).services:
        price = "" if section.price is None else f", {section.price}"
        print(f"  {section.kind}{price}: {section.stage}. {section.next.what}")
        for due in section.deadlines:
            print(f"  {due.what} {due.explanation}")


def main() -> None:
    """Take one order from the shop to a paid service."""
    world = World("2026-01-20T09:00+08:00")  # in production: your plugins, no clock
    shop = ShopOrder(
        number="S-1",
        buyer="Nordwind",
        seller="Hexing",
        goods={"LED desk lamp": 5000},
        deposit="3600",
        rest="8400",
        leaves_on=dt.date(2026, 2, 27),
    )
    buyer = pmkit.Actor(role=pmkit.Role.BUYER, party=shop.buyer)
    seller = pmkit.Actor(role=pmkit.Role.SUPPLIER, party=shop.seller)
    with pmkit.Desk.open(panel=world.panel, clock=world.clock) as desk:
        hand_over(desk, shop)
        desk.add_service("S-1", actor=buyer, kind="PM", provider="sandbox-agency")
        desk.place_order("S-1", actor=buyer)
        for option in desk.payment_options("S-1", actor=buyer):
            print(option.title, option.reason or option.amount, sep=": ")
        desk.pay("S-1", actor=buyer, method="sandbox-card", instrument="tok-captures")
        desk.work()  # in production: every few seconds, by a worker
        for actor in (buyer, seller):
            page(desk, "S-1", actor)


if __name__ == "__main__":
    main()
