"""What a plugin declares decides what the desk may do."""

from __future__ import annotations

import datetime as dt

import pytest

from pmkit.core.effects import EffectState
from pmkit.core.errors import InputError
from pmkit.effects.recovery import Ask, Park, Resend, Standing, next_step
from pmkit.hooks.capabilities import (
    FULL,
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)
from pmkit.hooks.loading import load_plugins
from pmkit.hooks.specs import hookimpl
from pmkit.sandbox import World

NOW = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
LOST = Standing(state=EffectState.UNKNOWN, first_sent_at=NOW, changed_at=NOW)
#: By hand: what may be done about a lost answer, if the plugin can be asked.
STEPS = {
    (Idempotency.NATIVE, LookUp.NONE): Resend,
    (Idempotency.CLIENT_REFERENCE, LookUp.NONE): Resend,
    (Idempotency.NONE, LookUp.NONE): Park,
    (Idempotency.NONE, LookUp.BY_REFERENCE): Park,
    (Idempotency.CLIENT_REFERENCE, LookUp.BY_REFERENCE): Resend,
    (Idempotency.NONE, LookUp.AUTHORITATIVE): Ask,
    (Idempotency.NATIVE, LookUp.AUTHORITATIVE): Ask,
    (Idempotency.NONE, LookUp.AUTHORITATIVE_ABSENCE): Ask,
    (Idempotency.NATIVE, LookUp.AUTHORITATIVE_ABSENCE): Ask,
}


class TestSupport:
    """Whether an operation may be called."""

    @pytest.mark.parametrize(
        ("support", "usable"),
        [
            (Support.FULL, True),
            (Support.PARTIAL, True),
            (Support.NOT_IMPLEMENTED, False),
            (Support.IMPOSSIBLE, False),
            (Support.UNKNOWN, False),
        ],
    )
    def test_only_what_is_there_is_called(self, support, usable):
        """What is there, even in part, is called; what nobody spoke of is not."""
        assert (
            usable is Capability(support=support, note="Not on Sundays.").support.usable
        )

    def test_what_is_not_named_is_unknown(self):
        """A manifest that forgets an operation promises nothing of it."""
        assert (
            Support.UNKNOWN is Capabilities(operations={"quote": FULL})["book"].support
        )

    @pytest.mark.parametrize("note", ["", "  "])
    def test_a_part_needs_a_note(self, note):
        """Who reads that something is there in part has to learn which part."""
        with pytest.raises(InputError, match="Partial support needs a note"):
            Capability(support=Support.PARTIAL, note=note)


class TestLostAnswer:
    """What is done about a lost answer follows from two words."""

    @pytest.mark.parametrize(
        ("idempotency", "look_up", "step"),
        [(*words, step) for words, step in STEPS.items()],
    )
    def test_steps_by_hand(self, idempotency, look_up, step):
        """It is looked up by our name, else repeated by key, else parked."""
        declared = Capability(
            support=Support.FULL, idempotency=idempotency, look_up=look_up
        )
        found = next_step(LOST, declared, can_find=True, now=NOW)

        assert step is type(found)

    def test_its_number_helps_once_it_is_known(self):
        """A look-up by the far side's own number needs that number."""
        known = Standing(
            state=EffectState.UNKNOWN,
            first_sent_at=NOW,
            changed_at=NOW,
            reference="T-1",
        )
        declared = Capability(support=Support.FULL, look_up=LookUp.BY_REFERENCE)

        assert Ask() == next_step(known, declared, can_find=True, now=NOW)


class TestOffers:
    """Objects of the application come in by hooks."""

    def test_payment_methods_and_agencies_are_offered(self):
        """What two hooks of one object offer stands on the panel."""
        world = World("2026-01-20T09:00+08:00")

        class Own:
            @hookimpl
            def pmkit_payment_methods(self):
                return [world.card]

            @hookimpl
            def pmkit_agencies(self):
                yield world.agency

        panel = load_plugins(Own())

        assert [world.card.name] == list(panel.methods)
        assert [world.agency.name] == list(panel.agencies)
