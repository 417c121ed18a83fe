"""
The checks and the saboteurs as tables of the documentation.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pmkit.hooks.manifest import PluginKind
from pmkit.testing.conformance.registry import Check, all_checks
from pmkit.testing.conformance.saboteurs.planting import saboteurs

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What each group of checks is about, by the part of the id.
TITLES = {
    "MAN": "The manifest",
    "SET": "Settings",
    "IMP": "Importing",
    "SEC": "Secrets",
    "CAP": "Capabilities",
    "MAP": "Answers",
    "BODY": "Replies that are wrong",
    "TIME": "Instants",
    "ERR": "What is claimed after a failure",
    "HOOK": "Webhooks",
    "DEAD": "Deadlines and cancellation",
    "PAR": "Both drivers",
    "ISO": "Isolation",
    "IDEM": "At most once",
    "LOOK": "Look-ups",
    "LEDG": "The whole ledger",
}


def checks_markdown() -> str:
    """
    Describe every check, by group, each under an anchor of its id.

    Returns:
        Markdown, without a title.
    """
    return "\n".join(_checks())


def _checks() -> Iterator[str]:
    ordered = sorted(all_checks(), key=lambda check: list(TITLES).index(check.group))
    for group, checks in groupby(ordered, key=lambda check: check.group):
        yield f"## {TITLES[group]}\n"
        for check in checks:
            yield from _check(check)


def _check(check: Check) -> Iterator[str]:
    yield f"({check.id.lower()})="
    yield f"### {check.id}\n"
    yield f"{check.requirement}\n"
    yield f"- Level: {check.level.value}"
    if check.kinds != tuple(PluginKind):
        yield f"- Only for: {', '.join(kind.value for kind in check.kinds)}"
    if check.needs:
        yield f"- Only if declared: {check.needs}"
    yield f"- If it fails: {check.remedy}"
    bugs = [one.name for one in saboteurs() if check.id in one.must]
    yield f"- Proven by: {', '.join(f'`{bug}`' for bug in bugs)}\n"


def saboteurs_markdown() -> str:
    """
    List every saboteur with its bug and the checks that must notice it.

    Returns:
        A table in Markdown.
    """
    rows = [
        f"| `{one.name}` | {one.kind} | {one.bug} | {', '.join(one.must)} | "
        f"{', '.join(one.may)} |"
        for one in saboteurs()
    ]
    head = "| Saboteur | Kind | Bug | Must fail | May fail, too |"
    return "\n".join((head, "|---|---|---|---|---|", *rows)) + "\n"
