"""
What happens in support cases and in the message thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.case import CaseEntry, CaseState, Message, SupportCase
from pmkit.core.events.base import ServiceEvent
from pmkit.core.evolving import evolve

if TYPE_CHECKING:
    from pmkit.core.service import Service


@attrs.frozen(kw_only=True)
class CaseOpened(ServiceEvent):
    """The buyer asked a question about the service or its report."""

    case: SupportCase

    def change(self, service: Service) -> Service:
        """Put it at the end."""
        return service.with_case(self.case)


@attrs.frozen(kw_only=True)
class _CaseEvent(ServiceEvent):
    """An event on one support case."""

    case_id: str

    def answer(self, case: SupportCase) -> SupportCase:
        """Tell what the case is after this event."""
        raise NotImplementedError

    def change(self, service: Service) -> Service:
        """Put the changed case in its place."""
        return service.with_case(self.answer(service.case(self.case_id)))


@attrs.frozen(kw_only=True)
class CaseAnswered(_CaseEvent):
    """
    Somebody said something in the case.

    Args:
        state: The state of the case after it; a follow-up of the buyer opens
            an answered case again.
    """

    entry: CaseEntry
    state: CaseState

    def answer(self, case: SupportCase) -> SupportCase:
        """Add the words."""
        return evolve(case, entries=(*case.entries, self.entry), state=self.state)


@attrs.frozen(kw_only=True)
class CaseEscalated(_CaseEvent):
    """The platform was asked in, by a party or by the clock."""

    def answer(self, case: SupportCase) -> SupportCase:
        """Note it."""
        return evolve(case, state=CaseState.ESCALATED)


@attrs.frozen(kw_only=True)
class CaseClosed(_CaseEvent):
    """The case has its resolution."""

    resolution: str

    def answer(self, case: SupportCase) -> SupportCase:
        """Note it."""
        return evolve(case, state=CaseState.CLOSED, resolution=self.resolution)


@attrs.frozen(kw_only=True)
class CaseWithdrawn(_CaseEvent):
    """The buyer took the question back."""

    def answer(self, case: SupportCase) -> SupportCase:
        """Note it."""
        return evolve(case, state=CaseState.WITHDRAWN)


@attrs.frozen(kw_only=True)
class MessageSent(ServiceEvent):
    """Somebody wrote in the thread of the service."""

    message: Message

    def change(self, service: Service) -> Service:
        """Put it at the end."""
        return evolve(service, messages=(*service.messages, self.message))
