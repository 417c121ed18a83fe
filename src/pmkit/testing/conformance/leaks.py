"""
Looking for secrets where they must not be.
"""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import traceback
import urllib.parse
import warnings
from typing import TYPE_CHECKING

from pmkit.core.plugin_errors import PluginCallError
from pmkit.hooks.settings import secrets_in
from pmkit.testing.conformance.case import Case, settings_of
from pmkit.testing.conformance.faults import Fault
from pmkit.testing.conformance.verdicts import Inapplicable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.testing.conformance.outcome import Outcome
    from pmkit.testing.conformance.rig import Rig

#: What is tried on every operation to make a plugin talk.
PROVOKED = (
    Fault.UNAUTHORIZED,
    Fault.UNPROCESSABLE,
    Fault.ERROR_AFTER,
    Fault.CONFLICT_AFTER,
    Fault.TOO_MANY,
    Fault.REPLY_TIMEOUT,
    Fault.NO_CONNECTION,
    Fault.GARBAGE_AFTER,
    Fault.NULLS_AFTER,
    Fault.REDIRECT,
)
_SHORTEST = 8


def forms(secret: str) -> tuple[str, ...]:
    """
    Give the texts that show a secret: itself, escaped, and in Base64 at any offset.

    Args:
        secret: The secret.
    """
    found = {secret, urllib.parse.quote(secret, safe="")}
    for pad in range(3):
        coded = base64.b64encode(b" " * pad + secret.encode()).decode()
        # The edges depend on what stands beside it.
        found.add(coded[4:-4].rstrip("="))
    return tuple(form for form in found if len(form) >= _SHORTEST)


class Search:
    """
    Look for the secrets of one account.

    Args:
        rig: The rig.

    Raises:
        Inapplicable: If the settings have no secrets.
    """

    def __init__(self, rig: Rig) -> None:
        rig.station()
        settings = settings_of(rig.harness)
        known = {*secrets_in(settings), *_canaries(rig)}
        # Without its end, so that a secret that was cut short is seen, too.
        self._forms = [form for x in known for form in forms(x[:-1])]
        if not self._forms:
            reason = "The settings have no secrets."
            raise Inapplicable(reason)

    def shows(self, text: str) -> bool:
        """Tell whether a text shows a secret."""
        return any(form in text for form in self._forms)


def _canaries(rig: Rig) -> Iterator[str]:
    """Give the secrets of the harness that the plugin keeps as plain texts."""
    for value in rig.harness.settings().values():
        if isinstance(value, str) and value.startswith("canary"):
            yield value


def chain_of(error: BaseException | None) -> Iterator[str]:
    """
    Give all texts of an error and of what was raised before it.

    Args:
        error: The error.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield from (f"{error}", f"{error!r}", f"{error.args!r}", f"{vars(error)!r}")
        if isinstance(error, PluginCallError):
            yield f"{error.remedy} {error.field} {error.provider_code}"
        yield "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__


class _Kept(logging.Handler):
    """Keep what is logged, as a file would have it."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record with all that was given to it."""
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r}")
        extras = {k: v for k, v in vars(record).items() if k not in {"msg", "args"}}
        self.lines.append(f"{extras!r}")
        if record.exc_info and record.exc_info[1]:
            self.lines.extend(chain_of(record.exc_info[1]))


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """
    Keep all that is logged, warned and printed meanwhile.

    Yields:
        The lines; complete once the block is left.
    """
    root = logging.getLogger()
    kept, level, printed = _Kept(), root.level, io.StringIO()
    root.addHandler(kept)
    root.setLevel(logging.NOTSET)
    # The loop says which selector it uses; that is no word of the plugin.
    logging.getLogger("asyncio").setLevel(logging.INFO)
    try:
        with (
            warnings.catch_warnings(record=True) as warned,
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            warnings.simplefilter("always")
            yield kept.lines
    finally:
        root.removeHandler(kept)
        root.setLevel(level)
    kept.lines.append(printed.getvalue())
    kept.lines.extend(f"{warning.message}" for warning in warned)


def tour(rig: Rig) -> Iterator[tuple[Case, str, Outcome]]:
    """
    Make a plugin talk: every operation, well and with everything that provokes it.

    Args:
        rig: The rig.

    Yields:
        Each case, what was done to it, and what came of it.
    """
    for operation in rig.usable():
        for fault in (None, *PROVOKED):
            try:
                case = rig.case(operation)
            except Inapplicable:
                break
            outcome = case.call({} if fault is None else {0: fault})
            yield case, f"{operation}, {fault or 'no fault'}", outcome
            if not case.requests:
                break
