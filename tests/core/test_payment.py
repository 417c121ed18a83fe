"""The payment: what arrived, what is missing, and every state in plain words."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import SERVICE, china, usd

from pmkit.core.errors import InputError
from pmkit.core.payment import (
    PLAIN_REASON,
    UNDER_WAY,
    PaymentState,
    Receipt,
)
from pmkit.core.service import ServiceStage

AT = china("01-15T09:00")


def _receipt(name, counted, held="0.00"):
    return Receipt(
        id=name,
        amount=usd(counted) + usd(held),
        counted=usd(counted),
        held=usd(held),
        received_at=AT,
        observed_at=AT,
    )


def _payment(*receipts):
    """The payment of the service, 48.00, with some receipts."""
    sent = roads.with_service(ServiceStage.PAYMENT_PROCESSING).payment("pay-pm")
    return attrs.evolve(sent, receipts=receipts)


@pytest.mark.parametrize(
    ("receipts", "counted", "missing"),
    [
        ((), "0.00", "48.00"),
        ((_receipt("a", "20.00"),), "20.00", "28.00"),
        ((_receipt("a", "20.00"), _receipt("b", "28.00", "2.00")), "48.00", "0.00"),
    ],
)
def test_what_counts_and_what_is_missing(receipts, counted, missing) -> None:
    """Receipts add up; what is held does not count."""
    payment = _payment(*receipts)

    assert usd(counted) == payment.counted
    assert usd(missing) == payment.missing


def test_what_a_payment_covers() -> None:
    """A payment knows the services whose price is inside it."""
    assert _payment().covers_service(SERVICE)
    assert not _payment().covers_service("other")


def test_every_state_has_its_plain_words() -> None:
    """
    Nobody has to guess why a payment is where it is.

    "Why was my payment not received in my order after I paid?"
    """
    assert set(PaymentState) == set(PLAIN_REASON)
    assert all(words.endswith(".") for words in PLAIN_REASON.values())


def test_which_money_is_under_way() -> None:
    """From sent until settled money is on its way or here."""
    expected = {"submitted", "processing", "part-received", "received-unlinked"}

    assert expected == {state.value for state in UNDER_WAY}


def test_a_receipt_has_a_name() -> None:
    """One name counts once for ever, so there has to be one."""
    with pytest.raises(InputError) as caught:
        _receipt("", "1.00")

    assert "id" == caught.value.field
