"""
China's 2020 as announced on 21 November 2019, and as amended on 27 January 2020.

https://www.gov.cn/gongbao/content/2019/content_5459138.htm : closed from 24 to 30
January; Sunday 19 January and Saturday 1 February are worked.

https://www.gov.cn/gongbao/content/2020/content_5477297.htm : closed until Sunday
2 February.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from pmkit.core.calendars import WorkingCalendar

_NEW_YEAR = dt.date(2020, 1, 1)
_MADE_UP = [dt.date(2020, 1, 19), dt.date(2020, 2, 1)]


def _january(first, last):
    return [dt.date(2020, 1, day) for day in range(first, last + 1)]


def _calendar(*, closed, worked, name="CN", **more):
    return WorkingCalendar.from_days(
        name=name,
        zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
        first=dt.date(2020, 1, 1),
        last=dt.date(2020, 3, 31),
        closed=[_NEW_YEAR, *closed],
        worked=worked,
        **more,
    )


_LONGER = [*_january(24, 31), dt.date(2020, 2, 1), dt.date(2020, 2, 2)]
ANNOUNCED = _calendar(closed=_january(24, 30), worked=_MADE_UP)
AMENDED = _calendar(closed=_LONGER, worked=_MADE_UP[:1])
#: Nobody has announced anything after the year's first day yet.
FORECAST = _calendar(
    closed=_january(24, 30),
    worked=[],
    official_until=_NEW_YEAR,
    beyond_horizon="provisional",
)
BANK_ANNOUNCED = _calendar(name="CN bank", closed=_january(24, 30), worked=[])
BANK_AMENDED = _calendar(name="CN bank", closed=_LONGER, worked=[])
