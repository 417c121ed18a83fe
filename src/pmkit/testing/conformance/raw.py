"""
What a plugin itself says, before the host looks at it.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from pmkit.effects.context import CallContext
from pmkit.effects.keys import wire_key
from pmkit.testing.conformance.case import SECONDS
from pmkit.testing.conformance.verdicts import Inapplicable

if TYPE_CHECKING:
    from pmkit.testing.conformance.case import Case, Station

#: More requests than any operation makes before a healthy far side.
MOST = 50


def context_of(station: Station, operation: str, operation_id: str) -> CallContext:
    """
    Give the context that the host would give.

    Args:
        station: The plugin.

        operation: The operation.

        operation_id: The call, as the core names it.
    """
    capability = station.harness.manifest.capabilities[operation]
    return CallContext(
        operation_id=operation_id,
        key=wire_key(operation_id, capability),
        instance=station.attached.name,
        now=station.clock.now(),
        seconds=SECONDS,
    )


def begin(case: Case) -> Any:
    """
    Call the method of an operation.

    Args:
        case: The operation.

    Returns:
        The generator of an HTTP operation, else the answer.
    """
    context = context_of(case.station, case.operation, case.operation_id)
    method = getattr(case.station.implementation, case.operation)
    return method(case.request, context)


def answer_of(case: Case) -> Any:
    """
    Drive an operation before a healthy far side, and give its answer unchecked.

    Args:
        case: The operation.

    Returns:
        The answer; a tuple where it has several parts.
    """
    given = begin(case)
    if inspect.isgenerator(given):
        given = _driven(case, given)
    return tuple(given) if case.spec.many else given


def _driven(case: Case, operation: Any) -> Any:
    request = next(operation)
    for _ in range(MOST):
        response = case.station.wire.handle_request(request)
        response.request = request
        try:
            request = operation.send(response)
        except StopIteration as end:
            return end.value
    reason = f"{case.operation} does not end: PLG-DEAD-001 comes first."
    raise Inapplicable(reason)
