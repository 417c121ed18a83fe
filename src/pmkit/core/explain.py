"""
Why a deadline falls where it does, in words and day by day.

Everything is read from the deadline itself, so that one loaded from storage
explains itself like a fresh one.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import attrs

from pmkit.core.days import KIND_OF_LETTER, DayKind
from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from pmkit.core.deadlines import Deadline, Opening

_DAY = dt.timedelta(days=1)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: Clause -> (what must be done, the event it is counted from).
_WORDS = {
    "BOOK-1": ("Book and pay", "the ship date"),
    "REPORT-1": ("Upload the report", "the end of the visit"),
    "CHANGE-1": ("Change or cancel the visit free of charge", "the day of the visit"),
    "LINK-1": ("Use the payment link", "its creation"),
    "REFUND-1": ("Expect the refund", "the start of the refund"),
    "REVIEW-1": ("Leave the review", "the close of the service"),
    "REVISE-1": ("Revise the review", "the reply to it"),
    "CASE-1": ("Answer the case", "the opening of the case"),
    "CASE-2": ("Settle the case without the platform", "the opening of the case"),
    "CASE-3": ("Escalate the case", "the opening of the case"),
}

_CONVENTIONS = {
    "exclude-event-day": "the day of the event is not counted",
    "clear-days": "neither end is counted",
    "inclusive": "both ends are counted",
}


@attrs.frozen(kw_only=True)
class ExplainedDay:
    """
    One day of an explanation.

    Attributes:
        date: The local date.

        kind: What the calendar says of it; `None` if no calendar was read.

        number: Which counted day it is, in the order of counting; else `None`.

        is_event: Whether it is the day of the event.

        is_last: Whether it is the last day that is in time.
    """

    date: dt.date
    kind: DayKind | None
    number: int | None
    is_event: bool
    is_last: bool

    def __str__(self) -> str:
        notes = [] if self.kind is None else [self.kind.value]
        if self.number is not None:
            notes.append(f"counted as {self.number}")
        if self.is_event:
            notes.append("day of the event")
        if self.is_last:
            notes.append("last day")
        return f"{_date(self.date)}  {', '.join(notes)}"


@attrs.frozen(kw_only=True)
class Explanation:
    """
    A deadline in words; ``str()`` gives the text.

    Attributes:
        text: A few sentences that a support desk can send to a buyer.

        days: Every day from the earlier end of the period to the later.
    """

    text: str
    days: tuple[ExplainedDay, ...]

    def __str__(self) -> str:
        return self.text


def explain_deadline(deadline: Deadline, locale: str) -> Explanation:
    """
    Explain *deadline* from what it holds.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    _check_locale(locale)
    days = _days_of(deadline)
    sentences = [_what(deadline), _how(deadline), *_marks(days), *_reserve(deadline)]
    return Explanation(text=" ".join(sentences), days=days)


def explain_opening(opening: Opening, locale: str) -> Explanation:
    """
    Explain *opening* from what it holds.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    _check_locale(locale)
    deed, event = _words(opening.clause)
    number = (opening.first_day - opening.event_day).days
    text = (
        f"{deed} from {_date(opening.first_day)} on, {_local(opening)}"
        f" (clause {opening.clause}). That is day {number} after {event} on"
        f" {_date(opening.event_day)}, which is not counted."
    )
    return Explanation(text=text, days=())


def _what(deadline: Deadline) -> str:
    deed, _ = _words(deadline.clause)
    return (
        f"{deed} by the end of {_date(deadline.last_day)}: at {_local(deadline)} it is"
        f" too late (clause {deadline.clause})."
        if _ends_at_midnight(deadline)
        else f"{deed} before {_local(deadline)} (clause {deadline.clause})."
    )


def _how(deadline: Deadline) -> str:
    _, event = _words(deadline.clause)
    if not deadline.counted:
        hours = (deadline.at - (deadline.event_at or deadline.at)) // dt.timedelta(
            hours=1
        )
        return f"That is {hours} hours after {event}."
    unit = "working" if deadline.calendar else "calendar"
    number = len(deadline.counted)
    plural = "" if number == 1 else "s"
    where = "before" if deadline.event_at is None else "after"
    calendar = f" in the calendar {deadline.calendar}" if deadline.calendar else ""
    convention = _CONVENTIONS[str(deadline.convention)]
    return (
        f"That is {number} {unit} day{plural} {where} {event},"
        f" {_date(deadline.event_day)}{calendar}; {convention}."
    )


def _marks(days: tuple[ExplainedDay, ...]) -> list[str]:
    """Name the closed days and the worked weekends, if there are any."""
    closed = [day.date for day in days if day.kind is DayKind.HOLIDAY]
    worked = [day.date for day in days if day.kind is DayKind.MAKE_UP]
    sentences = []
    if closed:
        sentences.append(f"Closed: {_runs(closed)}.")
    if worked:
        sentences.append(f"Worked weekend: {_runs(worked)}.")
    return sentences


def _reserve(deadline: Deadline) -> list[str]:
    if not deadline.provisional:
        return []
    return ["Provisional: some of these days have not been announced yet."]


def _days_of(deadline: Deadline) -> tuple[ExplainedDay, ...]:
    if not deadline.counted:
        return ()
    first = min(deadline.last_day, deadline.event_day)
    length = (max(deadline.last_day, deadline.event_day) - first).days + 1
    forward = deadline.event_day <= deadline.last_day
    order = deadline.counted if forward else deadline.counted[::-1]
    number = {day: place for place, day in enumerate(order, 1)}
    kinds = deadline.day_kinds
    return tuple(
        ExplainedDay(
            date=day,
            kind=KIND_OF_LETTER[kinds[at]] if kinds else None,
            number=number.get(day),
            is_event=day == deadline.event_day,
            is_last=day == deadline.last_day,
        )
        for at, day in enumerate(first + k * _DAY for k in range(length))
    )


def _runs(days: list[dt.date]) -> str:
    """Join neighbouring days: ``Sun 2026-02-15 to Mon 2026-02-23``."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        _date(run[0]) if len(run) == 1 else f"{_date(run[0])} to {_date(run[-1])}"
        for run in runs
    )


def _words(clause: str) -> tuple[str, str]:
    return _WORDS.get(clause, ("Act", "the event"))


def _ends_at_midnight(deadline: Deadline) -> bool:
    """Tell whether the deadline is the midnight that ends its last day."""
    local = deadline.at.astimezone(zoneinfo.ZoneInfo(deadline.zone))
    return bool(deadline.counted) and local.date() > deadline.last_day


def _local(when: Deadline | Opening) -> str:
    local = when.at.astimezone(zoneinfo.ZoneInfo(when.zone))
    return f"{local:%H:%M} on {_date(local.date())} {when.zone}"


def _date(day: dt.date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"


def _check_locale(locale: str) -> None:
    if locale != "en":
        msg = f"There is no explanation in {locale!r}."
        raise InputError(msg, field="locale", remedy="Use en.")
