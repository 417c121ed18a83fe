"""
English.
"""

from __future__ import annotations

from pmkit.core.days import DayKind
from pmkit.core.explain.explanation import DayRole
from pmkit.core.explain.words import ClauseWords, Sentences, Words

_CLAUSES = {
    "BOOK-1": ClauseWords(deed="Book and pay", event="the ship date"),
    "REPORT-1": ClauseWords(deed="Upload the report", event="the end of the visit"),
    "CHANGE-1": ClauseWords(
        deed="Change or cancel the visit free of charge",
        event="the day of the visit",
        late="it is not free any more",
    ),
    "CHANGE-2": ClauseWords(
        deed="Change or cancel the visit free of charge",
        event="the day of the visit",
        late="it is not free any more",
    ),
    "CHANGE-3": ClauseWords(
        deed="Change or cancel the visit free of charge",
        event="the start of the visit",
        late="it is not free any more",
    ),
    "APPOINT-1": ClauseWords(
        deed="Confirm the date of the visit", event="the order for the visit"
    ),
    "APPOINT-2": ClauseWords(
        deed="Send the appointment form back", event="the day of the visit"
    ),
    "LINK-1": ClauseWords(
        deed="Use the payment link", event="its creation", late="it does not work"
    ),
    "REFUND-1": ClauseWords(
        deed="Expect the refund",
        event="the start of the refund",
        late="it is time to ask the bank of the card",
    ),
    "REVIEW-1": ClauseWords(deed="Leave the review", event="the close of the service"),
    "REVISE-1": ClauseWords(deed="Revise the review", event="the reply to it"),
    "CASE-1": ClauseWords(deed="Answer the case", event="the opening of the case"),
    "CASE-2": ClauseWords(
        deed="Settle the case without the platform",
        event="the opening of the case",
        late="the case goes to the platform by itself",
    ),
    "CASE-3": ClauseWords(deed="Escalate the case", event="the opening of the case"),
}

_SENTENCES = Sentences(
    by_end_of_day=(
        "{deed} by the end of {last_day}: at {at} {late} (clause {clause})."
    ),
    before="{deed} before {at}: from then on {late} (clause {clause}).",
    from_day="{deed} from {first_day} on, {at} (clause {clause}).",
    days_before="That is {count} before {event}, {event_day}{calendar}{convention}.",
    days_after="That is {count} after {event}, {event_day}{calendar}{convention}.",
    hours_before="That is {count} before {event}, {event_at}.",
    hours_after="That is {count} after {event}, {event_at}.",
    nth_day=(
        "That is day {number} after {event} on {event_day}, which is not counted."
    ),
    calendar=" in the calendar {name}",
    closed="Closed: {days}.",
    worked="Worked weekend: {days}.",
    run="{first} to {last}",
    run_joint=", ",
    provisional=(
        "Provisional: some of these days have not been announced yet. Once they"
        " are, the deadline is counted again and may move."
    ),
    provisional_elsewhere=(
        "Provisional: it is the first of several deadlines, and another one rests on"
        " days that have not been announced yet; that one may move before it."
    ),
    late="it is too late",
    joint=" ",
    conventions={
        "event-day-not-counted": "; the day of the event is not counted",
        "neither-end": "; neither end is counted",
        "clear-but-last": (
            "; of clear days the day of the event is not counted, and the last one"
            " is the day to act"
        ),
        "both-ends": "; both ends are counted",
        "event-day-closed": (
            "; both ends would be counted, but the day of the event is not worked"
        ),
        "none": "",
    },
    counts={
        "working": ("{n} working day", "{n} working days"),
        "calendar": ("{n} calendar day", "{n} calendar days"),
        "hours": ("{n} hour", "{n} hours"),
        "minutes": (" {n} minute", " {n} minutes"),
    },
)

WORDS = Words(
    locale="en",
    clauses=_CLAUSES,
    other=ClauseWords(deed="Act", event="the event"),
    sentences=_SENTENCES,
    kinds={
        DayKind.WORKING: "working day",
        DayKind.WEEKEND: "weekend",
        DayKind.HOLIDAY: "closed",
        DayKind.MAKE_UP: "worked weekend",
    },
    marks={
        DayKind.WORKING: "",
        DayKind.WEEKEND: "weekend",
        DayKind.HOLIDAY: "closed",
        DayKind.MAKE_UP: "worked",
    },
    roles={
        DayRole.EVENT: "event day",
        DayRole.LAST: "last day",
        DayRole.FIRST: "first day",
    },
    role_marks={
        DayRole.EVENT: "event",
        DayRole.LAST: "last day",
        DayRole.FIRST: "first day",
    },
    columns=("date", "day", "calendar", "counted", "note"),
    moment_columns=("moment", "what"),
    moments={
        DayRole.EVENT: "event: {event}",
        DayRole.LAST: "first instant that is too late",
        DayRole.FIRST: "first instant that is not too early",
    },
    counted="counted, with its number",
    nth_counted="counted as {number}",
    colon=": ",
    calendar_event="event: {event}",
    is_provisional="(provisional)",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    week_heads=("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date_form="{weekday} {date}",
    plain_date_form="{iso}",
    month_form="{month} {year}",
    moment_form="{time} on {date} {zone}",
    zones={},
)
