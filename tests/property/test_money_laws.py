"""Laws of money that hold for every amount; the oracles are fractions and sums."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, strategies as st

from pmkit.core.money import Money, total

minors = st.integers(-(10**12), 10**12)
currencies = st.sampled_from(["USD", "JPY", "KWD", "CLF", "HRK"])
decimals = {"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4, "HRK": 2}


def shift(minor: int, places: int) -> Decimal:
    return Decimal(minor).scaleb(-places)


class TestReading:
    @given(minors, currencies)
    def test_text_reads_back(self, minor: int, currency: str) -> None:
        """What the text of an amount says reads back to the same amount."""
        amount, code = str(Money(minor, currency)).split()

        assert Money(minor, currency) == Money.of(amount, code)

    @given(minors, currencies)
    def test_a_minor_unit_is_a_power_of_ten(self, minor: int, currency: str) -> None:
        """The amount is the minor units shifted by the decimals of the currency."""
        assert shift(minor, decimals[currency]) == Money(minor, currency).amount


class TestSums:
    @given(st.lists(minors, max_size=8))
    def test_order_does_not_matter(self, amounts: list[int]) -> None:
        """A total is the integer sum, from whichever end it is added."""
        monies = [Money(minor, "USD") for minor in amounts]

        assert Money(sum(amounts), "USD") == total(monies, "USD")
        assert Money(sum(amounts), "USD") == total(reversed(monies), "USD")

    @given(minors, minors)
    def test_subtraction_undoes_addition(self, a: int, b: int) -> None:
        """Adding and taking away again changes nothing."""
        assert Money(a, "USD") == Money(a, "USD") + Money(b, "USD") - Money(b, "USD")


class TestShares:
    @given(minors, st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
    def test_no_cent_is_lost(self, minor: int, weights: list[int]) -> None:
        """The parts add up to the whole and each is within a unit of its share."""
        parts = Money(minor, "USD").allocate(weights)

        assert minor == sum(part.minor for part in parts)
        assert all(
            abs(part.minor - Fraction(minor * weight, sum(weights))) < 1
            for part, weight in zip(parts, weights, strict=True)
        )

    @given(minors, st.integers(1, 50))
    def test_parts_of_a_split_differ_by_at_most_one(self, minor: int, n: int) -> None:
        """A split is as even as minor units allow, and complete."""
        parts = [part.minor for part in Money(minor, "USD").split(n)]

        assert (n, minor) == (len(parts), sum(parts))
        assert max(parts) - min(parts) <= 1

    @given(st.integers(0, 10**12), st.decimals(0, 1000, places=4))
    def test_percent_is_rounded_half_up(self, minor: int, rate: Decimal) -> None:
        """A share is the floor of the exact fraction and a half."""
        exact = Fraction(minor) * Fraction(rate) / 100

        assert (
            math.floor(exact + Fraction(1, 2))
            == Money(minor, "USD").percent(rate).minor
        )

    @given(minors, minors, st.decimals(0, 100, places=2))
    def test_percent_is_monotone(self, a: int, b: int, rate: Decimal) -> None:
        """More money never has a smaller share."""
        low, high = sorted((Money(a, "USD"), Money(b, "USD")))

        assert low.percent(rate) <= high.percent(rate)
