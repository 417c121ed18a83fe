"""
What a call came to, as the core would take it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.payment import RefundState
from pmkit.core.plugin_errors import PluginCallError, PluginFaultError
from pmkit.core.ports import PaymentNews, PaymentObservation, RefundObservation

if TYPE_CHECKING:
    from pmkit.testing.conformance.case import Case

_NOTHING_DONE = (PaymentNews.DECLINED, PaymentNews.MISDIRECTED, PaymentNews.RETURNED)


@attrs.frozen
class Outcome:
    """
    What a call came to.

    Args:
        answer: What the plugin answered.

        error: What it raised instead.

        foreign: What came through that is no `PluginCallError`.
    """

    answer: Any = None
    error: PluginCallError | None = None
    foreign: BaseException | None = None

    @property
    def certainty(self) -> Certainty:
        """What the plugin says of the effect."""
        if self.error is not None:
            return self.error.certainty
        if self.foreign is not None:
            return Certainty.UNKNOWN
        return Certainty.REJECTED if _refused(self.answer) else Certainty.APPLIED

    @property
    def faulty(self) -> bool:
        """Whether the plugin broke, or the host had to correct what it said."""
        return self.foreign is not None or isinstance(self.error, PluginFaultError)

    def __str__(self) -> str:
        if self.foreign is not None:
            return f"{type(self.foreign).__name__} came through"
        if self.error is not None:
            kind = type(self.error).__name__
            return f"{kind} ({self.certainty.value}): {self.error.message}"
        text = f"{self.answer!r}"
        return text if len(text) <= 200 else f"{text[:200]}..."  # noqa: PLR2004


def _refused(answer: object) -> bool:
    items = answer if isinstance(answer, tuple) else (answer,)
    for item in items:
        if isinstance(item, PaymentObservation) and item.news in _NOTHING_DONE:
            return True
        if isinstance(item, RefundObservation) and item.state is RefundState.FAILED:
            return True
    return False


def lie(outcome: Outcome, happened: int, *, sure: bool = True) -> str:
    """
    Compare what a plugin says with what the far side did.

    Args:
        outcome: What the plugin says.

        happened: How often the far side did it.

        sure: Whether the plugin must not break either.

    Returns:
        What is wrong, empty if nothing is.
    """
    said = outcome.certainty
    if happened > 1:
        return f"the far side did it {happened} times in one call"
    if said is Certainty.APPLIED and not happened:
        return f"it says that it is done, and nothing happened: {outcome}"
    if said in (Certainty.NOT_SENT, Certainty.REJECTED) and happened:
        return f"it says {said.value}, and the far side did it: {outcome}"
    if sure and outcome.faulty:
        return f"the plugin broke, or the host had to correct it: {outcome}"
    return ""


def done_as_asked(case: Case, outcome: Outcome) -> str:
    """
    Compare what a plugin did before a healthy far side with what it had to do.

    Args:
        case: What was asked.

        outcome: What the plugin says.

    Returns:
        What is wrong, empty if nothing is.
    """
    if outcome.error is not None or outcome.foreign is not None:
        return f"before a healthy far side it fails: {outcome}"
    return lie(outcome, case.happened) if case.spec.mutates else ""
