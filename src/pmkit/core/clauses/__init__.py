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

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmkit.core.clauses.agency import (
        change_by_full_days as change_by_full_days,
        change_by_hours as change_by_hours,
    )
    from pmkit.core.clauses.appoint import (
        appointment_by as appointment_by,
        visit_date_by as visit_date_by,
    )
    from pmkit.core.clauses.book import book_by as book_by
    from pmkit.core.clauses.case import (
        answer_by as answer_by,
        escalates_at as escalates_at,
        escalation_opens as escalation_opens,
    )
    from pmkit.core.clauses.pay import (
        pay_link_until as pay_link_until,
        refund_expected_by as refund_expected_by,
    )
    from pmkit.core.clauses.report import report_by as report_by
    from pmkit.core.clauses.review import (
        review_until as review_until,
        revise_review_until as revise_review_until,
    )
    from pmkit.core.clauses.ship import ship_day_after as ship_day_after
    from pmkit.core.clauses.visit import change_by as change_by

#: Clause -> the module that defines it, which loads when the clause is first used.
_HOME = {
    "answer_by": "case",
    "appointment_by": "appoint",
    "book_by": "book",
    "change_by": "visit",
    "change_by_full_days": "agency",
    "change_by_hours": "agency",
    "escalates_at": "case",
    "escalation_opens": "case",
    "pay_link_until": "pay",
    "refund_expected_by": "pay",
    "report_by": "report",
    "review_until": "review",
    "revise_review_until": "review",
    "ship_day_after": "ship",
    "visit_date_by": "appoint",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    clause: object = getattr(__import__(f"{__name__}.{home}", fromlist=[name]), name)
    globals()[name] = clause
    return clause
