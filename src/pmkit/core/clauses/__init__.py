"""
The clauses: one pure function each, with a docstring that a lawyer could check.

`book_by`
    BOOK-1, booked and paid so many working days before the ship date.
`ship_day_after`
    SHIP-1, the ship date as so many days after a payment.
`visit_date_by`, `appointment_by`
    APPOINT-1 and APPOINT-2, the date of a visit and the supplier's form.
`change_by`, `change_by_full_days`, `change_by_hours`
    CHANGE-1 to CHANGE-3, the free change or cancellation at three agencies.
`pay_link_until`, `refund_expected_by`
    LINK-1 and REFUND-1, a payment link and a refund.
`report_by`
    REPORT-1, the report after the visit.
`review_until`, `revise_review_until`
    REVIEW-1 and REVISE-1, the buyer's review and its one revision.
`answer_by`, `escalates_at`, `escalation_opens`
    CASE-1, CASE-2 and CASE-3, the clocks of a support case.
"""

from pmkit.core.clauses.agency import change_by_full_days, change_by_hours
from pmkit.core.clauses.appoint import appointment_by, visit_date_by
from pmkit.core.clauses.book import book_by
from pmkit.core.clauses.case import answer_by, escalates_at, escalation_opens
from pmkit.core.clauses.pay import pay_link_until, refund_expected_by
from pmkit.core.clauses.report import report_by
from pmkit.core.clauses.review import review_until, revise_review_until
from pmkit.core.clauses.ship import ship_day_after
from pmkit.core.clauses.visit import change_by

__all__ = [
    "answer_by",
    "appointment_by",
    "book_by",
    "change_by",
    "change_by_full_days",
    "change_by_hours",
    "escalates_at",
    "escalation_opens",
    "pay_link_until",
    "refund_expected_by",
    "report_by",
    "review_until",
    "revise_review_until",
    "ship_day_after",
    "visit_date_by",
]
