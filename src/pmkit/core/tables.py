"""
The tables that a working calendar answers from.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import zoneinfo
from typing import Any, Literal

import attrs

from pmkit.core import days
from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date
from pmkit.core.walltime import named_zone

#: What a calendar does with a day that nobody has announced.
BeyondHorizon = Literal["raise", "provisional"]


def _zone(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    named_zone(value, field=attribute.name)


def _day(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    plain_date(value, field=attribute.name)


def _days(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    for day in value:
        if type(day) is not dt.date:
            plain_date(day, field=attribute.name)


@attrs.frozen(kw_only=True)
class DayTables:
    """
    The days of one place, written out once; see `WorkingCalendar`.
    """

    name: str
    zone: zoneinfo.ZoneInfo = attrs.field(validator=_zone)
    first: dt.date = attrs.field(validator=_day)
    last: dt.date = attrs.field(validator=_day)
    official_from: dt.date = attrs.field(validator=_day)
    official_until: dt.date = attrs.field(validator=_day)
    closed: frozenset[dt.date] = attrs.field(validator=_days, repr=False)
    worked: frozenset[dt.date] = attrs.field(validator=_days, repr=False)
    weekend: frozenset[int]
    estimated: frozenset[dt.date] = attrs.field(validator=_days, repr=False)
    beyond_horizon: BeyondHorizon = "raise"
    version: str = attrs.field(init=False)
    _base: int = attrs.field(init=False, repr=False, eq=False)
    _size: int = attrs.field(init=False, repr=False, eq=False)
    _letters: str = attrs.field(init=False, repr=False, eq=False)
    #: _answers[i]: 1 if day i is worked, 0 if not, 2 or 3 if it may not be told.
    _answers: bytes = attrs.field(init=False, repr=False, eq=False)
    #: _rank[i]: how many of the days before day i are worked.
    _rank: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)
    #: _unsure[i]: how many of the days before day i were not announced.
    _unsure: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)
    _workdays: tuple[dt.date, ...] = attrs.field(init=False, repr=False, eq=False)
    #: Of the working days by number, the first that may be told going back from
    #: the midnight that begins day i, and the end of those going forward from it.
    _earliest: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)
    _latest: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)
    #: _marks[i]: see days.marks.
    _marks: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)
    _strict: bool = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.beyond_horizon not in {"raise", "provisional"}:
            msg = f"{self.beyond_horizon!r} is not a choice."
            remedy = "Use raise or provisional."
            raise InputError(msg, field="beyond_horizon", remedy=remedy)
        days.check(self)
        base = self.first.toordinal()
        letters = days.spell(self)
        flags = letters.translate(days.IS_WORKED)
        unsure = days.spell_unsure(self)
        strict = self.beyond_horizon == "raise"
        rank = tuple(itertools.accumulate(flags, initial=0))
        barred = unsure if strict else bytes(len(unsure))
        earliest, latest = days.reach(rank, barred)
        ordinals = itertools.compress(itertools.count(base), flags)
        build = object.__setattr__
        build(self, "_base", base)
        build(self, "_size", len(letters))
        build(self, "_letters", letters.decode("ascii"))
        official = self.official_from.toordinal() - base
        build(self, "_answers", days.answers(flags, barred))
        build(self, "_rank", rank)
        build(self, "_marks", days.marks(rank, barred, official))
        build(self, "_unsure", tuple(itertools.accumulate(unsure, initial=0)))
        build(self, "_workdays", tuple(map(dt.date.fromordinal, ordinals)))
        build(self, "_earliest", earliest)
        build(self, "_latest", latest)
        build(self, "_strict", strict)
        build(self, "version", self._digest(letters, unsure))

    def _digest(self, letters: bytes, unsure: bytes) -> str:
        head = f"1|{self.zone.key}|{self.first.isoformat()}|".encode()
        return hashlib.sha256(head + letters + b"|" + unsure).hexdigest()[:16]
