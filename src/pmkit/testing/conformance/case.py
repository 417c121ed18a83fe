"""
One operation before one far side: prepared, called, faulted, looked up.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any

from pmkit.core.effects import EffectKind
from pmkit.core.lookups import FindRequest
from pmkit.core.plugin_errors import PluginCallError
from pmkit.core.ports import BookingReply
from pmkit.effects.attached import Attached, attached
from pmkit.effects.limits import Limits
from pmkit.hooks.capabilities import LookUp
from pmkit.hooks.operations import OPERATIONS, OperationSpec
from pmkit.hooks.settings import read_settings
from pmkit.testing.conformance.clock import VirtualClock
from pmkit.testing.conformance.outcome import Outcome
from pmkit.testing.conformance.samples import order_id, subject_of
from pmkit.testing.conformance.simulator import START
from pmkit.testing.conformance.transport import Wire
from pmkit.testing.conformance.verdicts import Inapplicable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pmkit.effects.context import CallRecord
    from pmkit.testing.conformance.faults import Planned
    from pmkit.testing.conformance.harness import Harness
    from pmkit.testing.conformance.simulator import Simulator

#: How long a call may take before the kit, in virtual seconds.
SECONDS = 30.0
#: What has to be there before an operation makes sense.
_BEFORE = {"move": "book", "cancel": "book", "refund": "charge"}
_FIRST = {"agency": "book", "payment": "charge"}


def resolve(target: str) -> Any:
    """
    Import what ``"package.module:Name"`` names.

    Args:
        target: The name.
    """
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def settings_of(harness: Harness, account: str = "first") -> Any:
    """
    Build the settings of one account, as the host does.

    Args:
        harness: The harness.

        account: Whose.

    Returns:
        The settings; `None` if the plugin has none.
    """
    # They are frozen, and reading them is what takes the longest before a call.
    kept: dict[str, Any] = harness.__dict__.setdefault("_settings_of", {})
    if account not in kept:
        kept[account] = _read(harness, account)
    return kept[account]


def _read(harness: Harness, account: str) -> Any:
    target = harness.manifest.settings
    if not target:
        return None
    given = harness.settings(account)
    return read_settings(resolve(target), given, plugin=harness.manifest.id)


class Station:
    """
    One configured plugin before one far side, on one virtual clock.

    Args:
        harness: The harness.

        account: Whose settings and far side.

        limits: What the instance may take.

        other: A station whose far side and clock are used: the plugin is made anew,
            as after a restart.

        hosts: Hosts that the plugin may call beside its own.

        at: When the virtual time begins, UTC.
    """

    def __init__(
        self,
        harness: Harness,
        *,
        account: str = "first",
        limits: Limits | None = None,
        other: Station | None = None,
        hosts: tuple[str, ...] = (),
        at: dt.datetime = START,
    ) -> None:
        self.harness = harness
        self.account = account
        self.clock: VirtualClock = other.clock if other else VirtualClock(at)
        self.simulator: Simulator = (
            other.simulator if other else harness.simulator(account)
        )
        self.wire = Wire(self.simulator, self.clock)
        self.records: list[CallRecord] = []
        manifest = harness.manifest
        self.settings = settings_of(harness, account)
        factory = resolve(manifest.factory)
        given = () if self.settings is None else (self.settings,)
        self.implementation = factory(*given)
        self.attached: Attached = attached(
            self.implementation,
            manifest,
            name=f"{manifest.id}-{account}",
            hosts=(*harness.hosts, *hosts),
            limits=limits or Limits(seconds=SECONDS, failures=10_000),
            transport=self.wire,
            async_transport=self.wire,
            clock=self.clock.now,
            monotonic=self.clock.monotonic,
            on_call=self.records.append,
        )

    def call(self, operation: str, request: Any, *, operation_id: str = "") -> Outcome:
        """Make a call, and keep whatever comes of it."""
        try:
            return Outcome(
                answer=self.attached.call(operation, request, operation_id=operation_id)
            )
        except PluginCallError as error:
            return Outcome(error=error)
        except Exception as error:  # noqa: BLE001 - it is evidence
            return Outcome(foreign=error)

    def acall(self, operation: str, request: Any, *, operation_id: str = "") -> Outcome:
        """Make a call in an event loop, and keep whatever comes of it."""

        async def run() -> Any:
            return await self.attached.acall(
                operation, request, operation_id=operation_id
            )

        try:
            return Outcome(answer=asyncio.run(run()))
        except PluginCallError as error:
            return Outcome(error=error)
        except Exception as error:  # noqa: BLE001 - it is evidence
            return Outcome(foreign=error)

    def count(self, kind: str, subject: str) -> int:
        """Tell how often the far side did something to a subject."""
        wanted = (kind, subject)
        return sum(effect.meaning == wanted for effect in self.simulator.effects)


class Case:
    """
    One operation that is ready to be called: what comes before it is done.

    Args:
        station: The plugin and its far side.

        operation: The operation.

        number: Which sample.

        given: What the sample is to be made with, beside what came before.

    Raises:
        Inapplicable: If what comes before it does not work.
    """

    def __init__(
        self,
        station: Station,
        operation: str,
        *,
        number: int = 1,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        harness = station.harness
        self.station = station
        self.operation = operation
        self.kind = harness.manifest.kind
        self.spec: OperationSpec = OPERATIONS[self.kind][operation]
        self.number = number
        self.subject = subject_of(self.kind, operation, number)
        self.given = dict(given or {})
        station.wire.arm()
        self._prepare()
        self.request = harness.request(operation, number, self.given)
        self.operation_id = getattr(self.request, "operation_id", "") or (
            f"{order_id(number)}/{operation}"
        )
        self._before = station.count(operation, self.subject)
        station.wire.arm()

    def _prepare(self) -> None:
        first = _BEFORE.get(self.operation)
        if self.operation == "observations":
            first = _FIRST.get(self.kind.value)
        if first is None or self.given.get("reference"):
            return
        request = self.station.harness.request(first, self.number, {})
        outcome = self.station.call(first, request)
        if outcome.error is not None or outcome.foreign is not None:
            reason = f"{first} does not work: PLG-CAP-003 comes first."
            raise Inapplicable(reason)
        if isinstance(outcome.answer, BookingReply):
            self.given["reference"] = outcome.answer.reference

    def call(
        self,
        plan: Mapping[int, Planned] | None = None,
        *,
        always: Planned | None = None,
        in_loop: bool = False,
    ) -> Outcome:
        """
        Make the call.

        Args:
            plan: What goes wrong with which request.

            always: What goes wrong with each other one.

            in_loop: Whether by the async driver.
        """
        self.station.wire.arm(plan, always=always)
        call = self.station.acall if in_loop else self.station.call
        return call(self.operation, self.request, operation_id=self.operation_id)

    @property
    def happened(self) -> int:
        """How often the far side did it since the case was prepared."""
        return self.station.count(self.operation, self.subject) - self._before

    @property
    def requests(self) -> int:
        """How many requests the last call made."""
        return self.station.wire.count

    def restart(self) -> None:
        """Make the plugin anew, as after a restart; the far side stays."""
        self.station = Station(
            self.station.harness, account=self.station.account, other=self.station
        )

    def find(self, plan: Mapping[int, Planned] | None = None) -> Outcome:
        """
        Ask what became of the call.

        Args:
            plan: What goes wrong with which request.
        """
        self.station.wire.arm(plan)
        request = FindRequest(
            operation_id=self.operation_id,
            kind=EffectKind(self.operation),
            order_id=order_id(self.number),
            subject=self.subject,
            reference=""
            if self.operation == "book"
            else self.given.get("reference", ""),
            sent_at=START,
        )
        return self.station.call("find", request, operation_id=self.operation_id)

    def settle(self, outcome: Outcome) -> str:
        """
        Go on from an outcome as the core does, until there is nothing left to do.

        Args:
            outcome: What the first call came to.

        Returns:
            ``"done"``, ``"rejected"``, or ``"parked"`` where a person has to look.
        """
        from pmkit.testing.conformance.settling import Settling

        self.station.clock.advance(5.0)
        return Settling(self, outcome).end()

    @property
    def can_be_named(self) -> bool:
        """Whether a look-up can ask for this operation at all."""
        return self.operation in {kind.value for kind in EffectKind}

    @property
    def finds(self) -> bool:
        """Whether it can be asked what became of this operation, by our name for it."""
        capabilities = self.station.harness.manifest.capabilities
        by_name = (LookUp.AUTHORITATIVE, LookUp.AUTHORITATIVE_ABSENCE)
        usable = capabilities["find"].support.usable
        return (
            self.can_be_named
            and usable
            and capabilities[self.operation].look_up in by_name
        )
