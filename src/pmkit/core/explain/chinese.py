"""
Simplified Chinese.

The words are those of the yearly notices of the State Council and of articles 201
to 204 of the Civil Code: 调休上班 for a weekend that is worked in exchange, 不计入
for a day that is not counted.

Source: https://www.gov.cn/gongbao/2025/issue_12406/202511/content_7048922.html
"""

from __future__ import annotations

from pmkit.core.days import DayKind
from pmkit.core.explain.explanation import DayRole
from pmkit.core.explain.words import ClauseWords, Sentences, Words

_CLAUSES = {
    "BOOK-1": ClauseWords(deed="预订服务并完成付款", event="发货日期"),
    "REPORT-1": ClauseWords(deed="上传检查报告", event="现场检查结束日"),
    "CHANGE-1": ClauseWords(
        deed="免费更改或取消现场检查", event="现场检查日", late="不再免费"
    ),
    "CHANGE-2": ClauseWords(
        deed="免费更改或取消现场检查", event="现场检查日", late="不再免费"
    ),
    "CHANGE-3": ClauseWords(
        deed="免费更改或取消现场检查", event="现场检查的开始时间", late="不再免费"
    ),
    "APPOINT-1": ClauseWords(deed="确认现场检查日期", event="检查委托日"),
    "APPOINT-2": ClauseWords(deed="交回现场检查预约表", event="现场检查日"),
    "LINK-1": ClauseWords(
        deed="使用付款链接", event="付款链接的生成时间", late="链接失效"
    ),
    "REFUND-1": ClauseWords(
        deed="退款预计到账",
        event="退款发起日",
        late="如仍未到账，可向发卡银行查询",
    ),
    "REVIEW-1": ClauseWords(deed="发表评价", event="服务结束日"),
    "REVISE-1": ClauseWords(deed="修改评价", event="评价回复日"),
    "CASE-1": ClauseWords(deed="答复纠纷", event="纠纷提交日"),
    "CASE-2": ClauseWords(
        deed="双方自行协商解决纠纷",
        event="纠纷提交日",
        late="纠纷自动升级，由平台介入处理",
    ),
    "CASE-3": ClauseWords(deed="申请平台介入纠纷", event="纠纷提交日"),
}

_SENTENCES = Sentences(
    by_end_of_day="{deed}的最后一天是{last_day}；自{at}起{late}（条款 {clause}）。",
    before="{deed}的截止时间是{at}；自该时刻起{late}（条款 {clause}）。",
    from_day="自{first_day}起可以{deed}，起始时刻为{at}（条款 {clause}）。",
    days_before=(
        "计算方式：{event}为{event_day}，往前数{count}{calendar}{convention}。"
    ),
    days_after=(
        "计算方式：{event}为{event_day}，往后数{count}{calendar}{convention}。"
    ),
    hours_before="计算方式：{event}为{event_at}，往前推{count}。",
    hours_after="计算方式：{event}为{event_at}，自该时刻起满{count}。",
    nth_day=(
        "计算方式：{event}为{event_day}，往后数到第{number}天，{event}当天不计入。"
    ),
    calendar="（工作日历：{name}）",
    closed="期间的法定节假日或停工日：{days}，不计入工作日。",
    worked="期间的周末调休上班日：{days}，按工作日计算。",
    run="{first}至{last}",
    run_joint="、",
    provisional=(
        "本期限为暂定：其中部分日期的放假和调休安排尚未公布，公布后将重新计算，"
        "期限可能变动。"
    ),
    provisional_elsewhere=(
        "本期限为暂定：这是多个期限中最早的一个，另有期限所涉日期的放假和调休安排"
        "尚未公布，公布后可能早于本期限。"
    ),
    late="即为逾期",
    joint="",
    conventions={
        "event-day-not-counted": "，{event}当天不计入",
        "neither-end": "，首尾两天均不计入",
        "clear-but-last": "，{event}当天不计入，最后一天为办理日",
        "both-ends": "，首尾两天均计入",
        "event-day-closed": "，首尾两天本应均计入，但{event}当天不是工作日，不计入",
        "none": "",
    },
    counts={
        "working": ("{n}个工作日", "{n}个工作日"),
        "calendar": ("{n}个自然日", "{n}个自然日"),
        "hours": ("{n}小时", "{n}小时"),
        "minutes": ("{n}分钟", "{n}分钟"),
    },
)

WORDS = Words(
    locale="zh-Hans",
    clauses=_CLAUSES,
    other=ClauseWords(deed="办理", event="起算日"),
    sentences=_SENTENCES,
    kinds={
        DayKind.WORKING: "工作日",
        DayKind.WEEKEND: "周末",
        DayKind.HOLIDAY: "节假日或停工",
        DayKind.MAKE_UP: "调休上班",
    },
    marks={
        DayKind.WORKING: "",
        DayKind.WEEKEND: "周末",
        DayKind.HOLIDAY: "休",
        DayKind.MAKE_UP: "班",
    },
    roles={
        DayRole.EVENT: "起算日",
        DayRole.LAST: "最后一天",
        DayRole.FIRST: "首日",
    },
    role_marks={
        DayRole.EVENT: "起算日",
        DayRole.LAST: "最后一天",
        DayRole.FIRST: "首日",
    },
    columns=("日期", "星期", "类型", "计数", "说明"),
    moment_columns=("时间", "说明"),
    moments={
        DayRole.EVENT: "起算：{event}",
        DayRole.LAST: "截止时间（自此时刻起逾期）",
        DayRole.FIRST: "起始时刻",
    },
    counted="计入（数字为第几天）",
    nth_counted="计入第{number}天",
    colon="：",
    calendar_event="起算日：{event}",
    is_provisional="（暂定）",
    weekdays=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    week_heads=("一", "二", "三", "四", "五", "六", "日"),
    months=tuple(map(str, range(1, 13))),
    date_form="{date}（{weekday}）",
    plain_date_form="{day.year}年{day.month}月{day.day}日",
    month_form="{year}年{month}月",
    moment_form="{date}{time}（{zone}）",
    zones={
        "Asia/Shanghai": "北京时间，Asia/Shanghai",
        "Asia/Hong_Kong": "香港时间，Asia/Hong_Kong",
        "Asia/Tokyo": "东京时间，Asia/Tokyo",
        "Europe/Berlin": "柏林时间，Europe/Berlin",
        "Europe/London": "伦敦时间，Europe/London",
        "America/New_York": "纽约时间，America/New_York",
        "America/Los_Angeles": "洛杉矶时间，America/Los_Angeles",
        "UTC": "协调世界时，UTC",
    },
)
