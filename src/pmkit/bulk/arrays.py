"""
What may come in: arrays of dates or of instants in UTC, and nothing that looks like it.

Inside this package a date is a number of days since 1970-01-01, an instant a number
of microseconds since it began in UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from pmkit.core.errors import CalendarHorizonError, InputError, PmkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

DAY = 86_400_000_000
#: 1970-01-01 as `datetime.date.toordinal` numbers it.
EPOCH_ORDINAL = 719_163
MIN_DAY = dt.date.min.toordinal() - EPOCH_ORDINAL
MAX_DAY = dt.date.max.toordinal() - EPOCH_ORDINAL
NAT = int(np.iinfo(np.int64).min)

#: So many elements are worked on at a time: they stay in the processor's cache.
_PART = 1 << 14
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Unit of an array -> microseconds per unit, units per microsecond.
_UNITS = {
    "h": (3_600_000_000, 1),
    "m": (60_000_000, 1),
    "s": (1_000_000, 1),
    "ms": (1_000, 1),
    "us": (1, 1),
    "ns": (1, 1_000),
}
_AWARE = (
    "Turn it into UTC first: "
    "np.array([x.astimezone(dt.UTC).replace(tzinfo=None) for x in values], "
    'dtype="datetime64[us]").'
)


@attrs.frozen(eq=False)
class Dates:
    """An array of dates that was checked."""

    field: str
    shape: tuple[int, ...]
    #: Days since 1970-01-01, flat.
    days: Ints

    def bounds(self) -> tuple[int, int]:
        """Tell the first and the last day; of an array that is not empty."""
        return int(self.days.min()), int(self.days.max())

    def value(self, at: int) -> dt.date | None:
        """Give one of them as a plain date, if there is such a date."""
        day = int(self.days[at])
        if not MIN_DAY <= day <= MAX_DAY:
            return None
        return dt.date.fromordinal(day + EPOCH_ORDINAL)

    def written(self, at: int) -> str:
        """Write one of them."""
        return str(self.days[at].astype("datetime64[D]"))


@attrs.frozen(eq=False)
class Instants:
    """An array of instants that was checked."""

    field: str
    shape: tuple[int, ...]
    #: Units since 1970-01-01T00:00 UTC, flat.
    ticks: Ints
    unit: str

    def bounds(self) -> tuple[int, int]:
        """Tell the first and the last microsecond; of an array that is not empty."""
        scale, parts = _UNITS[self.unit]
        # Integers of Python: these cannot overflow.
        first, last = int(self.ticks.min()), int(self.ticks.max())
        return first * scale // parts, last * scale // parts

    def micros(self, part: slice = slice(None)) -> Ints:
        """Give some of them in microseconds, rounded down; they must fit."""
        scale, parts = _UNITS[self.unit]
        some = self.ticks[part]
        if scale != 1:
            return some * scale
        return some if parts == 1 else some // parts

    def outside(self, low: int, high: int) -> Bools:
        """Tell which of them are before the microsecond *low*, or *high* and later."""
        scale, parts = _UNITS[self.unit]
        floor, ceiling = -(-low * parts // scale), -(-high * parts // scale)
        limits = np.iinfo(np.int64)
        early = self.ticks < max(floor, limits.min)
        late: Bools = self.ticks >= min(ceiling, limits.max)
        return early | late

    def refuse_split(self, micros: Ints) -> None:
        """
        Check that *micros* lost nothing of them.

        Raises:
            pmkit.InputError: If one has a part of a microsecond.
        """
        parts_of = _UNITS[self.unit][1]
        split = self.ticks != micros * parts_of if parts_of != 1 else None
        if split is not None and split.any():
            at = int(split.argmax())
            msg = f"{self.written(at)} splits a microsecond."
            remedy = 'Round it: values.astype("datetime64[us]").'
            raise InputError(
                msg, field=f"{self.field}{position(at, self.shape)}", remedy=remedy
            )

    def value(self, at: int) -> dt.datetime | None:
        """Give one of them as a plain datetime in UTC, if there is such a datetime."""
        scale, parts = _UNITS[self.unit]
        micros = int(self.ticks[at]) * scale // parts
        try:
            return _EPOCH + dt.timedelta(microseconds=micros)
        except OverflowError:
            return None

    def written(self, at: int) -> str:
        """Write one of them."""
        return f"{self.ticks[at].astype(f'datetime64[{self.unit}]')}Z"


def dates(values: Times, *, field: str) -> Dates:
    """
    Check an array of dates.

    Raises:
        pmkit.InputError: If it is no array of ``datetime64[D]``, or holds NaT.
    """
    array = _array(values, field, 'Use np.array(values, dtype="datetime64[D]").')
    unit = np.datetime_data(array.dtype)
    if unit != ("D", 1):
        msg = f"{array.dtype} is not an array of dates."
        remedy = 'Decide which date it is at the place; give "datetime64[D]".'
        raise InputError(msg, field=field, remedy=remedy)
    found = Dates(field, array.shape, _flat(array))
    _refuse_nat(found.days, array.shape, field)
    return found


def instants(values: Times, *, field: str) -> Instants:
    """
    Check an array of instants in UTC.

    Raises:
        pmkit.InputError:
            If it is no array of ``datetime64`` of hours or finer, down to
            nanoseconds, or holds NaT.
    """
    array = _array(values, field, _AWARE)
    unit, multiple = np.datetime_data(array.dtype)
    if unit not in _UNITS or multiple != 1:
        msg = f"{array.dtype} is not an array of instants."
        remedy = 'Give instants in UTC, as "datetime64[us]"; a date is none.'
        raise InputError(msg, field=field, remedy=remedy)
    found = Instants(field, array.shape, _flat(array), unit)
    _refuse_nat(found.ticks, array.shape, field)
    return found


def _array(values: object, field: str, remedy: str) -> npt.NDArray[Any]:
    if not isinstance(values, np.ndarray):
        msg = f"{type(values).__name__} is not a numpy array."
        raise InputError(msg, field=field, remedy=remedy)
    if isinstance(values, np.ma.MaskedArray):
        msg = "A masked array may hide what it has no value for."
        remedy = "Give values.compressed(): those that are there."
        raise InputError(msg, field=field, remedy=remedy)
    if values.dtype.kind != "M":
        msg = f"An array of {values.dtype} says of no element when it is."
        raise InputError(msg, field=field, remedy=remedy)
    return values


def _flat(array: npt.NDArray[Any]) -> Ints:
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    flat: Ints = native.reshape(-1).view(np.int64)
    return flat


def _refuse_nat(flat: Ints, shape: tuple[int, ...], field: str) -> None:
    # NaT is the least of all, so that looking for the least finds it.
    if flat.size and int(flat.min()) == NAT:
        where = position(int(flat.argmin()), shape)
        msg = "NaT is no time."
        remedy = "Leave out what has none: values[~np.isnat(values)]."
        raise InputError(msg, field=f"{field}{where}", remedy=remedy)


def position(at: int, shape: tuple[int, ...]) -> str:
    """Write the index of the element *at* of the flat array, as one would type it."""
    return str([int(x) for x in np.unravel_index(at, shape)])


def parts(size: int) -> Iterator[slice]:
    """Cut an array of *size* elements into runs that fit into a processor's cache."""
    for start in range(0, size, _PART):
        yield slice(start, min(start + _PART, size))


