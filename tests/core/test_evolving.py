"""A record with some fields changed is checked where it changed, and as a whole."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.roads import draft_order, usd

from pmkit.core.errors import CurrencyError, InputError
from pmkit.core.evolving import evolve
from pmkit.core.money import Money
from pmkit.core.order import FixedShipDate, OrderLine
from pmkit.core.visit import Appointment

LINE = OrderLine(product="lamp", quantity=5)
NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


class TestEvolve:
    """A new record beside the old one."""

    def test_changes_what_is_named(self):
        """Only the named fields differ."""
        changed = evolve(LINE, quantity=6, unit="boxes")

        assert OrderLine(product="lamp", quantity=6, unit="boxes") == changed
        assert OrderLine(product="lamp", quantity=5) == LINE

    def test_nothing_to_change(self):
        """Without changes it is an equal record."""
        assert draft_order() == evolve(draft_order())

    def test_a_field_is_checked(self):
        """A value that the record refuses is refused, with the name of its field."""
        with pytest.raises(InputError) as caught:
            evolve(LINE, quantity=0)

        assert caught.value.field == "quantity"

    def test_the_whole_is_checked(self):
        """A rule between two fields holds for the new record."""
        with pytest.raises(CurrencyError):
            evolve(draft_order(), balance=Money.of("1", "JPY"))

    def test_the_whole_may_be_right(self):
        """A value that keeps the rule is taken."""
        assert usd("1.00") == evolve(draft_order(), balance=usd("1.00")).balance

    def test_no_such_field(self):
        """A name that is none is an error."""
        with pytest.raises(KeyError):
            evolve(LINE, colour="red")

    def test_values_that_are_converted(self):
        """A moment in another zone becomes one in UTC here, too."""
        before = Appointment(
            starts_at=NINE, ends_at=NINE + dt.timedelta(hours=8), place="Plant 2"
        )

        changed = evolve(before, starts_at=NINE + dt.timedelta(hours=1))

        assert dt.UTC is changed.starts_at.tzinfo

    def test_a_single_field(self):
        """A record of one field changes as well."""
        day = dt.date(2026, 3, 3)

        assert FixedShipDate(day=day) == evolve(
            FixedShipDate(day=dt.date(2026, 3, 2)), day=day
        )

    def test_is_what_attrs_gives(self):
        """It is equal to what attrs makes with all checks."""
        order = draft_order()

        assert attrs.evolve(order, seq=7) == evolve(order, seq=7)
