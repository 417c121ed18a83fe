"""
What can be asked of a plugin: the operations of each kind.

An implementation has a method of the same name for each operation that it declares.
It is called as ``method(request, context)``: a generator function speaks HTTP
(`pmkit.effects.context.Operation`), a plain function does anything else.
"""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from pmkit.core import lookups, ports
from pmkit.core.payment import Beneficiary
from pmkit.core.service import Price
from pmkit.hooks.manifest import PluginKind

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen(kw_only=True)
class OperationSpec:
    """
    One operation.

    Args:
        name: Its name, and that of the method.

        request: What it is given.

        answers: What it may answer.

        many: Whether it answers any number of these.

        mutates: Whether it changes the outside world.

        required: Whether every plugin of the kind has it.
    """

    name: str
    request: type
    answers: tuple[type, ...]
    many: bool = False
    mutates: bool = False
    required: bool = True


_NOTHING = type(None)
_FOUND = (lookups.Found, lookups.Absent, lookups.Pending)
_AGENCY = (
    OperationSpec(name="quote", request=ports.QuoteRequest, answers=(Price,)),
    OperationSpec(
        name="visit_days",
        request=lookups.VisitDaysRequest,
        answers=(dt.date,),
        many=True,
        required=False,
    ),
    OperationSpec(
        name="book",
        request=ports.BookingRequest,
        answers=(ports.BookingReply, lookups.Pending),
        mutates=True,
    ),
    OperationSpec(
        name="move",
        request=ports.MoveRequest,
        answers=(_NOTHING, lookups.Pending),
        mutates=True,
    ),
    OperationSpec(
        name="cancel",
        request=ports.CancelRequest,
        answers=(_NOTHING, lookups.Pending),
        mutates=True,
    ),
    OperationSpec(
        name="observations",
        request=lookups.ObservationsRequest,
        answers=(ports.AgencyObservation,),
        many=True,
    ),
    OperationSpec(
        name="find", request=lookups.FindRequest, answers=_FOUND, required=False
    ),
)
_PAYMENT = (
    OperationSpec(
        name="availability", request=ports.PaymentQuery, answers=(ports.Availability,)
    ),
    OperationSpec(
        name="beneficiary",
        request=ports.ChargeRequest,
        answers=(Beneficiary, _NOTHING),
        required=False,
    ),
    OperationSpec(
        name="charge",
        request=ports.ChargeRequest,
        answers=(ports.PaymentObservation,),
        many=True,
        mutates=True,
    ),
    OperationSpec(
        name="refund",
        request=ports.RefundOrder,
        answers=(ports.RefundObservation,),
        many=True,
        mutates=True,
    ),
    OperationSpec(
        name="observations",
        request=lookups.ObservationsRequest,
        answers=(ports.PaymentObservation, ports.RefundObservation),
        many=True,
    ),
    OperationSpec(
        name="find", request=lookups.FindRequest, answers=_FOUND, required=False
    ),
)
_NOTIFIER = (
    OperationSpec(name="send", request=ports.Notice, answers=(_NOTHING,), mutates=True),
)

#: The operations of each kind, by name.
OPERATIONS: Mapping[PluginKind, Mapping[str, OperationSpec]] = MappingProxyType(
    {
        kind: MappingProxyType({spec.name: spec for spec in specs})
        for kind, specs in (
            (PluginKind.AGENCY, _AGENCY),
            (PluginKind.PAYMENT, _PAYMENT),
            (PluginKind.NOTIFIER, _NOTIFIER),
        )
    }
)
