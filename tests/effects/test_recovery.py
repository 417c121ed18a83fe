"""What may be done about a call: a table by hand, and laws over all of it."""

from __future__ import annotations

import csv
import datetime as dt
import pathlib

import attrs
import hypothesis
import hypothesis.strategies as st
import pytest

from pmkit.core.effects import EffectKind, EffectState
from pmkit.effects import recovery
from pmkit.effects.declared import can_find, capability_of
from pmkit.hooks.capabilities import (
    FULL,
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)

ANSWERS = pathlib.Path(__file__).parents[1] / "answers"
NOW = dt.datetime(2026, 1, 20, 1, tzinfo=dt.UTC)
OPEN = [state for state in EffectState if not state.over]


def seconds(text):
    """Read a number of seconds."""
    return dt.timedelta(seconds=int(text))


def rows(name):
    """Read a table of answers."""
    with (ANSWERS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(x for x in file if not x.startswith("#")))


def declared(row):
    """Read what the plugin declares."""
    if row["idempotency"] == "-":
        return None
    return Capability(
        support=Support.FULL,
        idempotency=Idempotency(row["idempotency"]),
        look_up=LookUp(row["look_up"]),
        window=None if row["window"] == "ever" else seconds(row["window"]),
    )


def standing(row):
    """Read how a call stands."""
    sent = NOW - seconds(row["sent_ago"])
    return recovery.Standing(
        state=EffectState(row["state"]),
        first_sent_at=sent,
        changed_at=NOW - seconds(row.get("changed_ago", row["sent_ago"])),
        next_at=NOW + seconds(row["next_in"]) if row.get("next_in") else None,
        parked=recovery.ParkReason(row["parked"]) if row.get("parked") else None,
        reference=row.get("reference", ""),
    )


def written(step):
    """Write a step as the tables do."""
    if isinstance(step, recovery.Park):
        return f"park {step.reason.value}"
    if isinstance(step, recovery.Wait):
        if step.until is None:
            return "wait"
        return f"wait {int((step.until - NOW).total_seconds())}"
    return type(step).__name__.lower()


class TestByHand:
    """The tables."""

    @pytest.mark.parametrize("row", rows("recovery.csv"), ids=lambda r: r["kills"])
    def test_next_step(self, row):
        """Each call takes the step that was worked out by hand."""
        step = recovery.next_step(
            standing(row), declared(row), can_find=row["can_find"] == "yes", now=NOW
        )

        assert row["step"] == written(step)

    @pytest.mark.parametrize(
        "row", rows("recovery_absent.csv"), ids=lambda r: r["kills"]
    )
    def test_after_absence(self, row):
        """Each absence leads to the step that was worked out by hand."""
        step = recovery.after_absence(standing(row), declared(row), now=NOW)

        assert row["step"] == written(step)


moments = st.integers(-100_000, 100_000).map(lambda s: NOW + dt.timedelta(seconds=s))
capabilities = st.builds(
    Capability,
    support=st.just(Support.FULL),
    idempotency=st.sampled_from(Idempotency),
    look_up=st.sampled_from(LookUp),
    window=st.none() | st.integers(1, 90_000).map(lambda s: dt.timedelta(seconds=s)),
)
calls = st.builds(
    recovery.Standing,
    state=st.sampled_from(OPEN),
    first_sent_at=moments,
    changed_at=moments,
    next_at=st.none() | moments,
    parked=st.none() | st.sampled_from(recovery.ParkReason),
    reference=st.sampled_from(["", "A-7"]),
)


