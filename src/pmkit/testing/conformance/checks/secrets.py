"""
Secrets stay where they belong: in the headers and bodies of requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.testing.conformance.leaks import Search, chain_of, listening, tour
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig


@check(
    "PLG-SEC-001",
    Level.SILVER,
    "No error shows a secret: not its words, not what was raised before it.",
    "Say what is wrong in words of your own; never quote a header or a setting.",
)
def errors(rig: Rig) -> None:
    """Provoke every operation and read all that is raised."""
    search = Search(rig)
    with listening():
        for _, words, outcome in tour(rig):
            for error in (outcome.error, outcome.foreign):
                shown = any(search.shows(text) for text in chain_of(error))
                require(not shown, f"{words}: the error shows a secret")


@check(
    "PLG-SEC-002",
    Level.SILVER,
    "Nothing that is logged, warned or printed shows a secret.",
    "Log what was asked, never a header, a setting or a whole request.",
)
def logs(rig: Rig) -> None:
    """Provoke every operation and read all that is written meanwhile."""
    search = Search(rig)
    with listening() as lines:
        for _ in tour(rig):
            pass
    require(not any(search.shows(line) for line in lines), "a log shows a secret")


@check(
    "PLG-SEC-003",
    Level.SILVER,
    "No address and no call record shows a secret.",
    "Send secrets in a header: addresses end up in the logs of everybody.",
)
def records(rig: Rig) -> None:
    """Provoke every operation and read addresses and records."""
    search = Search(rig)
    with listening():
        for case, words, outcome in tour(rig):
            for sent in case.station.wire.sent:
                require(
                    not search.shows(f"{sent.url}"), f"{words}: {sent.method} shows"
                )
            texts = [f"{record!r}" for record in case.station.records]
            texts.append(f"{outcome.answer!r}")
            shown = any(search.shows(text) for text in texts)
            require(not shown, f"{words}: the record or the answer shows a secret")
