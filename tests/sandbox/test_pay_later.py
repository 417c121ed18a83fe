"""Pay Later is there, cannot be used, and says why."""

from __future__ import annotations

import pytest

from pmkit.core.errors import UnavailableError
from pmkit.sandbox import PayLater

WHY = "Pay Later is temporarily unavailable: the lender has paused new credit."


def test_says_why_it_cannot_be_used(asking):
    """The payer reads the reason, whatever is to be paid."""
    answer = PayLater().availability(asking())

    assert not answer.available
    assert WHY == answer.reason


def test_does_not_charge_or_refund(charging, refunding):
    """Who tries all the same gets the same reason."""
    method = PayLater()

    with pytest.raises(UnavailableError, match=WHY):
        method.charge(charging())
    with pytest.raises(UnavailableError, match=WHY):
        method.refund(refunding())


def test_has_no_account_and_no_news(charging):
    """There is nothing to pay to, and nothing happens."""
    method = PayLater()

    assert method.beneficiary(charging()) is None
    assert () == method.observations("p-1")
