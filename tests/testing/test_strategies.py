"""The strategies draw values that pmkit takes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import find, given

from pmkit.core.currencies import CURRENT, EXPONENTS
from pmkit.core.errors import NaiveTimeError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.testing.strategies import currencies, moments, moneys


@given(currencies())
def test_currencies_are_current(code: str) -> None:
    """By default only codes on the list of today are drawn."""
    assert code in CURRENT


def test_withdrawn_currencies_are_drawn_on_request() -> None:
    """With withdrawn=True the codes of old orders are drawn, too."""
    code = find(currencies(withdrawn=True), lambda code: code not in CURRENT)

    assert code in EXPONENTS


@given(moneys(currency="JPY", least=-5, most=5))
def test_moneys_keep_their_bounds(money: Money) -> None:
    """Amounts are of the currency and between the bounds, both included."""
    assert money.currency == "JPY"
    assert Money(-5, "JPY") <= money <= Money(5, "JPY")


def test_moneys_shrink_to_nothing() -> None:
    """The simplest amount is zero dollars."""
    assert Money(0, "USD") == find(moneys(), lambda _: True)


@given(moments(last=dt.datetime.fromisoformat("2020-01-01T08:00+08:00")))
def test_moments_are_in_utc_and_within_bounds(moment: dt.datetime) -> None:
    """Instants are plain datetimes in UTC; bounds may be given in any zone."""
    assert moment.tzinfo is dt.UTC
    assert moment == to_utc(moment) == dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def test_naive_bounds_are_refused() -> None:
    """A bound without a zone is no instant."""
    with pytest.raises(NaiveTimeError) as caught:
        moments(first=dt.datetime(2020, 1, 1))  # noqa: DTZ001 - naive on purpose

    assert caught.value.field == "first"
