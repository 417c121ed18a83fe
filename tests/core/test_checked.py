"""The validators of fields name the field and the remedy."""

from __future__ import annotations

import datetime as dt
import types

import pytest

from pmkit.core.checked import filled, not_negative, positive, utc
from pmkit.core.errors import InputError, NaiveTimeError

FIELD = types.SimpleNamespace(name="thing")


@pytest.mark.parametrize("value", [1, 2, 10**12])
def test_positive_takes_whole_numbers_from_one(value: int) -> None:
    """One and more are positive."""
    assert positive(None, FIELD, value) is None


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "1", None])
def test_positive_refuses_all_else(value: object) -> None:
    """Zero, a bool, a float and a text are no positive whole numbers."""
    with pytest.raises(InputError, match="at least 1") as caught:
        positive(None, FIELD, value)

    assert "thing" == caught.value.field
    assert caught.value.remedy is not None


@pytest.mark.parametrize("value", [0, 1, 10**12])
def test_not_negative_takes_zero(value: int) -> None:
    """Zero and more are not negative."""
    assert not_negative(None, FIELD, value) is None


@pytest.mark.parametrize("value", [-1, False, 0.0, "0", None])
def test_not_negative_refuses_all_else(value: object) -> None:
    """Minus one, a bool, a float and a text are refused."""
    with pytest.raises(InputError, match="at least 0") as caught:
        not_negative(None, FIELD, value)

    assert "thing" == caught.value.field
    assert caught.value.remedy is not None


def test_filled_takes_a_text() -> None:
    """A text with something in it is filled."""
    assert filled(None, FIELD, " x ") is None


@pytest.mark.parametrize("value", ["", " ", "\n\t", None, 3, b"x"])
def test_filled_refuses_all_else(value: object) -> None:
    """Blanks alone are an empty text, and bytes are none."""
    with pytest.raises(InputError, match="something in it") as caught:
        filled(None, FIELD, value)

    assert "thing" == caught.value.field
    assert caught.value.remedy is not None


def test_utc_takes_an_instant_in_utc() -> None:
    """An aware datetime with no offset is in UTC."""
    assert utc(None, FIELD, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) is None


def test_utc_refuses_another_zone() -> None:
    """The same instant by the clocks of China is refused, not converted."""
    china = dt.datetime.fromisoformat("2026-01-01T08:00+08:00")

    with pytest.raises(InputError, match="not in UTC") as caught:
        utc(None, FIELD, china)

    assert "thing" == caught.value.field


def test_utc_refuses_a_naive_datetime() -> None:
    """Nobody knows which instant a datetime without a zone is."""
    naive = dt.datetime.fromisoformat("2026-01-01T08:00")

    with pytest.raises(NaiveTimeError) as caught:
        utc(None, FIELD, naive)

    assert "thing" == caught.value.field


@pytest.mark.parametrize("value", [dt.date(2026, 1, 1), "2026-01-01T00:00Z", None])
def test_utc_refuses_what_is_no_datetime(value: object) -> None:
    """A date and a text are no instants."""
    with pytest.raises(InputError, match="not a datetime") as caught:
        utc(None, FIELD, value)

    assert "thing" == caught.value.field
