"""Money is exact: what it reads, refuses, adds, compares and divides."""

from __future__ import annotations

import operator
from decimal import Decimal

import pytest

from pmkit.core.currencies import CURRENT, EXPONENTS, exponent
from pmkit.core.errors import CurrencyError, MoneyError
from pmkit.core.money import Money, total


@pytest.mark.parametrize(
    ("code", "decimals"),
    [
        ("USD", 2),
        ("CNY", 2),
        ("EUR", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("VND", 0),
        ("CLP", 0),
        ("KWD", 3),
        ("IQD", 3),
        ("TND", 3),
        ("CLF", 4),
        ("UYW", 4),
        ("LAK", 2),
        ("MGA", 2),
        ("XCG", 2),
        ("HRK", 2),
        ("BGN", 2),
        ("ANG", 2),
        ("DEM", 2),
        ("ITL", 0),
    ],
)
def test_decimals_are_those_of_iso_4217(code: str, decimals: int) -> None:
    """ISO 4217 gives a currency these decimals, also after it was withdrawn."""
    assert decimals == exponent(code)


@pytest.mark.parametrize(
    "code", ["XAU", "XXX", "XTS", "XDR", "usd", "", "US", None, 840]
)
def test_what_is_no_money_is_refused(code: object) -> None:
    """Gold, test codes, lower case and non-texts are no currency of a price."""
    with pytest.raises(CurrencyError, match="not a currency") as caught:
        exponent(code)

    assert caught.value.field == "currency"


@pytest.mark.parametrize("code", ["HRK", "BGN", "ANG", "DEM"])
def test_withdrawn_currencies_are_kept_but_not_current(code: str) -> None:
    """A withdrawn currency has decimals and is not on the list of today."""
    assert code in EXPONENTS
    assert code not in CURRENT


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("48.00", "USD", 4800),
        ("48", "USD", 4800),
        ("48.0000", "USD", 4800),
        (48, "USD", 4800),
        (Decimal("48.5"), "USD", 4850),
        (Decimal("4.8E+1"), "USD", 4800),
        ("-0.01", "USD", -1),
        ("+1.10", "USD", 110),
        ("-0.00", "USD", 0),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("9999999999999999.99", "USD", 999999999999999999),
    ],
)
def test_amounts_are_read_exactly(
    amount: str | int | Decimal, currency: str, minor: int
) -> None:
    """An amount in major units becomes exactly that many minor units."""
    assert Money(minor, currency) == Money.of(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        (48.0, "USD", "A float is"),
        (True, "USD", "A bool is"),
        (None, "USD", "A NoneType is"),
        ("nan", "USD", "plain"),
        ("1e3", "USD", "plain"),
        ("1,000", "USD", "plain"),
        ("1_000", "USD", "plain"),
        (" 5", "USD", "plain"),
        ("٣", "USD", "plain"),
        ("", "USD", "plain"),
        ("5\n", "USD", "plain"),
        (Decimal("NaN"), "USD", "finite"),
        (Decimal("-Infinity"), "USD", "finite"),
        ("0.001", "USD", "more decimals than USD"),
        ("0.5", "JPY", "more decimals than JPY"),
        ("1.2345", "KWD", "more decimals than KWD"),
        (Decimal("1E-999999"), "USD", "40 digits"),
        (Decimal("1E+999999"), "USD", "40 digits"),
        pytest.param(10**5000, "USD", "40 digits", id="5001 digits"),
        ("10000000000000000", "USD", "18 digits"),
    ],
)
def test_inexact_amounts_are_refused(amount: object, currency: str, why: str) -> None:
    """What is no exact, finite amount of this currency raises and says why."""
    with pytest.raises(MoneyError, match=why):
        Money.of(amount, currency)  # type: ignore[arg-type]


@pytest.mark.parametrize("minor", [True, 1.0, "1", None, 10**18, -(10**18)])
def test_minor_units_are_bounded_ints(minor: object) -> None:
    """Minor units are an int of at most 18 digits."""
    with pytest.raises(MoneyError):
        Money(minor, "USD")  # type: ignore[arg-type]


def test_an_unknown_currency_is_refused() -> None:
    """No amount can be of a currency that nobody knows."""
    with pytest.raises(CurrencyError, match="'XYZ'"):
        Money.of("1", "XYZ")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(4800, "USD"), "48.00 USD"),
        (Money(-5, "USD"), "-0.05 USD"),
        (Money(0, "KWD"), "0.000 KWD"),
        (Money(1200, "JPY"), "1200 JPY"),
        (Money(10**17, "USD"), "1000000000000000.00 USD"),
    ],
)
def test_text_has_all_decimals(money: Money, text: str) -> None:
    """The text shows every decimal of the currency, and never an exponent."""
    assert text == str(money)


def test_amount_is_the_exact_decimal() -> None:
    """The amount in major units keeps its trailing zeros."""
    assert (0, (4, 8, 0, 0), -2) == Money(4800, "USD").amount.as_tuple()


