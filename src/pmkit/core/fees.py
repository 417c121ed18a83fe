"""
What an agency charges for a change or a cancellation, by when it is asked.

The tiers are data: spans of time that follow each other without a gap, from the
beginning of time to its end.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.checked import filled
from pmkit.core.counting import at_least_one
from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHOLE = 100


def percentage(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but an int from 0 to 100."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not 0 <= value <= _WHOLE
    ):
        msg = f"{value!r} is not a percentage."
        remedy = "Give an integer from 0 to 100."
        raise InputError(msg, field=attribute.name, remedy=remedy)


@attrs.frozen(kw_only=True)
class FeeTier:
    """
    What is charged if a change is asked for within one span of time.

    Attributes:
        name: A name for people, such as ``free`` or ``late``.

        begins: The first instant of the span, in UTC; `None` if it has none.

        ends: The first instant after the span, in UTC; `None` if there is none.

        percent: The share of the whole price, 0 to 100.

        per_man_day: An amount for each man-day, instead of a share.

        with_expenses: Whether quoted travel expenses are added to that amount.

        at_most: Whether the source names the share as the most that is charged.
    """

    name: str = attrs.field(validator=filled)
    begins: dt.datetime | None = attrs.field(
        converter=attrs.converters.optional(to_utc)
    )
    ends: dt.datetime | None = attrs.field(converter=attrs.converters.optional(to_utc))
    percent: int = attrs.field(default=0, validator=percentage)
    per_man_day: Money | None = None
    with_expenses: bool = False
    at_most: bool = False

    def holds(self, instant: dt.datetime) -> bool:
        """
        Tell whether a change asked for at *instant* is charged by this tier.

        Args:
            instant: Any aware datetime, in any zone.

        Raises:
            pmkit.NaiveTimeError: If *instant* has no zone.
        """
        when = to_utc(instant, field="instant")
        begun = self.begins is None or self.begins <= when
        return begun and (self.ends is None or when < self.ends)

    def fee(
        self, price: Money, *, man_days: int = 1, expenses: Money | None = None
    ) -> Money:
        """
        Work out what is charged, never more than *price*.

        Args:
            price: The whole price of the booking, in the currency of the tier.

            man_days: How many man-days are booked, at least 1.

            expenses: The travel expenses that were quoted, if any.

        Returns:
            The fee; the most that can be charged if `at_most`.

        Raises:
            pmkit.CurrencyError: If the currencies differ.

            pmkit.InputError: If *man_days* is below 1 or no integer.

        Examples:
            >>> late = FeeTier(
            ...     name="late",
            ...     begins=None,
            ...     ends=None,
            ...     per_man_day=Money.of(100, "USD"),
            ...     with_expenses=True,
            ... )
            >>> quoted = Money.of("35.50", "USD")
            >>> print(late.fee(Money.of(598, "USD"), man_days=2, expenses=quoted))
            235.50 USD
        """
        days = at_least_one(man_days, "man_days")
        if self.per_man_day is None:
            return price.percent(self.percent)
        fee = self.per_man_day * days
        if self.with_expenses and expenses is not None:
            fee += expenses
        return min(fee, price)

    def __str__(self) -> str:
        if self.per_man_day is not None:
            more = " and the travel expenses" if self.with_expenses else ""
            return f"{self.per_man_day} per man-day{more}"
        if not self.percent:
            return "nothing"
        return f"{'up to ' if self.at_most else ''}{self.percent}% of the price"


@attrs.frozen(kw_only=True)
class FeeTiers:
    """
    All tiers of one visit, from the first to the last instant there is.

    Attributes:
        clause: The clause that they belong to, such as ``CHANGE-2``.

        tiers: The tiers, ascending; each begins where the one before it ends, and
            none is cheaper than the one before it.

        provisional: Whether a day was read that nobody has announced.

    Raises:
        pmkit.InputError:
            If there is a gap or an overlap, or a later tier is cheaper.
    """

    clause: str = attrs.field(validator=filled)
    tiers: tuple[FeeTier, ...]
    provisional: bool = False

    def __attrs_post_init__(self) -> None:
        for wrong in _faults(self.tiers):
            remedy = "Let each tier begin where the one before it ends, and cost more."
            raise InputError(wrong, field="tiers", remedy=remedy)

    def tier_at(self, instant: dt.datetime) -> FeeTier:
        """
        Find the tier of a change that is received at *instant*.

        Args:
            instant: Any aware datetime, in any zone.

        Raises:
            pmkit.NaiveTimeError: If *instant* has no zone.
        """
        return next(tier for tier in self.tiers if tier.holds(instant))


def _faults(tiers: tuple[FeeTier, ...]) -> Iterator[str]:
    """Say what keeps *tiers* from being a price list of all instants."""
    if not tiers or tiers[0].begins is not None or tiers[-1].ends is not None:
        yield "The tiers do not begin and end with time itself."
    for early, late in itertools.pairwise(tiers):
        if early.ends is None or early.ends != late.begins:
            yield f"{late.name!r} does not begin where {early.name!r} ends."
        if not _dearer(early, late):
            yield f"{late.name!r} can be cheaper than {early.name!r}."
    for tier in tiers:
        if tier.begins and tier.ends and tier.begins >= tier.ends:
            yield f"{tier.name!r} ends before it begins."


def _dearer(early: FeeTier, late: FeeTier) -> bool:
    """Tell whether *late* costs at least what *early* does, at every price."""
    if late.per_man_day is None:
        # An amount per man-day may reach the whole price, however small that is.
        return late.percent == _WHOLE or (
            early.per_man_day is None and early.percent <= late.percent
        )
    if early.per_man_day is None:
        return not early.percent
    return (
        early.per_man_day <= late.per_man_day
        and early.with_expenses <= late.with_expenses
    )
