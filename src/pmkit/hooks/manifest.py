"""
The manifest: what a plugin says of itself before any of its code runs.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from typing import Any

import attrs

from pmkit.core.errors import InputError
from pmkit.hooks.capabilities import Capabilities

_ID = re.compile(r"[a-z][a-z0-9]*([-.][a-z0-9]+)*")
_LONGEST_ID = 63
_LONGEST_LINE = 300
_SPACES = {0x00A0: " ", 0x202F: " ", 0x3000: " "}
_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")

#: The version of the contract between pmkit and its plugins: major, minor.
API = (1, 0)


class PluginKind(enum.StrEnum):
    """What a plugin is for."""

    AGENCY = "agency"
    PAYMENT = "payment"
    NOTIFIER = "notifier"


def _fail(field: str, message: str, remedy: str) -> None:
    raise InputError(message, field=field, remedy=remedy)


def _is_id(_: object, attribute: Any, value: Any) -> None:
    fits = isinstance(value, str) and len(value) <= _LONGEST_ID
    if not fits or not _ID.fullmatch(value):
        remedy = "Use lower-case letters, digits and single hyphens or dots."
        _fail(attribute.name, f"{value!r} is no id of a plugin.", remedy)


def _is_target(_: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, str) or not _TARGET.fullmatch(value):
        remedy = 'Write it as "package.module:Name".'
        _fail(attribute.name, f"{value!r} names no class.", remedy)


def _are_hosts(_: object, attribute: Any, value: Any) -> None:
    for host in value:
        if not is_host(host):
            remedy = 'Write "api.acme.example", or "*.acme.example".'
            _fail(attribute.name, f"{host!r} is no host.", remedy)


def _is_line(_: object, attribute: Any, value: Any) -> None:
    # Python does not call the spaces of Chinese and French printable.
    fits = isinstance(value, str) and len(value) <= _LONGEST_LINE
    if not fits or not value.translate(_SPACES).isprintable():
        remedy = f"Write one line of at most {_LONGEST_LINE} characters."
        _fail(attribute.name, f"{value!r:.80} is no line of text.", remedy)


def _is_title(_: object, attribute: Any, value: Any) -> None:
    _is_line(_, attribute, value)
    if not value.strip():
        _fail(attribute.name, "The plugin has no title.", "Give it a name for people.")


def _hosts(given: Iterable[str]) -> tuple[str, ...]:
    # The letters of one host would pass for hosts.
    if isinstance(given, str) or not isinstance(given, Iterable):
        remedy = 'Write it as ("api.acme.example",).'
        _fail("hosts", f"{given!r:.80} is no list of hosts.", remedy)
    return tuple(given)


def _are_capabilities(_: object, attribute: Any, value: Any) -> None:
    # A subclass could answer differently each time it is asked.
    if type(value) is not Capabilities:
        remedy = "Write Capabilities(operations={...})."
        _fail(attribute.name, f"{value!r:.80} are no Capabilities.", remedy)
    attrs.validate(value)
    # Most operations share one object, and each start-up looks at all of them.
    every = (value.webhooks, *value.operations.values())
    for each in {id(each): each for each in every}.values():
        attrs.validate(each)


def is_host(text: object) -> bool:
    """
    Tell whether a text is a host as a manifest or an instance names it.

    Args:
        text: Such as ``api.acme.example`` or ``*.acme.example:8443``.

    Examples:
        >>> is_host("*.acme.example"), is_host("https://acme.example")
        (True, False)
    """
    return isinstance(text, str) and _HOST.fullmatch(text) is not None


def _is_range(_: object, attribute: Any, value: Any) -> None:
    if value is None or parse_range(value) is None:
        remedy = 'Write it as ">=1.0,<2".'
        _fail(attribute.name, f"{value!r} is no range of versions.", remedy)


def parse_range(text: object) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """
    Read a range such as ``>=1.0,<2``: the lowest version, and the first beyond.

    Args:
        text: The range.

    Returns:
        Both versions as (major, minor), or `None` if it is no such range.
    """
    found = re.fullmatch(
        r">=(\d{1,4})(?:\.(\d{1,4}))?,<(\d{1,4})(?:\.(\d{1,4}))?", f"{text}"
    )
    if found is None:
        return None
    low, low_minor, high, high_minor = (int(part or 0) for part in found.groups())
    first, beyond = (low, low_minor), (high, high_minor)
    return (first, beyond) if first < beyond else None


@attrs.frozen(kw_only=True)
class PluginManifest:
    """
    What a plugin says of itself; an entry point of ``pmkit.plugins.v1`` names it.

    The module that it stands in is imported to list plugins, so it must be light:
    it imports nothing but this class and what it needs to fill it.

    Args:
        id: Its name for ever; that of the entry point.

        kind: What it is for.

        title: Its name for people.

        factory: ``"package.module:Class"``; called with the settings, it gives the
            plugin.

        settings: ``"package.module:Class"`` of a frozen attrs class; none, if empty.

        requires_api: The versions of the contract that it works with.

        capabilities: What it can do.

        hosts: The hosts that it calls, such as ``"api.acme.example"`` or
            ``"*.acme.example"``, with ``:port`` where it is not 443; the application
            may allow more when it attaches an instance.

        homepage: Where to read about it.

        tracker: Where to report its faults.

        conformance: The path, within its package, of the record of its checks.

    Raises:
        pmkit.InputError: If a field is not what it must be.

    Examples:
        >>> manifest = PluginManifest(
        ...     id="acme-agency",
        ...     kind=PluginKind.AGENCY,
        ...     title="Acme Inspections",
        ...     factory="acme_pmkit.agency:AcmeAgency",
        ... )
        >>> manifest.requires_api
        '>=1.0,<2'
    """

    id: str = attrs.field(validator=_is_id)
    kind: PluginKind = attrs.field(validator=attrs.validators.instance_of(PluginKind))
    title: str = attrs.field(validator=_is_title)
    factory: str = attrs.field(validator=_is_target)
    settings: str = attrs.field(
        default="",
        validator=lambda *given: _is_target(*given) if given[2] else None,
    )
    requires_api: str = attrs.field(default=">=1.0,<2", validator=_is_range)
    capabilities: Capabilities = attrs.field(
        factory=Capabilities, validator=_are_capabilities
    )
    hosts: tuple[str, ...] = attrs.field(
        default=(), converter=_hosts, validator=_are_hosts
    )
    homepage: str = attrs.field(default="", validator=_is_line)
    tracker: str = attrs.field(default="", validator=_is_line)
    conformance: str = attrs.field(default="", validator=_is_line)

    def speaks(self, api: tuple[int, int] = API) -> bool:
        """
        Tell whether it works with a version of the contract.

        Args:
            api: Major and minor; that of this pmkit if left out.
        """
        found = parse_range(self.requires_api)
        return found is not None and found[0] <= api < found[1]