def test_arithmetic_of_one_currency() -> None:
    """Sums, differences, negation and whole multiples are exact."""
    fee = Money.of("48.00", "USD")

    assert Money(4950, "USD") == fee + Money(150, "USD")
    assert Money(4650, "USD") == fee - Money(150, "USD")
    assert Money(-4800, "USD") == -fee
    assert Money(14400, "USD") == fee * 3 == 3 * fee
    assert Money(9600, "USD") == total([fee, fee], "USD")


def test_an_empty_total_is_zero_of_its_currency() -> None:
    """The sum of nothing is zero, in the currency that was asked for."""
    assert Money.zero("JPY") == total([], "JPY")


@pytest.mark.parametrize(
    "combine",
    [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge],
)
def test_two_currencies_never_meet(combine: object) -> None:
    """Neither sums nor comparisons mix two currencies."""
    with pytest.raises(CurrencyError, match="two currencies"):
        combine(Money(1, "USD"), Money(1, "EUR"))  # type: ignore[operator]


@pytest.mark.parametrize(
    "combine",
    [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge],
)
def test_money_and_numbers_never_meet(combine: object) -> None:
    """Neither sums nor comparisons take a bare number."""
    with pytest.raises(TypeError):
        combine(Money(1, "USD"), 1)  # type: ignore[operator]


@pytest.mark.parametrize(
    "other", [Money(5, "EUR"), Money(6, "USD"), 5, "0.05 USD", None]
)
def test_only_the_same_amount_and_currency_is_equal(other: object) -> None:
    """Five cents equal nothing but five cents of the same currency."""
    assert Money(5, "USD") != other


def test_order_is_that_of_the_amounts() -> None:
    """Amounts of one currency compare by size."""
    less, more = Money(4, "USD"), Money(5, "USD")

    assert less < more
    assert more > less
    assert less <= Money(4, "USD")
    assert more >= less
    assert not more <= less


@pytest.mark.parametrize("times", [1.5, True, Decimal(2), "2"])
def test_multiples_are_whole(times: object) -> None:
    """A multiple is an int, so that nothing is rounded unseen."""
    with pytest.raises(MoneyError, match="whole number"):
        Money(5, "USD") * times  # type: ignore[operator]


@pytest.mark.parametrize(
    ("minor", "zero", "positive"),
    [(0, True, False), (1, False, True), (-1, False, False)],
)
def test_signs(minor: int, zero: bool, positive: bool) -> None:  # noqa: FBT001
    """Nothing is zero and not positive; a debt is neither."""
    assert zero == Money(minor, "USD").is_zero
    assert positive == Money(minor, "USD").is_positive


@pytest.mark.parametrize(
    ("minor", "rate", "share"),
    [
        (10_000, "12.5", 1250),
        (50, 5, 3),
        (-50, 5, -3),
        (49, 5, 2),
        (150, "1", 2),
        (250, "1", 3),
        (101, Decimal(100), 101),
        (101, 0, 0),
        (200, "-10", -20),
    ],
)
def test_percent_rounds_half_up(
    minor: int, rate: str | int | Decimal, share: int
) -> None:
    """Half a minor unit is rounded away from zero; 2.5 gives 3, not the even 2."""
    assert Money(share, "USD") == Money(minor, "USD").percent(rate)


@pytest.mark.parametrize("rate", [0.05, "5%", True, Decimal("Infinity")])
def test_percent_refuses_inexact_rates(rate: object) -> None:
    """A rate is as exact as the money."""
    with pytest.raises(MoneyError) as caught:
        Money(100, "USD").percent(rate)  # type: ignore[arg-type]

    assert caught.value.field == "rate"


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [
        (1000, [1, 1, 1], [334, 333, 333]),
        (100, [1, 2, 3], [17, 33, 50]),
        (5, [3, 7], [2, 3]),
        (-7, [1, 1, 1], [-3, -2, -2]),
        (1, [0, 1, 1], [0, 1, 0]),
        (0, [1, 2], [0, 0]),
        (10, [1, 2, 2, 1], [2, 3, 3, 2]),
    ],
)
def test_allocation_gives_the_rest_to_the_largest_remainder(
    minor: int, weights: list[int], parts: list[int]
) -> None:
    """Leftover units go to the largest remainders, on a tie to the earlier part."""
    assert parts == [part.minor for part in Money(minor, "USD").allocate(weights)]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 3], [1.0], [True], ["1"]])
def test_weights_without_shares_are_refused(weights: list[object]) -> None:
    """Weights are ints of at least 0, with one above 0."""
    with pytest.raises(MoneyError) as caught:
        Money(100, "USD").allocate(weights)  # type: ignore[arg-type]

    assert caught.value.field == "weights"


@pytest.mark.parametrize("n", [0, -1, True, 2.0])
def test_a_split_has_at_least_one_part(n: object) -> None:
    """The number of parts is an int of at least 1."""
    with pytest.raises(MoneyError) as caught:
        Money(100, "USD").split(n)  # type: ignore[arg-type]

    assert caught.value.field == "n"
