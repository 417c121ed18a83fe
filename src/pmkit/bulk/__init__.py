"""
The clauses over arrays: a million deadlines at a time; needs the extra ``bulk``.

Dates are ``datetime64[D]`` arrays, at the place that the clause speaks of.  Instants
are ``datetime64`` arrays in UTC, of hours or finer: numpy knows no zones, and writes
an instant as the clocks of UTC show it.  Each answer equals that of the function of
the same name in `pmkit`, element by element.
"""

from __future__ import annotations

from pmkit.bulk.needs import BulkExtraMissingError, need_numpy

need_numpy()

from pmkit.bulk.calendar import BulkCalendar  # noqa: E402 - only once numpy is there
from pmkit.bulk.clauses import (  # noqa: E402
    answer_by,
    book_by,
    escalates_at,
    escalation_opens,
    pay_link_until,
    refund_expected_by,
    report_by,
    review_until,
    revise_review_until,
    ship_day_after,
)
from pmkit.bulk.deadlines import BulkDeadlines, BulkOpenings  # noqa: E402
from pmkit.bulk.visits import (  # noqa: E402
    appointment_by,
    change_by,
    change_by_full_days,
    change_by_hours,
    visit_date_by,
)

__all__ = [
    "BulkCalendar",
    "BulkDeadlines",
    "BulkExtraMissingError",
    "BulkOpenings",
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
