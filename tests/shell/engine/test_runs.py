"""What takes something back touches only what belongs to it."""

from __future__ import annotations

import pytest
from tests.shell.counter import BUYER, ORDER, SUPPLIER
from tests.shell.test_calls import Shop, cancel

from pmkit.core.payment import Purpose
from pmkit.shell.engine.local import LocalEngine
from pmkit.testing.engines.child import QUICK


@pytest.fixture
def shop(tmp_path):
    """Have an order whose first service was refused, and whose second is booked."""
    made = Shop(tmp_path)
    made.agency.faults.append("rejected")
    made.paid()
    made.desk.work()
    cancel(made)
    made.desk.work()
    made.add(provider="far-agency")
    made.desk.consent(*made.on, actor=SUPPLIER)
    made.desk.pay(
        ORDER,
        actor=BUYER,
        method="far-card",
        instrument="tok-2",
        service_id=made.service.id,
        purpose=Purpose.SERVICE,
    )
    made.desk.work()
    yield made
    made.desk.close()


def test_a_cancellation_is_of_its_own_booking(shop):
    """That another booking was refused does not mean that this one was."""
    booked = shop.agency.effects[f"book {shop.service.id}"]
    cancel(shop)
    LocalEngine(shop.desk, QUICK).run(once=True)

    assert 1 == booked
    assert 1 == shop.agency.effects[f"cancel {shop.service.id}"]
    assert ("cancel", "succeeded", "applied", "") in shop.calls()


def test_a_refund_is_of_its_own_payment(shop):
    """Each refund names the payment that it gives back, and each is sent once."""
    cancel(shop)
    LocalEngine(shop.desk, QUICK).run(once=True)
    about = [refund.payment_id for refund in shop.order.refunds]

    assert len(about) == len(set(about))
    assert {1} == set(shop.card_side.effects.values())