def spread(
    size: int, index: Callable[[slice], Ints], tables: Sequence[npt.NDArray[Any]]
) -> list[npt.NDArray[Any]]:
    """
    Look each element up in each of *tables*, some thousand elements at a time.

    Args:
        size: How many elements there are.

        index: Gives the places in the tables for a run of elements; all exist.

        tables: What to look up.
    """
    found = [np.empty(size, table.dtype) for table in tables]
    for part in parts(size):
        places = index(part)
        for table, column in zip(tables, found, strict=True):
            # Any other mode than "raise" writes without a copy of its own.
            table.take(places, out=column[part], mode="clip")
    return found


def first_error(
    values: Dates | Instants,
    bad: Bools,
    ask: Callable[[Any, int], object],
    otherwise: type[PmkitError] = CalendarHorizonError,
) -> PmkitError:
    """
    Tell why the first of *bad* has no answer, in the words of the scalar function.

    Args:
        values: What was asked.

        bad: Which of them have no answer, at least one.

        ask:
            The scalar question, of a value and its place in the flat array; it
            raises for each that is bad.

        otherwise: The error for what is not even a date or datetime of Python.
    """
    at = int(bad.argmax())
    kind, msg, remedy = otherwise, "No answer leads so far.", "Give a time of this age."
    try:
        value = values.value(at)
        if value is not None:
            ask(value, at)
    except (CalendarHorizonError, InputError) as error:
        kind, msg, remedy = type(error), error.message, error.remedy or remedy
    field = f"{values.field}{position(at, values.shape)}"
    return kind(f"{values.written(at)}: {msg}", field=field, remedy=remedy)
