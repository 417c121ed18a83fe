"""
What ``pmkit deadline`` tells of the reason: text, days, months, a picture.
"""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING, Any

import click

from pmkit.core.errors import InputError
from pmkit.core.explain.table import wrapped
from pmkit.core.explain.words import LOCALES, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pmkit.core.deadlines import Deadline
    from pmkit.core.explain import ExplainedDay

#: What was asked, by the locale and the command.
_TITLES = {
    "en": {
        "book": "Last day to book and pay",
        "expected": "Report expected on",
        "late": "Report late after",
    },
    "zh-Hans": {
        "book": "预订并付款的最后一天",
        "expected": "检查报告预计提交日",
        "late": "检查报告逾期前的最后一天",
    },
}


def explaining_options(function: Callable[..., None]) -> Callable[..., None]:
    """
    Add the options that say how much is explained, and how.

    Args:
        function: A command that takes *explain*, *locale* and *svg*.
    """
    for option in (
        click.option("--svg", metavar="FILE", help="Draw the months into this file."),
        click.option(
            "--locale",
            default="en",
            show_default=True,
            metavar="NAME",
            help=f"The language of the explanation: {' or '.join(LOCALES)}.",
        ),
        click.option("--explain", is_flag=True, help="List the period day by day."),
    ):
        function = option(function)
    return function


def show_answers(
    answers: Sequence[tuple[str, Deadline]], *, locale: str, explain: bool
) -> None:
    """
    Print what was asked first, then the reason, then the months.

    Args:
        answers: The name of each question with its answer.

        locale: The language.

        explain: Whether the days are listed too.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    from rich.console import Console

    from pmkit.cli.months import deadline_months

    say = words(locale)
    console = Console(highlight=False)
    for name, due in answers:
        title = f"{_TITLES[locale][name]}{say.colon}{say.date(due.last_day)}"
        note = f"  [yellow]{say.is_provisional}[/]" if due.provisional else ""
        console.print(f"[bold]{title}[/]{note}")
    for _, due in answers:
        reason = due.explain(locale)
        lines = wrapped(reason.text, console.width)
        console.print("", *lines, sep="\n", markup=False, soft_wrap=True)
        if explain:
            console.print(f"\n{reason.table()}", markup=False, soft_wrap=True)
    console.print()
    console.print(deadline_months(answers[-1][1], locale))


def day_records(due: Deadline, locale: str) -> list[dict[str, Any]]:
    """
    Turn the days of a deadline into what ``--explain --json`` adds.

    Returns:
        Plain values, one for each day of the period.
    """
    return [_day_record(day) for day in due.explain(locale).days]


def _day_record(day: ExplainedDay) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "weekday": day.weekday,
        "kind": None if day.kind is None else day.kind.value,
        "counted": day.number,
        "role": None if day.role is None else day.role.value,
    }


def draw(due: Deadline, locale: str, file: str) -> None:
    """
    Write the picture of a deadline to *file*, over what was there.

    Raises:
        pmkit.InputError: If it cannot be written, or there is no text in *locale*.
    """
    picture = due.explain(locale).svg()
    try:
        pathlib.Path(file).write_text(picture, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as failed:
        reason = getattr(failed, "strerror", None) or failed
        msg = f"{file!r} cannot be written: {reason}."
        remedy = "Name a file in a folder that you may write to."
        raise InputError(msg, field="svg", remedy=remedy) from None
