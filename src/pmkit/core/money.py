"""
Exact money: whole minor units of one currency.

No float ever becomes money, no sum mixes currencies, no division loses a cent.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import total_ordering
from typing import TYPE_CHECKING

import attrs

from pmkit.core.currencies import exponent
from pmkit.core.errors import CurrencyError, MoneyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Eighteen digits are what a signed 64-bit column holds; more is a mistake, no price.
_DIGITS = 18
# Bounds the work on hostile input such as "1E+999999999".
_LONGEST = 40
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _check_int(value: object, *, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{value!r} is not a whole number."
        raise MoneyError(msg, field=field, remedy="Give an int.")
    return value


def _exact(value: object, *, field: str, remedy: str) -> Decimal:
    """Read a str, int or Decimal; refuse what is not finite and exact."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        msg = f"A {type(value).__name__} is not an exact number."
        raise MoneyError(msg, field=field, remedy=remedy)
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        msg = f"{value[:_LONGEST]!r} is not a plain decimal number."
        raise MoneyError(msg, field=field, remedy=remedy)
    number = Decimal(value)
    if not number.is_finite():
        msg = f"{number} is not a finite number."
        raise MoneyError(msg, field=field, remedy=remedy)
    top = number.adjusted() + 1
    if top > _LONGEST or top - len(number.as_tuple().digits) < -_LONGEST:
        msg = f"The number has more than {_LONGEST} digits."
        raise MoneyError(msg, field=field, remedy=remedy)
    return number


