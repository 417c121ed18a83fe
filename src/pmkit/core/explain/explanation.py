"""
What an explanation is made of: sentences, days and moments.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.days import DayKind


class DayRole(enum.StrEnum):
    """What a day is in a period, beside being counted or not."""

    #: The day that the period runs from or up to.
    EVENT = "event"
    #: The last day that is in time.
    LAST = "last-day"
    #: The day on which something becomes possible.
    FIRST = "first-day"


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

        is_first: Whether it is the day on which something becomes possible.
    """

    date: dt.date
    kind: DayKind | None
    number: int | None
    is_event: bool
    is_last: bool
    is_first: bool = False

    @property
    def weekday(self) -> int:
        """The day of the week, 0 for Monday to 6 for Sunday."""
        return self.date.weekday()

    @property
    def counted(self) -> bool:
        """Whether it is one of the counted days."""
        return self.number is not None

    @property
    def roles(self) -> tuple[DayRole, ...]:
        """All that it is in the period; a day can be event and last day at once."""
        held = {
            DayRole.EVENT: self.is_event,
            DayRole.LAST: self.is_last,
            DayRole.FIRST: self.is_first,
        }
        return tuple(role for role, is_so in held.items() if is_so)

    @property
    def role(self) -> DayRole | None:
        """The role that matters most: the end of the period before its event."""
        return self.roles[-1] if self.roles else None

    def __str__(self) -> str:
        from pmkit.core.explain.words import words

        english = words("en")
        notes = [] if self.kind is None else [self.kind.value]
        if self.number is not None:
            notes.append(f"counted as {self.number}")
        if self.is_event:
            notes.append("day of the event")
        notes.extend(english.roles[role] for role in self.roles if role != "event")
        return f"{english.date(self.date)}  {', '.join(notes)}"


@attrs.frozen(kw_only=True)
class ExplainedMoment:
    """
    A moment of an explanation, for people.

    Attributes:
        what: What happens then, in words.

        at: The moment on the clocks of the zone of the clause.

        text: The moment as people of the language write it, with its zone.

        role: Which end of the period it is.
    """

    what: str
    at: dt.datetime
    text: str
    role: DayRole


@attrs.frozen(kw_only=True)
class Explanation:
    """
    A deadline in words; ``str()`` gives the text.

    Attributes:
        text: A few sentences that a support desk can send to a buyer.

        days:
            Every day from the earlier end of the period to the later; empty if
            hours were counted.

        locale: The language of the words, such as ``en``.

        title: Clause, what is to be done, and the day, in one line.

        event: What the period runs from or up to, in words.

        moments: The event, if it was an instant, and the instant that decides.
    """

    text: str
    days: tuple[ExplainedDay, ...]
    locale: str = "en"
    title: str = ""
    event: str = ""
    moments: tuple[ExplainedMoment, ...] = ()

    def __str__(self) -> str:
        return self.text

    def table(self) -> str:
        """
        Lay the days out as plain text, one line per day below two of heading.

        The columns are aligned for fixed-width letters, of which a Chinese one
        takes two places.  Without days it lists the moments instead.

        Examples:
            >>> import datetime as dt, pmkit
            >>> china = pmkit.working_calendar("CN")
            >>> ship = dt.date(2026, 3, 2)
            >>> due = pmkit.book_by(ship, calendar=china, working_days=2)
            >>> print(due.explain().table())
            date        day  calendar        counted  note
            ----------  ---  --------------  -------  ---------
            2026-02-27  Fri  working day           2  last day
            2026-02-28  Sat  worked weekend        1
            2026-03-01  Sun  weekend
            2026-03-02  Mon  working day              event day
        """
        from pmkit.core.explain.table import table_of

        return table_of(self)

    def svg(self) -> str:
        """
        Draw the months of the period as a picture that needs nothing else.

        What a day is can be told by colour, and without it by number, pattern,
        border and word.  The same explanation gives the same picture.

        Returns:
            An SVG document, or element for a page.
        """
        from pmkit.core.explain.picture import picture_of

        return picture_of(self)
