# What type checkers see of the names that load on first use; a test compares both.
from pmkit.core.agency_terms import (
    APPOINTMENT_2026_11 as APPOINTMENT_2026_11,
    AQF_2026_11 as AQF_2026_11,
    MOVLEY_2026_11 as MOVLEY_2026_11,
    QIMA_2026_11 as QIMA_2026_11,
    AgencyTerms as AgencyTerms,
    AppointmentTerms as AppointmentTerms,
    DayBeforeRule as DayBeforeRule,
    FullDaysRule as FullDaysRule,
    HoursRule as HoursRule,
)
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
from pmkit.core.certainty import (
    Blame as Blame,
    Certainty as Certainty,
    Retry as Retry,
)
from pmkit.core.clauses import (
    answer_by as answer_by,
    appointment_by as appointment_by,
    book_by as book_by,
    change_by as change_by,
    change_by_full_days as change_by_full_days,
    change_by_hours as change_by_hours,
    escalates_at as escalates_at,
    escalation_opens as escalation_opens,
    pay_link_until as pay_link_until,
    refund_expected_by as refund_expected_by,
    report_by as report_by,
    review_until as review_until,
    revise_review_until as revise_review_until,
    ship_day_after as ship_day_after,
    visit_date_by as visit_date_by,
)
from pmkit.core.clauses.agency import (
    full_days_in as full_days_in,
    six_day_week as six_day_week,
)
from pmkit.core.clauses.change_fees import (
    change_fees as change_fees,
    change_fees_by_full_days as change_fees_by_full_days,
    change_fees_by_hours as change_fees_by_hours,
)
from pmkit.core.composing import (
    all_working as all_working,
    any_working as any_working,
)
from pmkit.core.days import DayKind as DayKind
from pmkit.core.deadlines import (
    CountingConvention as CountingConvention,
    Deadline as Deadline,
    Opening as Opening,
)
from pmkit.core.effects import EffectState as EffectState
from pmkit.core.environment import Environment as Environment
from pmkit.core.errors import (
    CalendarHorizonError as CalendarHorizonError,
    ConflictError as ConflictError,
    CorruptStoreError as CorruptStoreError,
    CurrencyError as CurrencyError,
    DocumentError as DocumentError,
    ForeignStoreError as ForeignStoreError,
    InputError as InputError,
    LostConnectionError as LostConnectionError,
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
from pmkit.core.explain import (
    DayRole as DayRole,
    ExplainedDay as ExplainedDay,
    ExplainedMoment as ExplainedMoment,
    Explanation as Explanation,
)
from pmkit.core.fees import (
    FeeTier as FeeTier,
    FeeTiers as FeeTiers,
)
from pmkit.core.lookups import (
    Absent as Absent,
    FindRequest as FindRequest,
    Found as Found,
    ObservationsRequest as ObservationsRequest,
    Pending as Pending,
    VisitDaysRequest as VisitDaysRequest,
)
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
from pmkit.core.plugin_errors import (
    AddressRefusedError as AddressRefusedError,
    AuthFailedError as AuthFailedError,
    OutcomeUnknownError as OutcomeUnknownError,
    OutOfCoverageError as OutOfCoverageError,
    PaymentDeclinedError as PaymentDeclinedError,
    PluginCallError as PluginCallError,
    PluginFaultError as PluginFaultError,
    ProtocolViolationError as ProtocolViolationError,
    ProviderConflictError as ProviderConflictError,
    ProviderDeadlineError as ProviderDeadlineError,
    ProviderNotFoundError as ProviderNotFoundError,
    ProviderUnavailableError as ProviderUnavailableError,
    RateLimitedError as RateLimitedError,
    RequestInvalidError as RequestInvalidError,
    SettingsError as SettingsError,
    SlotUnavailableError as SlotUnavailableError,
    UnsupportedError as UnsupportedError,
    WebhookRejected as WebhookRejected,
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
from pmkit.core.recheck import (
    Advice as Advice,
    Recheck as Recheck,
    recheck as recheck,
    recheck_all as recheck_all,
)
from pmkit.core.reconciliation import (
    BookEntry as BookEntry,
    Flow as Flow,
    Matched as Matched,
    Mismatch as Mismatch,
    OpenItem as OpenItem,
    ProcessorEntry as ProcessorEntry,
    Reconciliation as Reconciliation,
    StatementLine as StatementLine,
)
from pmkit.core.reconciling import reconcile as reconcile
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
from pmkit.core.rules.open_deadlines import (
    OpenDeadline as OpenDeadline,
    open_deadlines as open_deadlines,
)
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
from pmkit.core.strictest import (
    next_available as next_available,
    strictest as strictest,
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
    OnAmendment as OnAmendment,
    Terms as Terms,
)
from pmkit.core.under_terms import (
    cut_off_of as cut_off_of,
    fees_of as fees_of,
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
from pmkit.effects.attached import (
    Attached as Attached,
    AttachedAgency as AttachedAgency,
    AttachedMethod as AttachedMethod,
    AttachedNotifier as AttachedNotifier,
    attached as attached,
)
from pmkit.effects.breaker import Health as Health
from pmkit.effects.context import (
    CallContext as CallContext,
    CallRecord as CallRecord,
    Exchange as Exchange,
)
from pmkit.effects.keys import wire_key as wire_key
from pmkit.effects.limits import Limits as Limits
from pmkit.effects.recovery import ParkReason as ParkReason
from pmkit.effects.replies import read_json as read_json
from pmkit.effects.statuses import (
    expect as expect,
    reads as reads,
)
from pmkit.effects.webhooks import (
    Delivery as Delivery,
    PlainHmac as PlainHmac,
    StampedHmac as StampedHmac,
    StandardWebhooks as StandardWebhooks,
    VerifiedWebhook as VerifiedWebhook,
    Verifier as Verifier,
)
from pmkit.facts.aql import sampling_plan as sampling_plan
from pmkit.facts.calendar_files import (
    read_calendar as read_calendar,
    write_calendar as write_calendar,
)
from pmkit.facts.calendars import working_calendar as working_calendar
from pmkit.hooks.capabilities import (
    Capabilities as Capabilities,
    Capability as Capability,
    Idempotency as Idempotency,
    LookUp as LookUp,
    Support as Support,
)
from pmkit.hooks.failures import LoadFailure as LoadFailure
from pmkit.hooks.fields import setting as setting
from pmkit.hooks.host import PluginHost as PluginHost
from pmkit.hooks.instances import (
    Instance as Instance,
    read_instances as read_instances,
)
from pmkit.hooks.loading import load_plugins as load_plugins
from pmkit.hooks.manifest import (
    PluginKind as PluginKind,
    PluginManifest as PluginManifest,
)
from pmkit.hooks.panel import Panel as Panel
from pmkit.hooks.recent import RecentCalls as RecentCalls
from pmkit.hooks.schemas import json_schema as json_schema
from pmkit.hooks.secrets import Secret as Secret
from pmkit.hooks.settings import shown_settings as shown_settings
from pmkit.hooks.specs import hookimpl as hookimpl
from pmkit.shell.clock import (
    SetClock as SetClock,
    SystemClock as SystemClock,
)
from pmkit.shell.desk import Desk as Desk
from pmkit.shell.desk.importing import OpenedOrders as OpenedOrders
from pmkit.shell.desk.leased import Work as Work
from pmkit.shell.desk.operations import (
    OperationOutcome as OperationOutcome,
    OperationStatus as OperationStatus,
)
from pmkit.shell.desk.rechecking import OrderRecheck as OrderRecheck
from pmkit.shell.document import (
    OrderDocument as OrderDocument,
    read_order_document as read_order_document,
)
from pmkit.shell.engine.local import LocalEngine as LocalEngine
from pmkit.shell.engine.port import (
    Engine as Engine,
    Waker as Waker,
)
from pmkit.shell.engine.settings import WorkerSettings as WorkerSettings
from pmkit.shell.engine.worker import (
    Done as Done,
    Worker as Worker,
)
from pmkit.shell.ids import (
    CountedIds as CountedIds,
    RandomIds as RandomIds,
)
from pmkit.shell.store import (
    Difference as Difference,
    InboxRow as InboxRow,
    Resolution as Resolution,
    Store as Store,
    verify as verify,
)
from pmkit.shell.store.due import Metrics as Metrics
from pmkit.shell.store.leasing import LeaseLostError as LeaseLostError
from pmkit.shell.store.sharing import SharedFileWarning as SharedFileWarning
from pmkit.shell.store.standing import Left as Left
from pmkit.shell.store.workers import WorkerRow as WorkerRow
from pmkit.shell.webhooks import WebhookEndpoint as WebhookEndpoint