@total_ordering
@attrs.frozen(order=False)
class Money:
    """
    An amount of one currency, in its minor units.

    Two amounts are equal if both the units and the currency are; money is never
    equal to a number.

    Args:
        minor: Whole minor units, such as cents; may be negative.

        currency: The ISO 4217 code.

    Raises:
        pmkit.MoneyError: If *minor* is not an int or has over 18 digits.

        pmkit.CurrencyError: If *currency* is unknown.

    Examples:
        >>> Money.of("48.00", "USD") + Money.of("1.50", "USD")
        Money(minor=4950, currency='USD')
        >>> str(Money.of(1200, "JPY"))
        '1200 JPY'
    """

    minor: int
    currency: str

    def __attrs_post_init__(self) -> None:
        exponent(self.currency)
        if abs(_check_int(self.minor, field="minor")) >= 10**_DIGITS:
            msg = f"The amount has more than {_DIGITS} digits."
            raise MoneyError(msg, field="minor", remedy="Give an amount that is owed.")

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """
        Read an amount in major units.

        Args:
            amount: The amount as str, int or Decimal, such as ``"48.00"``.

            currency: The ISO 4217 code, which fixes the number of decimals.

        Returns:
            The exact amount.

        Raises:
            pmkit.MoneyError: If *amount* is a float, not a finite number, or
                has more decimals than the currency.

            pmkit.CurrencyError: If *currency* is unknown.
        """
        decimals = exponent(currency)
        if type(amount) is str and len(amount) <= _LONGEST and _PLAIN.fullmatch(amount):
            # How amounts are written nearly always: exact without a division.
            whole, _, part = amount.partition(".")
            if len(part) <= decimals:
                return cls(int(whole + part.ljust(decimals, "0")), currency)
        example = "48." + "0" * decimals if decimals else "48"
        remedy = f'Give a str like "{example}": {currency} has {decimals} decimals.'
        number = _exact(amount, field="amount", remedy=remedy)
        top, bottom = number.as_integer_ratio()
        minor, rest = divmod(top * 10**decimals, bottom)
        if rest:
            msg = f"{number} has more decimals than {currency}."
            raise MoneyError(msg, field="amount", remedy=remedy)
        return cls(minor, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Give nothing, in *currency*."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with all decimals of the currency."""
        digits = tuple(map(int, str(abs(self.minor))))
        return Decimal((int(self.minor < 0), digits, -exponent(self.currency)))

    @property
    def is_zero(self) -> bool:
        """Whether it is nothing."""
        return self.minor == 0

    @property
    def is_positive(self) -> bool:
        """Whether it is more than nothing."""
        return self.minor > 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _units_of(self, other: Money) -> int:
        if self.currency != other.currency:
            msg = f"{self} and {other} are of two currencies."
            raise CurrencyError(
                msg, field="currency", remedy="Convert one of them first."
            )
        return other.minor

    def __add__(self, other: object) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor + self._units_of(other), self.currency)

    def __sub__(self, other: object) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor - self._units_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * _check_int(times, field="times"), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._units_of(other)

    def percent(self, rate: str | int | Decimal) -> Money:
        """
        Take a percentage, rounded half up (away from zero) to a minor unit.

        This is the only place where pmkit rounds money.

        Args:
            rate: Percent, as str, int or Decimal: ``"12.5"`` is an eighth.

        Returns:
            The share, in the same currency.

        Raises:
            pmkit.MoneyError: If *rate* is a float or not a finite number.

        Examples:
            >>> str(Money.of("0.50", "USD").percent(5))
            '0.03 USD'
        """
        remedy = 'Give percent as str, int or Decimal, such as "12.5".'
        number = _exact(rate, field="rate", remedy=remedy)
        top, bottom = number.as_integer_ratio()
        units, rest = divmod(abs(self.minor * top), bottom * 100)
        units += 2 * rest >= bottom * 100
        return Money(units if self.minor * top >= 0 else -units, self.currency)

    def split(self, n: int) -> tuple[Money, ...]:
        """
        Divide into *n* parts whose sum is exactly this amount.

        Args:
            n: How many parts, at least 1.

        Returns:
            The parts; they differ by at most one minor unit, earlier ones first.

        Raises:
            pmkit.MoneyError: If *n* is not an int of at least 1.

        Examples:
            >>> [str(part) for part in Money.of("10.00", "USD").split(3)]
            ['3.34 USD', '3.33 USD', '3.33 USD']
        """
        if _check_int(n, field="n") < 1:
            msg = f"{n} parts cannot be made."
            raise MoneyError(msg, field="n", remedy="Give at least 1.")
        return self.allocate([1] * n)

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """
        Divide in proportion to *weights*, by the largest remainder.

        Args:
            weights: Whole numbers of at least 0, with one above 0.

        Returns:
            One part per weight, their sum exactly this amount.  The units that are
            left go to the largest remainders, on a tie to the earlier part.

        Raises:
            pmkit.MoneyError: If a weight is negative or no int, or all are 0.

        Examples:
            >>> [str(part) for part in Money.of("1.00", "USD").allocate([1, 2, 3])]
            ['0.17 USD', '0.33 USD', '0.50 USD']
        """
        whole = sum(_check_int(weight, field="weights") for weight in weights)
        if whole < 1 or min(weights) < 0:
            msg = "The weights give no shares."
            raise MoneyError(
                msg, field="weights", remedy="Give ints of at least 0, one above 0."
            )
        shares = [divmod(abs(self.minor) * weight, whole) for weight in weights]
        left = abs(self.minor) - sum(units for units, _ in shares)
        # sorted() is stable, which is what gives a tie to the earlier part.
        order = sorted(range(len(shares)), key=lambda i: -shares[i][1])
        lucky = frozenset(order[:left])
        sign = -1 if self.minor < 0 else 1
        return tuple(
            Money(sign * (units + (i in lucky)), self.currency)
            for i, (units, _) in enumerate(shares)
        )


def total(monies: Iterable[Money], currency: str) -> Money:
    """
    Add up amounts of one currency.

    Args:
        monies: The amounts; may be none.

        currency: Their currency, which is also that of an empty sum.

    Returns:
        The sum.

    Raises:
        pmkit.CurrencyError: If an amount is of another currency.
    """
    return sum(monies, start=Money.zero(currency))