class TestLaws:
    """What holds whatever is declared."""

    @hypothesis.given(calls, capabilities, st.booleans(), moments)
    def test_never_again_without_a_key(self, call, capability, asks, now):
        """What a far side cannot tell apart is never sent again without proof."""
        hypothesis.assume(capability.idempotency is Idempotency.NONE)
        step = recovery.next_step(call, capability, can_find=asks, now=now)

        assert not isinstance(step, recovery.Resend)

    @hypothesis.given(calls, capabilities, st.booleans(), st.integers(1, 90_000))
    def test_never_again_after_the_window(self, call, capability, asks, window):
        """After its window a key is never sent again without proof."""
        limit = dt.timedelta(seconds=window)
        late = call.first_sent_at + limit
        step = recovery.next_step(
            call, attrs.evolve(capability, window=limit), can_find=asks, now=late
        )

        assert not isinstance(step, recovery.Resend)

    @hypothesis.given(calls, st.none() | capabilities, st.booleans(), moments)
    def test_only_what_never_left_is_sent(self, call, capability, asks, now):
        """A call is sent as new only if nothing of it ever had an effect."""
        step = recovery.next_step(call, capability, can_find=asks, now=now)

        if isinstance(step, recovery.Send):
            assert call.state is EffectState.RESERVED

    @hypothesis.given(calls, st.none() | capabilities, st.booleans(), moments)
    def test_parked_stays_parked(self, call, capability, asks, now):
        """A call that waits for a person does nothing by itself."""
        lost = attrs.evolve(call, parked=recovery.ParkReason.LOST)
        step = recovery.next_step(lost, capability, can_find=asks, now=now)

        assert recovery.Park(recovery.ParkReason.LOST) == step

    @hypothesis.given(calls, st.none() | capabilities, st.booleans(), moments)
    def test_nothing_before_its_time(self, call, capability, asks, now):
        """Nothing is sent or asked before the moment that was noted."""
        early = attrs.evolve(call, next_at=now + dt.timedelta(seconds=1))
        step = recovery.next_step(early, capability, can_find=asks, now=now)

        assert isinstance(step, recovery.Wait | recovery.Park)

    @hypothesis.given(calls, capabilities, moments)
    def test_a_taken_call_is_never_sent(self, call, capability, now):
        """What the far side once took is never sent again, whatever it says later."""
        taken = attrs.evolve(call, state=EffectState.PENDING)
        asked = recovery.next_step(taken, capability, can_find=True, now=now)
        absent = recovery.after_absence(taken, capability, now=now)

        assert not isinstance(asked, recovery.Send | recovery.Resend)
        assert not isinstance(absent, recovery.Send | recovery.Resend)

    @hypothesis.given(calls, capabilities, moments)
    def test_only_proof_is_proof(self, call, capability, now):
        """An absence is believed only where the plugin declares that it can be."""
        hypothesis.assume(capability.look_up is not LookUp.AUTHORITATIVE_ABSENCE)
        step = recovery.after_absence(call, capability, now=now)

        assert not isinstance(step, recovery.Send)

    @hypothesis.given(st.integers(-3, 10_000), st.integers(0, 10_000_000))
    def test_pauses_are_bounded(self, attempts, age):
        """Between two attempts lie five seconds to an hour."""
        ago = NOW - dt.timedelta(seconds=age)
        least, most = dt.timedelta(seconds=5), dt.timedelta(hours=1)

        assert least <= recovery.backoff(attempts) <= most
        assert least <= recovery.pause(ago, NOW) <= most


class Declares:
    """An object that declares its capabilities."""

    def __init__(self, **operations):
        self.capabilities = Capabilities(operations=operations)

    def find(self, request):
        """Never called here."""


class TestDeclared:
    """What is read from an attached object."""

    def test_an_object_that_declares_nothing(self):
        """It has no capability, and cannot be asked."""
        assert capability_of(object(), EffectKind.BOOK) is None
        assert not can_find(object())

    def test_the_look_up_of_find_counts_for_all(self):
        """An operation that names no look-up has that of find."""
        by_ours = Capability(support=Support.FULL, look_up=LookUp.AUTHORITATIVE)
        own = Capability(support=Support.FULL, look_up=LookUp.BY_REFERENCE)
        plugin = Declares(find=by_ours, book=FULL, move=own)

        assert LookUp.AUTHORITATIVE is capability_of(plugin, EffectKind.BOOK).look_up
        assert LookUp.BY_REFERENCE is capability_of(plugin, EffectKind.MOVE).look_up
        assert can_find(plugin)

    def test_a_find_that_is_not_declared(self):
        """A method alone is no promise."""
        assert not can_find(Declares(book=FULL))
