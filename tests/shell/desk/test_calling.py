"""How the desk asks a plugin for an answer now."""

from __future__ import annotations

import pytest

from pmkit.core.errors import PluginError, UnavailableError
from pmkit.core.money import Money
from pmkit.shell.desk.calling import answered, calling


class TestCalling:
    """Faults of plugins."""

    def test_only_the_class_of_a_foreign_exception_is_named(self):
        """Its words may hold a secret; it is not chained either."""
        fault = ConnectionError("token=secret")
        with pytest.raises(PluginError) as caught, calling("acme"):
            raise fault

        assert "acme failed with ConnectionError." == caught.value.message
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__

    def test_an_error_of_pmkit_stays_what_it_is(self):
        """A plugin may refuse in the words of pmkit."""
        refusal = UnavailableError("Not for this country.")
        with pytest.raises(UnavailableError) as caught, calling("acme"):
            raise refusal

        assert refusal is caught.value

    def test_an_interrupt_passes(self):
        """Who stops the program is not a plugin's fault."""
        with pytest.raises(KeyboardInterrupt), calling("acme"):
            raise KeyboardInterrupt


class TestAnswered:
    """Answers of plugins."""

    def test_what_the_contract_asks_for(self):
        """It is given on as it is."""
        price = Money.of("48.00", "USD")

        assert price is answered("acme", price, Money)

    def test_anything_else_is_refused(self):
        """The class that came and the class that was asked for are named."""
        with pytest.raises(PluginError) as caught:
            answered("acme", 48.0, Money)

        assert "acme answered float." == caught.value.message
        assert "The contract asks for Money." == caught.value.remedy
