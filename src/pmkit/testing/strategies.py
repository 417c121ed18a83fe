"""
Hypothesis strategies for the values of pmkit.

Install them with the extra ``testing``; nothing else in pmkit imports Hypothesis.
"""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from pmkit.core.currencies import CURRENT, EXPONENTS
from pmkit.core.moments import to_utc
from pmkit.core.money import Money


def currencies(*, withdrawn: bool = False) -> st.SearchStrategy[str]:
    """
    Draw codes of ISO 4217.

    Args:
        withdrawn: Whether codes that stored orders may still have are drawn, too.

    Returns:
        A strategy for codes; it shrinks towards USD.
    """
    codes = frozenset(EXPONENTS) if withdrawn else CURRENT
    return st.sampled_from(["USD", *sorted(codes - {"USD"})])


def moneys(
    *,
    currency: str | None = None,
    least: int = 0,
    most: int = 10**9,
) -> st.SearchStrategy[Money]:
    """
    Draw amounts.

    Args:
        currency: The currency of all of them; by default any current one.

        least: The fewest minor units.

        most: The most minor units.

    Returns:
        A strategy for amounts.
    """
    codes = currencies() if currency is None else st.just(currency)
    return st.builds(Money, st.integers(least, most), codes)


def moments(
    *,
    first: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    last: dt.datetime = dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
) -> st.SearchStrategy[dt.datetime]:
    """
    Draw instants as the core takes them: plain datetimes in UTC.

    Args:
        first: The earliest, aware, in any zone.

        last: The latest, aware, in any zone.

    Returns:
        A strategy for instants, down to the microsecond.

    Raises:
        pmkit.NaiveTimeError: If *first* or *last* has no zone.
    """
    return st.datetimes(
        to_utc(first, field="first").replace(tzinfo=None),
        to_utc(last, field="last").replace(tzinfo=None),
        timezones=st.just(dt.UTC),
    )
