"""
A deadline or an opening, put into the sentences of a language.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

from pmkit.core.days import KIND_OF_LETTER, DayKind
from pmkit.core.explain.explanation import (
    DayRole,
    ExplainedDay,
    ExplainedMoment,
    Explanation,
)
from pmkit.core.explain.words import words
from pmkit.core.moments import start_of_day

if TYPE_CHECKING:
    from pmkit.core.deadlines import Deadline, Opening
    from pmkit.core.explain.words import Words

_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)


def of_deadline(deadline: Deadline, locale: str) -> Explanation:
    """
    Explain *deadline* in *locale*.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    say = words(locale)
    days = _days_of(deadline)
    sentences = [
        _what(deadline, say),
        *_how(deadline, say),
        *_marks(days, say),
        *_reserve(deadline, say),
    ]
    return _explanation(deadline, say, sentences, days, DayRole.LAST)


def of_opening(opening: Opening, locale: str) -> Explanation:
    """
    Explain *opening* in *locale*.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    say = words(locale)
    own = say.of_clause(opening.clause)
    days = _days_until(opening)
    what = say.sentences.from_day.format(
        deed=own.deed,
        first_day=say.date(opening.first_day),
        at=_moment(opening.at, opening.zone, say),
        clause=opening.clause,
    )
    how = say.sentences.nth_day.format(
        number=len(days) - 1, event=own.event, event_day=say.date(opening.event_day)
    )
    sentences = [what, how] if days else [what]
    return _explanation(opening, say, sentences, days, DayRole.FIRST)


def _explanation(
    when: Deadline | Opening,
    say: Words,
    sentences: list[str],
    days: tuple[ExplainedDay, ...],
    role: DayRole,
) -> Explanation:
    own = say.of_clause(when.clause)
    ends = [(DayRole.EVENT, when.event_at), (role, when.at)]
    moments = [
        ExplainedMoment(
            what=say.moments[which].format(event=own.event),
            at=at.astimezone(zoneinfo.ZoneInfo(when.zone)),
            text=_moment(at, when.zone, say),
            role=which,
        )
        for which, at in ends
        if at is not None
    ]
    end = getattr(when, "last_day" if role is DayRole.LAST else "first_day")
    return Explanation(
        text=say.sentences.joint.join(sentences),
        days=days,
        locale=say.locale,
        title=" · ".join([when.clause, own.deed, say.date(end)]),
        event=own.event,
        moments=tuple(moments),
    )


def _what(deadline: Deadline, say: Words) -> str:
    own = say.of_clause(deadline.clause)
    form = say.sentences.before
    if _ends_its_day(deadline):
        form = say.sentences.by_end_of_day
    return form.format(
        deed=own.deed,
        last_day=say.date(deadline.last_day),
        at=_moment(deadline.at, deadline.zone, say),
        late=own.late or say.sentences.late,
        clause=deadline.clause,
    )


def _how(deadline: Deadline, say: Words) -> list[str]:
    if deadline.counted:
        return [_how_many_days(deadline, say)]
    if deadline.event_at is not None:
        return [_how_many_hours(deadline, deadline.event_at, say)]
    return []


def _how_many_days(deadline: Deadline, say: Words) -> str:
    event = say.of_clause(deadline.clause).event
    form = say.sentences.days_before
    if _runs_forward(deadline):
        form = say.sentences.days_after
    name, calendar = deadline.calendar, ""
    if name:
        calendar = say.sentences.calendar.format(name=name)
    convention = say.sentences.conventions[_convention(deadline)].format(event=event)
    return form.format(
        count=say.count(len(deadline.counted), "working" if name else "calendar"),
        event=event,
        event_day=say.date(deadline.event_day),
        calendar=calendar,
        convention=convention,
    )


def _how_many_hours(deadline: Deadline, event_at: dt.datetime, say: Words) -> str:
    form = say.sentences.hours_before
    if _runs_forward(deadline):
        form = say.sentences.hours_after
    hours, minutes = divmod(abs(deadline.at - event_at) // _MINUTE, 60)
    count = say.count(hours, "hours")
    if minutes:
        count += say.count(minutes, "minutes")
    return form.format(
        count=count,
        event=say.of_clause(deadline.clause).event,
        event_at=_moment(event_at, deadline.zone, say),
    )


def _convention(deadline: Deadline) -> str:
    """Tell which ends count, as it turned out, not only as it was asked for."""
    counts_event = deadline.event_day in deadline.counted
    return {
        None: "none",
        "exclude-event-day": "event-day-not-counted",
        "clear-days": (
            "clear-but-last" if deadline.last_day in deadline.counted else "neither-end"
        ),
        "inclusive": "both-ends" if counts_event else "event-day-closed",
    }[deadline.convention]


def _marks(days: tuple[ExplainedDay, ...], say: Words) -> list[str]:
    """Name the closed days and the worked weekends, if there are any."""
    named = {
        say.sentences.closed: [d.date for d in days if d.kind is DayKind.HOLIDAY],
        say.sentences.worked: [d.date for d in days if d.kind is DayKind.MAKE_UP],
    }
    return [form.format(days=say.runs(found)) for form, found in named.items() if found]


def _reserve(deadline: Deadline, say: Words) -> list[str]:
    if not deadline.provisional:
        return []
    # The strictest of several deadlines is provisional if any of them is.
    own = deadline.calendar
    sentences = say.sentences
    return [sentences.provisional if own else sentences.provisional_elsewhere]


def _days_of(deadline: Deadline) -> tuple[ExplainedDay, ...]:
    if not deadline.counted:
        return ()
    first = min(deadline.last_day, deadline.event_day)
    length = (max(deadline.last_day, deadline.event_day) - first).days + 1
    order = deadline.counted if _runs_forward(deadline) else deadline.counted[::-1]
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


def _days_until(opening: Opening) -> tuple[ExplainedDay, ...]:
    length = (opening.first_day - opening.event_day).days
    if length < 1:
        return ()
    return tuple(
        ExplainedDay(
            date=opening.event_day + k * _DAY,
            kind=None,
            number=k or None,
            is_event=k == 0,
            is_last=False,
            is_first=k == length,
        )
        for k in range(length + 1)
    )


def _runs_forward(deadline: Deadline) -> bool:
    if deadline.event_at is not None:
        return deadline.event_at < deadline.at
    return deadline.event_day < deadline.last_day


def _ends_its_day(deadline: Deadline) -> bool:
    """Tell whether the deadline is the midnight that ends its last day."""
    zone = zoneinfo.ZoneInfo(deadline.zone)
    over = deadline.at.astimezone(zone).date() > deadline.last_day
    return (
        over
        and bool(deadline.counted)
        and deadline.at == start_of_day(deadline.last_day + _DAY, zone)
    )


def _moment(at: dt.datetime, zone: str, say: Words) -> str:
    return say.moment(at.astimezone(zoneinfo.ZoneInfo(zone)), zone)
