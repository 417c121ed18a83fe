"""
What the words of a clause could also mean, worked out beside what pmkit reads.

`generate.py` puts the tables of this module on the page of the clauses.  Every moment
is computed by the functions of pmkit itself, asked in another way.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import attrs

import pmkit
from pmkit.core import clauses
from pmkit.core.clauses import change_fees
from pmkit.core.clauses.agency import six_day_week
from pmkit.core.deadlines import Deadline, Opening
from pmkit.core.walltime import instant_at

if TYPE_CHECKING:
    from collections.abc import Iterator

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
UTC = zoneinfo.ZoneInfo("Etc/UTC")
CHINA = pmkit.working_calendar("CN")
BANK = pmkit.working_calendar("CN", kind="bank")
INDIA = pmkit.working_calendar("IN")
WEEKDAYS = pmkit.WorkingCalendar.from_days(
    name="Mon-Fri",
    zone=SHANGHAI,
    first=dt.date(2026, 1, 1),
    last=dt.date(2026, 12, 31),
)
#: The calendars that a reader of "working days" may have in mind.
CALENDARS = {
    "China, official: holidays and worked weekends": CHINA,
    "Monday to Friday less China's holidays": BANK,
    "Monday to Friday": WEEKDAYS,
}
CONVENTIONS = ("clear-days", "exclude-event-day", "inclusive")
SHIP_DATES = (dt.date(2026, 2, 27), dt.date(2026, 10, 12))
VISIT_ENDED = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")
_HOUR = dt.timedelta(hours=1)

Answer = Deadline | Opening | dt.datetime | dt.date


@attrs.frozen(kw_only=True)
class Case:
    """One event, what pmkit makes of it, and what other readers may."""

    event: str
    zone: zoneinfo.ZoneInfo = SHANGHAI
    ours: Answer
    others: dict[str, Answer]


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _shipment() -> Case:
    paid = _at("2026-01-31T23:30+00:00")
    return Case(
        event="a payment of Saturday 31 January 2026, 23:30 UTC, and 30 days",
        ours=clauses.ship_day_after(paid, days=30, zone=SHANGHAI),
        others={
            "the day of the payment is the first of the days": clauses.ship_day_after(
                paid, days=29, zone=SHANGHAI
            ),
            "the date of the payment is that of UTC": clauses.ship_day_after(
                paid, days=30, zone=UTC
            ),
            "working days are meant": clauses.visit_date_by(
                paid, calendar=CHINA, working_days=30
            ).last_day,
        },
    )


def _link() -> Case:
    made = _at("2026-03-28T12:00+01:00")
    return Case(
        event="a link made in Berlin on Saturday 28 March 2026 at 12:00",
        zone=BERLIN,
        ours=clauses.pay_link_until(made),
        others={
            "three days on the clocks of the payer": instant_at(
                dt.date(2026, 3, 31), dt.time(12), BERLIN
            ),
            "to the end of the third calendar day": clauses.review_until(
                made, zone=BERLIN, days=3
            ),
            "to the end of the third working day": clauses.visit_date_by(
                made,
                calendar=pmkit.working_calendar("DE", zone=BERLIN),
                working_days=3,
            ),
        },
    )


def _date_of_visit() -> Case:
    ordered = _at("2026-02-13T10:00+08:00")
    return Case(
        event="an order of Friday 13 February 2026, 10:00 in China",
        ours=clauses.visit_date_by(ordered, calendar=CHINA),
        others={
            "the day of the order counts": clauses.visit_date_by(
                ordered, calendar=CHINA, convention="inclusive"
            ),
            "agencies do not work on made-up weekends": clauses.visit_date_by(
                ordered, calendar=BANK
            ),
            "48 hours are meant": ordered + 48 * _HOUR,
        },
    )


def _form() -> Case:
    visit = dt.date(2026, 3, 2)
    return Case(
        event="a visit on Monday 2 March 2026, after a worked Saturday",
        ours=clauses.appointment_by(visit, calendar=CHINA),
        others={
            "agencies do not work on made-up weekends": clauses.appointment_by(
                visit, calendar=BANK
            ),
            "the calendar day before": clauses.change_by(
                visit, zone=SHANGHAI, at=dt.time(12)
            ),
            "the form may come until that day ends": clauses.book_by(
                visit, calendar=CHINA, working_days=1
            ),
        },
    )


def _change_by_the_clock() -> Case:
    visit, noon = dt.date(2026, 3, 9), dt.time(13)
    return Case(
        event="a visit in China on Monday 9 March 2026",
        ours=clauses.change_by(visit, zone=SHANGHAI),
        others={
            "the working day before": clauses.appointment_by(
                visit, calendar=CHINA, at=noon
            ),
            "the working day before, in a week of six days": clauses.appointment_by(
                visit, calendar=six_day_week(CHINA), at=noon
            ),
            "by the clocks of a buyer in Berlin": clauses.change_by(visit, zone=BERLIN),
        },
    )


def _change_by_full_days() -> Case:
    visit, place = dt.date(2026, 3, 9), INDIA.zone
    six = six_day_week(INDIA)
    return Case(
        event="a visit in India on Monday 9 March 2026, one full working day",
        ours=clauses.change_by_full_days(visit, calendar=six, zone=SHANGHAI),
        others={
            "a week of five days": clauses.change_by_full_days(
                visit, calendar=INDIA, zone=SHANGHAI
            ),
            "by the clocks of the place": clauses.change_by_full_days(
                visit, calendar=six, zone=place
            ),
            "24 hours before the day of the visit begins": clauses.change_by_hours(
                visit, zone=place, hours=24
            ),
        },
    )


def _change_by_hours() -> Case:
    start = _at("2026-03-30T09:00+02:00")
    germany = pmkit.working_calendar("DE", zone=BERLIN)
    return Case(
        event="a visit in Berlin on Monday 30 March 2026 at 09:00",
        zone=BERLIN,
        ours=clauses.change_by_hours(start, zone=BERLIN),
        others={
            "two days on the clocks of the place": instant_at(
                dt.date(2026, 3, 28), dt.time(9), BERLIN
            ),
            "from the midnight of the date": clauses.change_by_hours(
                start.date(), zone=BERLIN
            ),
            "two working days": clauses.change_by_full_days(
                start.date(), calendar=germany, zone=BERLIN, full_days=2
            ),
        },
    )


def _review() -> Case:
    closed = _at("2026-03-01T09:00+08:00")
    return Case(
        event="a service closed on Sunday 1 March 2026, 09:00 in China",
        ours=clauses.review_until(closed, zone=SHANGHAI),
        others={
            "the day of the close counts": clauses.review_until(
                closed, zone=SHANGHAI, days=59
            ),
            "60 times 24 hours from the close": closed + 60 * 24 * _HOUR,
            "days are those of UTC": clauses.review_until(closed, zone=UTC),
        },
    )


def _revision() -> Case:
    replied = _at("2026-03-01T09:00+08:00")
    return Case(
        event="a reply of Sunday 1 March 2026, 09:00 in China",
        ours=clauses.revise_review_until(replied, zone=SHANGHAI),
        others={
            "the day of the reply counts": clauses.revise_review_until(
                replied, zone=SHANGHAI, days=29
            ),
            "30 times 24 hours from the reply": replied + 30 * 24 * _HOUR,
            "days are those of UTC": clauses.revise_review_until(replied, zone=UTC),
        },
    )


def _answer() -> Case:
    opened = _at("2026-03-06T09:00+08:00")
    return Case(
        event="a case opened on Friday 6 March 2026, 09:00 in China",
        ours=clauses.answer_by(opened, zone=SHANGHAI),
        others={
            "the day of the opening counts": clauses.answer_by(
                opened, zone=SHANGHAI, days=2
            ),
            "72 hours from the opening": opened + 72 * _HOUR,
            "working days are meant": clauses.visit_date_by(
                opened, calendar=CHINA, working_days=3
            ),
        },
    )


def _escalation() -> Case:
    opened = _at("2026-03-06T09:00+08:00")
    return Case(
        event="a case opened on Friday 6 March 2026, 09:00 in China",
        ours=clauses.escalates_at(opened, zone=SHANGHAI),
        others={
            "on the seventh day, as another version has it": clauses.escalates_at(
                opened, zone=SHANGHAI, day=7
            ),
            "on the seventh, the day of the opening being the first": (
                clauses.escalates_at(opened, zone=SHANGHAI, day=6)
            ),
            "seven times 24 hours from the opening": opened + 7 * 24 * _HOUR,
        },
    )


def _escalating() -> Case:
    opened = _at("2026-03-06T09:00+08:00")
    return Case(
        event="a case opened on Friday 6 March 2026, 09:00 in China",
        ours=clauses.escalation_opens(opened, zone=SHANGHAI),
        others={
            "the day of the opening is the first": clauses.escalation_opens(
                opened, zone=SHANGHAI, day=3
            ),
            "72 hours from the opening": opened + 72 * _HOUR,
            "working days are meant": clauses.visit_date_by(
                opened, calendar=CHINA, working_days=3
            ),
        },
    )


def _refund() -> Case:
    started = _at("2026-02-12T10:00+08:00")
    return Case(
        event="a refund started on Thursday 12 February 2026, 10:00 in China",
        ours=clauses.refund_expected_by(started, calendar=BANK),
        others={
            "banks work on made-up weekends": clauses.refund_expected_by(
                started, calendar=CHINA
            ),
            "the day of the start counts": clauses.visit_date_by(
                started, calendar=BANK, working_days=7, convention="inclusive"
            ),
            "calendar days are meant": clauses.review_until(
                started, zone=SHANGHAI, days=7
            ),
        },
    )


_CASES = {
    "SHIP-1": _shipment,
    "LINK-1": _link,
    "APPOINT-1": _date_of_visit,
    "APPOINT-2": _form,
    "CHANGE-1": _change_by_the_clock,
    "CHANGE-2": _change_by_full_days,
    "CHANGE-3": _change_by_hours,
    "REVIEW-1": _review,
    "REVISE-1": _revision,
    "CASE-1": _answer,
    "CASE-2": _escalation,
    "CASE-3": _escalating,
    "REFUND-1": _refund,
}


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _day(day: dt.date) -> str:
    return f"{day:%a} {day.isoformat()}"


def _moment(answer: Answer, zone: zoneinfo.ZoneInfo) -> str:
    """Write a day, or the instant at which it is too late or opens."""
    at = answer.at if isinstance(answer, (Deadline, Opening)) else answer
    if not isinstance(at, dt.datetime):
        return _day(at)
    local = at.astimezone(zone)
    return f"{_day(local.date())} {local:%H:%M}"


def _apart(ours: Answer, other: Answer) -> str:
    """Write by how much another reading differs."""
    ends = [
        answer.at if isinstance(answer, (Deadline, Opening)) else answer
        for answer in (ours, other)
    ]
    minutes = (ends[1] - ends[0]) // dt.timedelta(minutes=1)
    if not minutes:
        return "the same"
    hours, left = divmod(abs(minutes), 60)
    full, rest = divmod(hours, 24)
    parts = [(full, "d"), (rest, "h"), (left, "min")]
    words = " ".join(f"{number} {unit}" for number, unit in parts if number)
    return f"{words} {'later' if minutes > 0 else 'earlier'}"


def _of_one_case(case: Case) -> str:
    rows = [("as here", _moment(case.ours, case.zone), "")]
    rows += [
        (words, _moment(other, case.zone), _apart(case.ours, other))
        for words, other in case.others.items()
    ]
    head = (
        "reading",
        "day" if type(case.ours) is dt.date else f"from then on, {case.zone.key}",
        "moved",
    )
    intro = f"The source leaves other readings open.\nFor {case.event}:"
    return f"{intro}\n\n{_table(head, rows)}"


def _booking() -> str:
    rows = [
        (
            _day(ship_date),
            words,
            *(
                _day(
                    clauses.book_by(
                        ship_date, calendar=calendar, convention=convention
                    ).last_day
                )
                for convention in CONVENTIONS
            ),
        )
        for ship_date in SHIP_DATES
        for words, calendar in CALENDARS.items()
    ]
    intro = (
        "The source says neither which end counts nor whose working days.\nThe last day"
        " to book and pay is, by nine readings of the same words:"
    )
    head = ("ship date", "working days", *(f"`{name}`" for name in CONVENTIONS))
    return f"{intro}\n\n{_table(head, rows)}"


def _reporting() -> str:
    rows = [
        (
            str(number),
            words,
            *(
                _day(
                    clauses.report_by(
                        VISIT_ENDED,
                        calendar=calendar,
                        working_days=number,
                        convention=convention,
                    ).last_day
                )
                for convention in CONVENTIONS
            ),
        )
        for number in (1, 2)
        for words, calendar in CALENDARS.items()
    ]
    intro = (
        "The source says neither which end counts nor whose working days.\nAfter a"
        f" visit on {_day(VISIT_ENDED.date())} the last day for the report is, by"
        " these readings:"
    )
    head = ("days", "working days", *(f"`{name}`" for name in CONVENTIONS))
    return f"{intro}\n\n{_table(head, rows)}"


def other_readings(code: str) -> str:
    """Write what the words of a clause could also mean, and what would come out."""
    if code == "BOOK-1":
        return _booking()
    return _reporting() if code == "REPORT-1" else _of_one_case(_CASES[code]())


def _price_lists() -> Iterator[tuple[str, change_fees.FeeTiers]]:
    visit, six = dt.date(2026, 3, 11), six_day_week(CHINA)
    days = {"calendar": six, "zone": SHANGHAI}
    hours = {"zone": SHANGHAI}
    by_days = change_fees.change_fees_by_full_days
    by_hours = change_fees.change_fees_by_hours
    yield "CHANGE-1", change_fees.change_fees(visit, zone=SHANGHAI)
    yield "CHANGE-2, one full day", by_days(visit, **days)
    yield "CHANGE-2, two full days", by_days(visit, full_days=2, **days)
    yield "CHANGE-3, given other work", by_hours(visit, reassigned=True, **hours)
    yield "CHANGE-3, not given any", by_hours(visit, reassigned=False, **hours)


def fee_tiers() -> str:
    """Write what a change of one visit costs under each clause, by when it comes."""
    rows = [
        (
            words,
            tier.name,
            _moment(tier.begins, SHANGHAI) if tier.begins else "",
            _moment(tier.ends, SHANGHAI) if tier.ends else "",
            str(tier),
        )
        for words, tiers in _price_lists()
        for tier in tiers.tiers
    ]
    return _table(("clause", "tier", "from", "until before", "is charged"), rows)
