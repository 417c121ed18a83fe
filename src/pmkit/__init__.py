"""
Production monitoring on a protected trade order: book, pay, visit, report, review.

The public names load on first use, so that ``import pmkit`` costs nothing.
"""

from __future__ import annotations

import importlib

# The module typing costs more than the whole budget; type checkers know this name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from pmkit.core.calendars import WorkingCalendar as WorkingCalendar
    from pmkit.core.case import (
        CaseState as CaseState,
        Message as Message,
        SupportCase as SupportCase,
    )
    from pmkit.core.catalogue import (
        CATALOGUE as CATALOGUE,
        Catalogue as Catalogue,
        Checkpoint as Checkpoint,
        PriceBasis as PriceBasis,
        Readiness as Readiness,
        ServiceKind as ServiceKind,
    )
    from pmkit.core.clauses import (
        answer_by as answer_by,
        book_by as book_by,
        change_by as change_by,
        escalates_at as escalates_at,
        escalation_opens as escalation_opens,
        pay_link_until as pay_link_until,
        refund_expected_by as refund_expected_by,
        report_by as report_by,
        review_until as review_until,
        revise_review_until as revise_review_until,
    )
    from pmkit.core.days import DayKind as DayKind
    from pmkit.core.deadlines import (
        CountingConvention as CountingConvention,
        Deadline as Deadline,
        Opening as Opening,
    )
    from pmkit.core.errors import (
        CalendarHorizonError as CalendarHorizonError,
        ConflictError as ConflictError,
        CorruptStoreError as CorruptStoreError,
        CurrencyError as CurrencyError,
        DocumentError as DocumentError,
        ForeignStoreError as ForeignStoreError,
        InputError as InputError,
        MoneyError as MoneyError,
        NaiveTimeError as NaiveTimeError,
        NewerStoreError as NewerStoreError,
        NotAllowedError as NotAllowedError,
        NotFoundError as NotFoundError,
        NotYetError as NotYetError,
        OutOfOrderError as OutOfOrderError,
        PluginError as PluginError,
        PmkitError as PmkitError,
        RefusedError as RefusedError,
        SamplingError as SamplingError,
        ShipDateError as ShipDateError,
        StaleWriteError as StaleWriteError,
        StoreError as StoreError,
        TooLateError as TooLateError,
        UnavailableError as UnavailableError,
        UnknownCalendarError as UnknownCalendarError,
        UnknownKindError as UnknownKindError,
        UnknownPluginError as UnknownPluginError,
        ZoneRequiredError as ZoneRequiredError,
    )
    from pmkit.core.events import (
        Event as Event,
        Outcome as Outcome,
        fold as fold,
    )
    from pmkit.core.explain import Explanation as Explanation
    from pmkit.core.money import Money as Money
    from pmkit.core.order import (
        DaysAfterPayment as DaysAfterPayment,
        FixedShipDate as FixedShipDate,
        Order as Order,
        OrderLine as OrderLine,
        OrderStage as OrderStage,
    )
    from pmkit.core.parties import (
        Actor as Actor,
        Role as Role,
    )
    from pmkit.core.payment import (
        Beneficiary as Beneficiary,
        HeldReason as HeldReason,
        Payment as Payment,
        PaymentState as PaymentState,
        Purpose as Purpose,
        Receipt as Receipt,
        Refund as Refund,
        RefundRoute as RefundRoute,
        RefundState as RefundState,
    )
    from pmkit.core.ports import (
        Agency as Agency,
        AgencyObservation as AgencyObservation,
        AppointmentAccepted as AppointmentAccepted,
        AppointmentOffered as AppointmentOffered,
        ArrivedOnSite as ArrivedOnSite,
        Availability as Availability,
        BookingReply as BookingReply,
        BookingRequest as BookingRequest,
        CancelRequest as CancelRequest,
        ChargeRequest as ChargeRequest,
        CheckDone as CheckDone,
        CheckFailed as CheckFailed,
        InspectorNamed as InspectorNamed,
        MoveRequest as MoveRequest,
        Notice as Notice,
        Notifier as Notifier,
        PaymentMethod as PaymentMethod,
        PaymentNews as PaymentNews,
        PaymentObservation as PaymentObservation,
        PaymentQuery as PaymentQuery,
        QuoteRequest as QuoteRequest,
        RefundObservation as RefundObservation,
        RefundOrder as RefundOrder,
        ReportReady as ReportReady,
    )
    from pmkit.core.report import (
        ClassResult as ClassResult,
        Decision as Decision,
        DefectClass as DefectClass,
        Evidence as Evidence,
        Finding as Finding,
        Report as Report,
        Sample as Sample,
        Verdict as Verdict,
    )
    from pmkit.core.review import Review as Review
    from pmkit.core.roles import Action as Action
    from pmkit.core.sampling import (
        SamplingPlan as SamplingPlan,
        accepts as accepts,
    )
    from pmkit.core.service import (
        Channel as Channel,
        EarlierReport as EarlierReport,
        Payer as Payer,
        Price as Price,
        PriceLine as PriceLine,
        PriceLineKind as PriceLineKind,
        Service as Service,
        ServiceStage as ServiceStage,
    )
    from pmkit.core.status import (
        OrderStatus as OrderStatus,
        ServiceStatus as ServiceStatus,
    )
    from pmkit.core.switching import (
        LotResult as LotResult,
        SwitchingState as SwitchingState,
        lot_result as lot_result,
        resume as resume,
        switch as switch,
        switched as switched,
    )
    from pmkit.core.terms import (
        TERMS_2026_01 as TERMS_2026_01,
        Terms as Terms,
    )
    from pmkit.core.visit import (
        Appointment as Appointment,
        Check as Check,
        CheckResult as CheckResult,
        Liable as Liable,
        MissedCause as MissedCause,
        Progress as Progress,
        Visit as Visit,
        VisitState as VisitState,
    )
    from pmkit.facts.aql import sampling_plan as sampling_plan
    from pmkit.facts.calendars import working_calendar as working_calendar
    from pmkit.hooks.loading import load_plugins as load_plugins
    from pmkit.hooks.panel import Panel as Panel
    from pmkit.hooks.specs import hookimpl as hookimpl
    from pmkit.shell.clock import (
        SetClock as SetClock,
        SystemClock as SystemClock,
    )
    from pmkit.shell.desk import Desk as Desk
    from pmkit.shell.document import (
        OrderDocument as OrderDocument,
        read_order_document as read_order_document,
    )
    from pmkit.shell.ids import (
        CountedIds as CountedIds,
        RandomIds as RandomIds,
    )
    from pmkit.shell.store import (
        Difference as Difference,
        Store as Store,
        verify as verify,
    )

