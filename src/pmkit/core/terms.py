"""
The terms of a marketplace: dated numbers, each with its source.

An order keeps the terms it was opened under and is judged by them for ever.
New terms are a new record; nobody edits a number in a released one.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.checked import filled, not_negative, positive
from pmkit.core.deadlines import CountingConvention
from pmkit.core.money import Money


class OnAmendment(enum.StrEnum):
    """What becomes of a deadline already given when its calendar is amended."""

    #: Every deadline stays as it was given.
    KEEP = "keep"
    #: The buyer gets more time where the amendment gives it; nobody gets less.
    EXTEND_FOR_BUYER = "extend-for-buyer"
    #: A person of the platform decides each case.
    ASK_OPERATOR = "ask-operator"


@attrs.frozen(kw_only=True)
class Terms:
    """
    What a marketplace promises and asks, as numbers.

    Args:
        version: The name of this record, usually its year and month.

        valid_from: The first local day on which orders are opened under it.

        source: Where the numbers were read.

        country: The country whose working days count, ISO 3166-1 alpha-2.

        zone: The IANA zone of dates in these terms.

        convention: How working days are counted.

        book_working_days: BOOK-1, booked and paid this long before the ship date.

        report_expected_working_days: REPORT-1, the report is expected.

        report_late_working_days: REPORT-1, the report is late.

        change_cutoff_hour: CHANGE-1, local hour on the day before the visit.

        late_change_percent: What a later change costs, percent of the visit.

        missed_percent: What a missed visit costs who caused it, percent.

        link_hours: LINK-1, a payment link is valid this long.

        refund_working_days: REFUND-1, a refund has arrived.

        review_days: REVIEW-1, calendar days after the service is closed.

        revise_days: REVISE-1, calendar days after the agency's reply.

        answer_days: CASE-1, calendar days for the first answer.

        escalation_opens_day: CASE-3, from this day either side may escalate.

        escalates_day: CASE-2, on this day the case escalates by itself.

        submitted_counts: Payment methods whose money counts for the cut-off
            from the moment it is submitted instead of received.

        approval_limit: Above this a payment needs the buyer's approver.

        move_days: By how many days a ship date may move in all.

        on_amendment: What becomes of a deadline already given when its calendar is
            amended; no source says, so the default takes time from nobody.
    """

    version: str = attrs.field(validator=filled)
    valid_from: dt.date
    source: str
    country: str = "CN"
    zone: str = "Asia/Shanghai"
    convention: CountingConvention = CountingConvention.EXCLUDE_EVENT_DAY
    book_working_days: int = attrs.field(default=7, validator=positive)
    report_expected_working_days: int = attrs.field(default=1, validator=positive)
    report_late_working_days: int = attrs.field(default=2, validator=positive)
    change_cutoff_hour: int = attrs.field(default=13, validator=not_negative)
    late_change_percent: int = attrs.field(default=100, validator=not_negative)
    missed_percent: int = attrs.field(default=100, validator=not_negative)
    link_hours: int = attrs.field(default=72, validator=positive)
    refund_working_days: int = attrs.field(default=7, validator=positive)
    review_days: int = attrs.field(default=60, validator=positive)
    revise_days: int = attrs.field(default=30, validator=positive)
    answer_days: int = attrs.field(default=3, validator=positive)
    escalation_opens_day: int = attrs.field(default=4, validator=positive)
    escalates_day: int = attrs.field(default=8, validator=positive)
    submitted_counts: tuple[str, ...] = ()
    approval_limit: Money | None = None
    move_days: int = attrs.field(default=90, validator=positive)
    on_amendment: OnAmendment = OnAmendment.EXTEND_FOR_BUYER


#: The terms that were public in 2026.
TERMS_2026_01 = Terms(
    version="2026-01",
    valid_from=dt.date(2026, 1, 1),
    source=(
        "Booking and report: "
        "https://www.alifaq.org/how-do-i-use-the-production-monitoring-service/ ; "
        "change of a visit: https://www.qima.ae/inspection-cancellation-policy ; "
        "payment link: https://www.alibabafaq.com/"
        "faq5_what-should-i-do-if-payment-link-does-not-work-462.html ; "
        "refund: https://www.alibabafaq.com/"
        "faq7_how-to-apply-refund-for-value-added-service-490.html ; "
        "review: https://service.alibaba.com/helpcenter/47a9f417.html ; "
        "case: https://service.alibaba.com/buyer/faq_detail/20155175.htm ; "
        "moving the ship date: https://www.alicustomercenter.com/"
        "how-do-i-easily-modify-my-alibabacom-trade-assurance-order-166-4.html"
    ),
)
