"""
What a check works with: stations, prepared operations, and chance with a seed.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from pmkit.hooks.operations import OPERATIONS
from pmkit.testing.conformance.case import Case, Station
from pmkit.testing.conformance.outcome import done_as_asked
from pmkit.testing.conformance.simulator import START
from pmkit.testing.conformance.verdicts import NOTHING_HAPPENS, Failed, Inapplicable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from pmkit.effects.limits import Limits
    from pmkit.hooks.manifest import PluginManifest
    from pmkit.testing.conformance.faults import Planned
    from pmkit.testing.conformance.harness import Harness


class Rig:
    """
    What one check works with.

    Args:
        harness: The harness.

        seed: What chance begins with.

        name: The check; it has chance of its own.

        lengths: How many requests each sound operation makes; shared by the checks
            of a run.
    """

    def __init__(
        self,
        harness: Harness,
        *,
        seed: int = 0,
        name: str = "",
        lengths: dict[str, int] | None = None,
    ) -> None:
        self.harness = harness
        self.manifest: PluginManifest = harness.manifest
        self.random = random.Random(f"{seed}/{name}")  # noqa: S311 - it has to repeat
        self._lengths = {} if lengths is None else lengths

    def station(
        self,
        *,
        account: str = "first",
        limits: Limits | None = None,
        other: Station | None = None,
        hosts: tuple[str, ...] = (),
        at: dt.datetime = START,
    ) -> Station:
        """
        Configure the plugin before a far side.

        Args:
            account: Whose settings and far side.

            limits: What it may take.

            other: A station whose far side is used.

            hosts: Hosts that the plugin may call beside its own.

            at: When its virtual time begins, UTC.

        Raises:
            Inapplicable: If the plugin cannot be built.
        """
        try:
            return Station(
                self.harness,
                account=account,
                limits=limits,
                other=other,
                hosts=hosts,
                at=at,
            )
        except Exception as error:
            reason = f"The plugin cannot be built ({type(error).__name__})"
            text = f"{reason}: PLG-MAN-001 comes first."
            raise Inapplicable(text) from error

    def usable(self, *, mutates: bool | None = None) -> list[str]:
        """
        Name the operations that the plugin declares.

        Args:
            mutates: Only those that change the outside world, or only the others.
        """
        return [
            name
            for name, spec in OPERATIONS[self.manifest.kind].items()
            if self.manifest.capabilities[name].support.usable
            and mutates in (None, spec.mutates)
        ]

    def case(
        self,
        operation: str,
        *,
        number: int = 1,
        given: Mapping[str, Any] | None = None,
        station: Station | None = None,
    ) -> Case:
        """
        Prepare an operation, on a new far side unless one is given.

        Args:
            operation: The operation.

            number: Which sample.

            given: What the sample is made with.

            station: The far side.
        """
        return Case(station or self.station(), operation, number=number, given=given)

    def length(self, operation: str) -> int:
        """
        Tell how many requests an operation makes before a healthy far side.

        Args:
            operation: The operation.

        Returns:
            How many; -1 if it does not work there.
        """
        if operation not in self._lengths:
            self._lengths[operation] = self._measured(operation)
        return self._lengths[operation]

    def _measured(self, operation: str) -> int:
        try:
            case = self.case(operation)
        except Inapplicable:
            return -1
        wrong = done_as_asked(case, case.call())
        return -1 if wrong else case.requests

    def sound(self, *, mutates: bool | None = None) -> list[str]:
        """
        Name the operations that work before a healthy far side and make requests.

        Args:
            mutates: Only those that change the outside world, or only the others.

        Raises:
            Inapplicable: If there are none.
        """
        found = [x for x in self.usable(mutates=mutates) if self.length(x) > 0]
        if not found:
            reason = "No operation works and makes requests: PLG-CAP-003 comes first."
            raise Inapplicable(reason)
        return found

    def faulted(
        self,
        faults: Iterable[Planned],
        *,
        mutates: bool | None = True,
        hosts: tuple[str, ...] = (),
    ) -> Iterator[tuple[Case, dict[int, Planned], str]]:
        """
        Prepare each operation for each fault at each of its requests.

        Args:
            faults: The faults.

            mutates: Only those that change the outside world, or only the others.

            hosts: Hosts that the plugin may call beside its own.

        Yields:
            The case, the plan to call it with, and words for both.
        """
        chosen = tuple(faults)
        for operation in self.sound(mutates=mutates):
            for index in range(self.length(operation)):
                for fault in chosen:
                    words = f"{operation}, request {index + 1}, {fault}"
                    station = self.station(hosts=hosts)
                    yield self.case(operation, station=station), {index: fault}, words

    def told(self) -> tuple[Case, int]:
        """
        Prepare ``observations`` before a far side that has something to tell.

        Returns:
            The case, and how many times the far side went on.

        Raises:
            Failed: If the far side of the harness cannot go on.
        """
        case = self.case("observations")
        steps = 0
        while steps < 20 and self.harness.progress(  # noqa: PLR2004 - enough for any
            case.station.simulator, case.subject
        ):
            steps += 1
        if not steps:
            raise Failed(NOTHING_HAPPENS)
        return case, steps
