"""Tiers of fees: which instants they hold, what they cost, what makes no price list."""

from __future__ import annotations

import datetime as dt

import pytest

from pmkit.core.errors import CurrencyError, InputError, NaiveTimeError
from pmkit.core.fees import FeeTier, FeeTiers
from pmkit.core.money import Money

NOON = dt.datetime.fromisoformat("2026-03-10T12:00+08:00")
EVENING = NOON + dt.timedelta(hours=6)
MOMENT = dt.datetime.resolution
TEN, TWENTY = Money.of(10, "USD"), Money.of(20, "USD")


def tier(begins=None, ends=None, **charge):
    """Make a tier with a name that does not matter."""
    return FeeTier(**{"name": "some", "begins": begins, "ends": ends} | charge)


def charged(*charges):
    """Make tiers that are cut at noon, with these charges."""
    early, late = charges
    return FeeTiers(
        clause="X-1", tiers=(tier(None, NOON, **early), tier(NOON, None, **late))
    )


class TestFeeTier:
    """One span of time and what it costs."""

    def test_holds_its_beginning_and_not_its_end(self):
        """A tier holds the instants from its first up to its last."""
        some = tier(NOON, EVENING)
        asked = [NOON - MOMENT, NOON, EVENING - MOMENT, EVENING]

        assert [False, True, True, False] == [some.holds(at) for at in asked]

    def test_holds_for_ever(self):
        """A tier without a beginning or an end holds all that lies there."""
        assert tier(None, NOON).holds(NOON - MOMENT)
        assert tier(NOON, None).holds(EVENING)

    def test_keeps_its_ends_in_utc(self):
        """The ends of a tier are plain instants in UTC."""
        assert dt.UTC == tier(NOON, EVENING).begins.tzinfo

    def test_costs_a_share(self):
        """A share is taken of the whole price, whatever the man-days."""
        half = tier(percent=50)

        assert Money.of("49.75", "USD") == half.fee(Money.of("99.50", "USD"))
        assert Money.of(50, "USD") == half.fee(Money.of(100, "USD"), man_days=3)

    def test_costs_an_amount_for_each_man_day(self):
        """An amount is taken for each man-day; expenses only if the tier has them."""
        price, travel = Money.of(500, "USD"), Money.of(7, "USD")
        alone = tier(per_man_day=TEN)
        both = tier(per_man_day=TEN, with_expenses=True)

        assert Money.of(30, "USD") == alone.fee(price, man_days=3, expenses=travel)
        assert Money.of(37, "USD") == both.fee(price, man_days=3, expenses=travel)
        assert TEN == both.fee(price)

    def test_never_costs_more_than_the_price(self):
        """An amount per man-day stops at the whole price."""
        cheap = Money.of(25, "USD")

        assert cheap == tier(per_man_day=TEN).fee(cheap, man_days=3)

    def test_refuses_another_currency(self):
        """A price in another currency is not compared."""
        with pytest.raises(CurrencyError):
            tier(per_man_day=TEN).fee(Money.of(100, "EUR"))

    @pytest.mark.parametrize("days", [0, True, 1.5])
    def test_refuses_what_is_no_number_of_man_days(self, days):
        """Man-days are an integer of at least 1."""
        with pytest.raises(InputError) as refused:
            tier(per_man_day=TEN).fee(TWENTY, man_days=days)

        assert refused.value.field == "man_days"

    @pytest.mark.parametrize("percent", [-1, 101, True, 50.0, "50"])
    def test_refuses_what_is_no_percentage(self, percent):
        """A share is an integer from 0 to 100."""
        with pytest.raises(InputError) as refused:
            tier(percent=percent)

        assert refused.value.field == "percent"

    def test_says_what_it_charges(self):
        """A tier in words is its charge."""
        words = [
            str(tier(**charge))
            for charge in (
                {},
                {"percent": 50},
                {"percent": 100, "at_most": True},
                {"per_man_day": TEN},
                {"per_man_day": TEN, "with_expenses": True},
            )
        ]

        assert words == [
            "nothing",
            "50% of the price",
            "up to 100% of the price",
            "10.00 USD per man-day",
            "10.00 USD per man-day and the travel expenses",
        ]

    def test_refuses_naive_instants(self):
        """An instant without a zone is in no tier."""
        with pytest.raises(NaiveTimeError):
            tier().holds(dt.datetime(2026, 3, 10))  # noqa: DTZ001 - the point


class TestFeeTiers:
    """A price list of all instants."""

    def test_finds_the_one_tier(self):
        """The instant at which a tier begins is already charged by it."""
        tiers = charged({"name": "free"}, {"name": "late", "percent": 50})
        asked = [NOON - dt.timedelta(days=9_999), NOON - MOMENT, NOON, EVENING]

        assert ["free", "free", "late", "late"] == [
            tiers.tier_at(at).name for at in asked
        ]

    def test_one_tier_may_be_all(self):
        """A price that never changes has one tier."""
        tiers = FeeTiers(clause="X-1", tiers=(tier(),))

        assert tiers.tiers[0] == tiers.tier_at(NOON)

    @pytest.mark.parametrize(
        "tiers",
        [
            (),
            (tier(NOON, None),),
            (tier(None, NOON),),
            (tier(None, NOON), tier(EVENING, None)),
            (tier(None, EVENING), tier(NOON, None)),
            (tier(None, None), tier(None, None)),
            (tier(None, EVENING), tier(EVENING, NOON), tier(NOON, None)),
            (tier(None, NOON), tier(NOON, NOON), tier(NOON, None)),
        ],
        ids=(
            "none",
            "no beginning",
            "no end",
            "gap",
            "overlap",
            "twice all",
            "backwards",
            "empty",
        ),
    )
    def test_refuses_gaps_and_overlaps(self, tiers):
        """Spans that do not follow each other are no price list."""
        with pytest.raises(InputError) as refused:
            FeeTiers(clause="X-1", tiers=tiers)

        assert refused.value.field == "tiers"

    @pytest.mark.parametrize(
        ("early", "late"),
        [
            ({"percent": 50}, {"percent": 49}),
            ({"per_man_day": TEN}, {"percent": 99}),
            ({"percent": 1}, {"per_man_day": TEN}),
            ({"per_man_day": TWENTY}, {"per_man_day": TEN}),
            ({"per_man_day": TEN, "with_expenses": True}, {"per_man_day": TEN}),
        ],
    )
    def test_refuses_a_price_that_may_fall(self, early, late):
        """Asking later never costs less, at no price."""
        with pytest.raises(InputError) as refused:
            charged(early, late)

        assert refused.value.field == "tiers"

    @pytest.mark.parametrize(
        ("early", "late"),
        [
            ({"percent": 50}, {"percent": 50}),
            ({"per_man_day": TEN}, {"percent": 100}),
            ({}, {"per_man_day": TEN}),
            ({"per_man_day": TEN}, {"per_man_day": TEN, "with_expenses": True}),
        ],
    )
    def test_takes_a_price_that_never_falls(self, early, late):
        """Equal and rising charges are a price list."""
        assert len(charged(early, late).tiers) == 2
