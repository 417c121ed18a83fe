"""
The words of a language: what every explanation is put together from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from pmkit.core.days import DayKind
from pmkit.core.errors import InputError
from pmkit.core.explain.explanation import DayRole

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = dt.timedelta(days=1)


@attrs.frozen(kw_only=True)
class ClauseWords:
    """
    What a language says of one clause.

    Attributes:
        deed: What must be done, or can be done.

        event: What the period runs from or up to.

        late: What is so from the deadline on; empty for "it is too late".
    """

    deed: str
    event: str
    late: str = ""


@attrs.frozen(kw_only=True)
class Sentences:
    """The sentences of a language, with the places of what is put in."""

    by_end_of_day: str
    before: str
    from_day: str
    days_before: str
    days_after: str
    hours_before: str
    hours_after: str
    nth_day: str
    calendar: str
    closed: str
    worked: str
    run: str
    run_joint: str
    provisional: str
    provisional_elsewhere: str
    late: str
    #: Between two sentences.
    joint: str
    #: Which ends count, by what the deadline shows of it.
    conventions: Mapping[str, str]
    #: Unit -> (one of it, several of it).
    counts: Mapping[str, tuple[str, str]]


@attrs.frozen(kw_only=True)
class Words:
    """
    All words of a language.

    Attributes:
        clauses: What is said of each clause.

        other: What is said of a clause without words of its own.

        sentences: The sentences.

        kinds: What the kinds of days are called.

        marks: The same, short enough for the cell of a picture.

        roles: What the roles of days are called.

        role_marks: The same, short enough for the cell of a picture.

        columns: The headings of a table of days.

        moment_columns: The headings of a table of moments.

        moments: What the moments at the ends of a period are called.

        counted: A counted day in a legend.

        nth_counted: A counted day with its number.

        colon: Between a day and what it is.

        calendar_event: The day of the event in a legend.

        is_provisional: A short word for a provisional deadline.

        weekdays, week_heads: Monday to Sunday, short and shorter.

        months: January to December.

        date_form, month_form, moment_form: How these are written.

        zones: Zones that have a name of their own.
    """

    locale: str
    clauses: Mapping[str, ClauseWords]
    other: ClauseWords
    sentences: Sentences
    kinds: Mapping[DayKind, str]
    marks: Mapping[DayKind, str]
    roles: Mapping[DayRole, str]
    role_marks: Mapping[DayRole, str]
    columns: tuple[str, str, str, str, str]
    moment_columns: tuple[str, str]
    moments: Mapping[DayRole, str]
    counted: str
    nth_counted: str
    colon: str
    calendar_event: str
    is_provisional: str
    weekdays: tuple[str, ...]
    week_heads: tuple[str, ...]
    months: tuple[str, ...]
    date_form: str
    plain_date_form: str
    month_form: str
    moment_form: str
    zones: Mapping[str, str]

    def of_clause(self, clause: str) -> ClauseWords:
        """Find the words of *clause*, or those that fit every clause."""
        return self.clauses.get(clause, self.other)

    def weekday(self, day: dt.date) -> str:
        """Name the day of the week."""
        return self.weekdays[day.weekday()]

    def date(self, day: dt.date) -> str:
        """Write a date with its day of the week."""
        return self.date_form.format(
            date=self.plain_date(day), weekday=self.weekday(day)
        )

    def plain_date(self, day: dt.date) -> str:
        """Write a date without its day of the week."""
        return self.plain_date_form.format(day=day, iso=day.isoformat())

    def month(self, year: int, month: int) -> str:
        """Name a month of a year; *month* is 1 to 12."""
        return self.month_form.format(year=year, month=self.months[month - 1])

    def moment(self, local: dt.datetime, zone: str) -> str:
        """
        Write a moment with its zone.

        Args:
            local: The moment on the clocks of *zone*.

            zone: The name of the zone.
        """
        exact = "seconds" if local.second else "minutes"
        return self.moment_form.format(
            time=local.time().isoformat(exact),
            date=self.date(local.date()),
            zone=self.zones.get(zone, zone) + _offset_if_shown_twice(local),
        )

    def runs(self, days: list[dt.date]) -> str:
        """Join ascending days, neighbours as one run."""
        runs: list[list[dt.date]] = []
        for day in days:
            if runs and day - runs[-1][-1] == _DAY:
                runs[-1].append(day)
            else:
                runs.append([day])
        return self.sentences.run_joint.join(map(self._run, runs))

    def _run(self, run: list[dt.date]) -> str:
        if len(run) == 1:
            return self.date(run[0])
        ends = {"first": self.date(run[0]), "last": self.date(run[-1])}
        return self.sentences.run.format_map(ends)

    def count(self, n: int, unit: str) -> str:
        """Write a number of a unit: working, calendar, hours or minutes."""
        one, several = self.sentences.counts[unit]
        return (one if n == 1 else several).format(n=n)


def words(locale: object) -> Words:
    """
    Find the words of a language.

    Args:
        locale: ``en`` or ``zh-Hans``.

    Raises:
        pmkit.InputError: If there are none.
    """
    load = _LANGUAGES.get(locale) if isinstance(locale, str) else None
    if load is None:
        msg = f"There is no explanation in {locale!r}."
        remedy = f"Use one of {', '.join(LOCALES)}."
        raise InputError(msg, field="locale", remedy=remedy)
    return load()


def _offset_if_shown_twice(local: dt.datetime) -> str:
    """Write the offset from UTC where the clocks show a time twice."""
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return ""
    offset = f"{local:%z}"
    return f" UTC{offset[:3]}:{offset[3:5]}"


def _english() -> Words:
    from pmkit.core.explain.english import WORDS

    return WORDS


def _chinese() -> Words:
    from pmkit.core.explain.chinese import WORDS

    return WORDS


_LANGUAGES: dict[str, Callable[[], Words]] = {"en": _english, "zh-Hans": _chinese}
#: The languages in which there are words.
LOCALES = tuple(_LANGUAGES)
