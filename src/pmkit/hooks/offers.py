"""
Whether an offer is what its Protocol asks for.

A run-time Protocol check sees only that a member exists.  Here the arguments are
compared too, and what would answer with a coroutine instead of a value is refused.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from pmkit.core.errors import PluginError
from pmkit.hooks.failures import pass_on, said

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 63
_REMEDY = "Tell its author, or leave the plugin out."


def check(offer: object, protocol: type, *, source: str) -> str:
    """
    Check one offer.

    Args:
        offer: What a hook returned.

        protocol: One of the Protocols of `pmkit.core.ports`.

        source: Who offers it, for the message.

    Returns:
        The name of the offer.

    Raises:
        pmkit.PluginError: If it is not such an object; the message names the plugin
            and the member.
    """
    reason = _misfit(offer, protocol)
    if reason:
        msg = f"{source} offers no {protocol.__name__}: {reason}."
        raise PluginError(msg, remedy=_REMEDY)
    name: str = offer.name  # type: ignore[attr-defined]
    return name


def _misfit(offer: object, protocol: type) -> str:
    """Say what is wrong with an offer, or nothing."""
    if isinstance(offer, type):
        return f"it gives the class {offer.__name__}, not an object of it"
    for member, asked in vars(protocol).items():
        if member.startswith("_"):
            continue
        reason = (
            _text_misfit(offer, member)
            if isinstance(asked, property)
            else _method_misfit(offer, member, asked)
        )
        if reason:
            return reason
    return ""


def _text_misfit(offer: object, member: str) -> str:
    """Say what is wrong with a name or title."""
    kind = type(offer).__name__
    try:
        value = getattr(offer, member)
    except BaseException as error:  # noqa: BLE001 - a property may raise anything
        pass_on(error)
        return f"{kind} has no {member} ({said(error)})"
    if not isinstance(value, str) or not value.strip():
        return f"the {member} of {kind} is {value!r}, not a text"
    if member == "name" and (len(value) > _LONGEST or not _NAME.fullmatch(value)):
        return (
            f"the name {value[:_LONGEST]!r} of {kind} is not made of lower-case "
            "letters, digits and single hyphens"
        )
    return ""


def _method_misfit(offer: object, member: str, asked: Callable[..., Any]) -> str:
    """Say what is wrong with a method."""
    label = f"{type(offer).__name__}.{member}"
    try:
        method = getattr(offer, member, None)
    except BaseException as error:  # noqa: BLE001 - a property may raise anything
        pass_on(error)
        return f"{label} raises {said(error)}"
    if not callable(method):
        return f"{label} is missing or is no method"
    if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
        return f"{label} is async, and would be called without await"
    answers = str(asked.__annotations__.get("return", ""))
    if inspect.isgeneratorfunction(method) and not answers.startswith("Iterable"):
        return f"{label} is a generator, and would not run when called"
    return _signature_misfit(label, method, asked)


def _signature_misfit(
    label: str, method: Callable[..., Any], asked: Callable[..., Any]
) -> str:
    """Say whether a method cannot be called as the Protocol calls it."""
    names = list(inspect.signature(asked).parameters)[1:]
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):
        return f"{label} does not tell its arguments"
    try:
        signature.bind(*names)
        signature.bind(**dict.fromkeys(names))
    except TypeError:
        return f"{label}{signature} does not take ({', '.join(names)})"
    return ""
