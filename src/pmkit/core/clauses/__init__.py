"""
The clauses: one pure function each, with a docstring that a lawyer could check.

`book_by`
    BOOK-1, booked and paid so many working days before the ship date.
`change_by`
    CHANGE-1, an agency's free change or cancellation.
`pay_link_until`, `refund_expected_by`
    LINK-1 and REFUND-1, a payment link and a refund.
`report_by`
    REPORT-1, the report after the visit.
`review_until`, `revise_review_until`
    REVIEW-1 and REVISE-1, the buyer's review and its one revision.
`answer_by`, `escalates_at`, `escalation_opens`
    CASE-1, CASE-2 and CASE-3, the clocks of a support case.
"""

from pmkit.core.clauses.book import book_by
from pmkit.core.clauses.case import answer_by, escalates_at, escalation_opens
from pmkit.core.clauses.pay import pay_link_until, refund_expected_by
from pmkit.core.clauses.report import report_by
from pmkit.core.clauses.review import review_until, revise_review_until
from pmkit.core.clauses.visit import change_by

__all__ = [
    "answer_by",
    "book_by",
    "change_by",
    "escalates_at",
    "escalation_opens",
    "pay_link_until",
    "refund_expected_by",
    "report_by",
    "review_until",
    "revise_review_until",
]