#: Public name -> the module that defines it.  Sorted.
_HOME = {
    "Action": "pmkit.core.roles",
    "Actor": "pmkit.core.parties",
    "Agency": "pmkit.core.ports",
    "AgencyObservation": "pmkit.core.ports",
    "Appointment": "pmkit.core.visit",
    "AppointmentAccepted": "pmkit.core.ports",
    "AppointmentOffered": "pmkit.core.ports",
    "ArrivedOnSite": "pmkit.core.ports",
    "Availability": "pmkit.core.ports",
    "Beneficiary": "pmkit.core.payment",
    "BookingReply": "pmkit.core.ports",
    "BookingRequest": "pmkit.core.ports",
    "CATALOGUE": "pmkit.core.catalogue",
    "CalendarHorizonError": "pmkit.core.errors",
    "CancelRequest": "pmkit.core.ports",
    "CaseState": "pmkit.core.case",
    "Catalogue": "pmkit.core.catalogue",
    "Channel": "pmkit.core.service",
    "ChargeRequest": "pmkit.core.ports",
    "Check": "pmkit.core.visit",
    "CheckDone": "pmkit.core.ports",
    "CheckFailed": "pmkit.core.ports",
    "CheckResult": "pmkit.core.visit",
    "Checkpoint": "pmkit.core.catalogue",
    "ClassResult": "pmkit.core.report",
    "ConflictError": "pmkit.core.errors",
    "CorruptStoreError": "pmkit.core.errors",
    "CountedIds": "pmkit.shell.ids",
    "CountingConvention": "pmkit.core.deadlines",
    "CurrencyError": "pmkit.core.errors",
    "DayKind": "pmkit.core.days",
    "DaysAfterPayment": "pmkit.core.order",
    "Deadline": "pmkit.core.deadlines",
    "Decision": "pmkit.core.report",
    "DefectClass": "pmkit.core.report",
    "Desk": "pmkit.shell.desk",
    "Difference": "pmkit.shell.store",
    "DocumentError": "pmkit.core.errors",
    "EarlierReport": "pmkit.core.service",
    "Event": "pmkit.core.events",
    "Evidence": "pmkit.core.report",
    "Explanation": "pmkit.core.explain",
    "Finding": "pmkit.core.report",
    "FixedShipDate": "pmkit.core.order",
    "ForeignStoreError": "pmkit.core.errors",
    "HeldReason": "pmkit.core.payment",
    "InputError": "pmkit.core.errors",
    "InspectorNamed": "pmkit.core.ports",
    "Liable": "pmkit.core.visit",
    "LotResult": "pmkit.core.switching",
    "Message": "pmkit.core.case",
    "MissedCause": "pmkit.core.visit",
    "Money": "pmkit.core.money",
    "MoneyError": "pmkit.core.errors",
    "MoveRequest": "pmkit.core.ports",
    "NaiveTimeError": "pmkit.core.errors",
    "NewerStoreError": "pmkit.core.errors",
    "NotAllowedError": "pmkit.core.errors",
    "NotFoundError": "pmkit.core.errors",
    "NotYetError": "pmkit.core.errors",
    "Notice": "pmkit.core.ports",
    "Notifier": "pmkit.core.ports",
    "Opening": "pmkit.core.deadlines",
    "Order": "pmkit.core.order",
    "OrderDocument": "pmkit.shell.document",
    "OrderLine": "pmkit.core.order",
    "OrderStage": "pmkit.core.order",
    "OrderStatus": "pmkit.core.status",
    "OutOfOrderError": "pmkit.core.errors",
    "Outcome": "pmkit.core.events",
    "Panel": "pmkit.hooks.panel",
    "Payer": "pmkit.core.service",
    "Payment": "pmkit.core.payment",
    "PaymentMethod": "pmkit.core.ports",
    "PaymentNews": "pmkit.core.ports",
    "PaymentObservation": "pmkit.core.ports",
    "PaymentQuery": "pmkit.core.ports",
    "PaymentState": "pmkit.core.payment",
    "PluginError": "pmkit.core.errors",
    "PmkitError": "pmkit.core.errors",
    "Price": "pmkit.core.service",
    "PriceBasis": "pmkit.core.catalogue",
    "PriceLine": "pmkit.core.service",
    "PriceLineKind": "pmkit.core.service",
    "Progress": "pmkit.core.visit",
    "Purpose": "pmkit.core.payment",
    "QuoteRequest": "pmkit.core.ports",
    "RandomIds": "pmkit.shell.ids",
    "Readiness": "pmkit.core.catalogue",
    "Receipt": "pmkit.core.payment",
    "Refund": "pmkit.core.payment",
    "RefundObservation": "pmkit.core.ports",
    "RefundOrder": "pmkit.core.ports",
    "RefundRoute": "pmkit.core.payment",
    "RefundState": "pmkit.core.payment",
    "RefusedError": "pmkit.core.errors",
    "Report": "pmkit.core.report",
    "ReportReady": "pmkit.core.ports",
    "Review": "pmkit.core.review",
    "Role": "pmkit.core.parties",
    "Sample": "pmkit.core.report",
    "SamplingError": "pmkit.core.errors",
    "SamplingPlan": "pmkit.core.sampling",
    "Service": "pmkit.core.service",
    "ServiceKind": "pmkit.core.catalogue",
    "ServiceStage": "pmkit.core.service",
    "ServiceStatus": "pmkit.core.status",
    "SetClock": "pmkit.shell.clock",
    "ShipDateError": "pmkit.core.errors",
    "StaleWriteError": "pmkit.core.errors",
    "Store": "pmkit.shell.store",
    "StoreError": "pmkit.core.errors",
    "SupportCase": "pmkit.core.case",
    "SwitchingState": "pmkit.core.switching",
    "SystemClock": "pmkit.shell.clock",
    "TERMS_2026_01": "pmkit.core.terms",
    "Terms": "pmkit.core.terms",
    "TooLateError": "pmkit.core.errors",
    "UnavailableError": "pmkit.core.errors",
    "UnknownCalendarError": "pmkit.core.errors",
    "UnknownKindError": "pmkit.core.errors",
    "UnknownPluginError": "pmkit.core.errors",
    "Verdict": "pmkit.core.report",
    "Visit": "pmkit.core.visit",
    "VisitState": "pmkit.core.visit",
    "WorkingCalendar": "pmkit.core.calendars",
    "ZoneRequiredError": "pmkit.core.errors",
    "accepts": "pmkit.core.sampling",
    "answer_by": "pmkit.core.clauses",
    "book_by": "pmkit.core.clauses",
    "change_by": "pmkit.core.clauses",
    "escalates_at": "pmkit.core.clauses",
    "escalation_opens": "pmkit.core.clauses",
    "fold": "pmkit.core.events",
    "hookimpl": "pmkit.hooks.specs",
    "load_plugins": "pmkit.hooks.loading",
    "lot_result": "pmkit.core.switching",
    "pay_link_until": "pmkit.core.clauses",
    "read_order_document": "pmkit.shell.document",
    "refund_expected_by": "pmkit.core.clauses",
    "report_by": "pmkit.core.clauses",
    "resume": "pmkit.core.switching",
    "review_until": "pmkit.core.clauses",
    "revise_review_until": "pmkit.core.clauses",
    "sampling_plan": "pmkit.facts.aql",
    "switch": "pmkit.core.switching",
    "switched": "pmkit.core.switching",
    "verify": "pmkit.shell.store",
    "working_calendar": "pmkit.facts.calendars",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        msg = f"module 'pmkit' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
