"""
Which of the installed plugins may load, and which of two is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.failures import Stage, Stopped
from pmkit.hooks.installed import GROUP, Installed, Scan
from pmkit.hooks.pipeline import check_group
from pmkit.hooks.scan import normalized

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The distribution of pmkit itself; what it announces is not replaced by accident.
OURS = "pmkit-sdk"
_MOST_NAMES = 10


@attrs.frozen(kw_only=True)
class Rules:
    """
    What an application says of plugins before they load.

    Args:
        block: Ids that must not load.

        allow: The only ids that may load; any if `None`.

        winners: By id, the distribution that is meant.
    """

    block: frozenset[str] = frozenset()
    allow: frozenset[str] | None = None
    winners: Mapping[str, str] = attrs.field(factory=dict)

    def check(self, plugin_id: str) -> None:
        """
        Refuse what must not load.

        Raises:
            Stopped: If it is blocked, or not allowed.
        """
        if plugin_id in self.block:
            raise Stopped(Stage.BLOCKED, "it is on the block list")
        if self.allow is not None and plugin_id not in self.allow:
            raise Stopped(Stage.BLOCKED, "it is not on the allow list")

    def choose(
        self, plugin_id: str, scan: Scan
    ) -> tuple[Installed, Sequence[Installed]]:
        """
        Choose among what is installed under one id.

        Args:
            plugin_id: The id.

            scan: What is installed.

        Returns:
            What is meant, and what lost to it.

        Raises:
            Stopped: If there is none in the right group, or two and none is meant.
        """
        named = [each for each in scan.installed if each.name == plugin_id]
        if not named:
            raise Stopped(Stage.SCAN, f"it is not installed{_close(plugin_id, scan)}")
        found = [each for each in named if each.group == GROUP]
        if not found:
            try:
                check_group(named[0])
            except Stopped as stopped:
                stopped.entry = named[0]
                raise
        meant = self._meant(plugin_id, found)
        return meant, [each for each in found if each is not meant]

    def settle(self, entry: Installed, other: Installed | None) -> None:
        """
        Refuse a manifest whose id is taken, unless the application pinned it.

        Raises:
            Stopped: If the id stays with the *other*.
        """
        pinned = self.winners.get(entry.name)
        wins = pinned is not None and _is_from(entry, pinned)
        if other is not None and (not wins or _is_from(other, f"{pinned}")):
            raise Stopped(Stage.REGISTER, clash([other, entry]))

    def _meant(self, plugin_id: str, found: list[Installed]) -> Installed:
        pinned = self.winners.get(plugin_id)
        if pinned is not None:
            winners = [each for each in found if _is_from(each, pinned)]
            if len(winners) == 1:
                return winners[0]
            reason = f"{pinned!r} is to win, and it is announced by {_all(found)}"
            raise _stopped(found[0], reason)
        if len(found) == 1:
            return found[0]
        ours = [each for each in found if _is_from(each, OURS)]
        if len(ours) == 1:
            return ours[0]
        raise _stopped(found[0], clash(found))


def clash(found: Sequence[Installed]) -> str:
    """Say that several have one id, and who they are."""
    return (
        f"several have this id: {_all(found)}; uninstall one, or say which is meant: "
        f"winners={{{found[0].name!r}: {found[0].distribution!r}}}"
    )


def by_id(scan: Scan) -> dict[str, list[Installed]]:
    """Put what is installed under its ids."""
    found: dict[str, list[Installed]] = {}
    for each in scan.installed:
        found.setdefault(each.name, []).append(each)
    return found


def ids(field: str, given: Collection[str]) -> frozenset[str]:
    """
    Read a list of ids.

    Raises:
        pmkit.InputError: If it is one text, whose letters would be taken for ids, or
            holds anything else.
    """
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        msg = f"{given!r:.80} is no list of ids."
        raise InputError(msg, field=field, remedy='Write it as ("acme-agency",).')
    return frozenset(given)


def cleaned(
    error: SettingsError, settings: object, *, plugin: str, instance: str
) -> SettingsError:
    """
    Make sure that an error of settings names its plugin and holds no secret of them.

    Args:
        error: What it raised.

        settings: Its settings.

        plugin: Whose settings they are.

        instance: Whose settings they are.
    """
    from pmkit.hooks.settings import secrets_in

    words = f"{error}"
    leaks = any(secret in words for secret in secrets_in(settings))
    message = "It finds its settings wrong." if leaks else error.message
    if f"plugin {plugin} " not in message:
        message = f"Plugin {plugin}: {message}"
    return SettingsError(
        message,
        field=None if leaks else error.field,
        remedy=None if leaks else error.remedy,
        instance=instance,
    )


def _is_from(entry: Installed, distribution: str) -> bool:
    return normalized(entry.distribution) == normalized(distribution)


def _all(found: Sequence[Installed]) -> str:
    return " and ".join(
        f"{each.source}{f' ({each.file})' if each.file else ''}" for each in found
    )


def _close(plugin_id: str, scan: Scan) -> str:
    """Name what was perhaps meant."""
    import difflib

    names = sorted({each.name for each in scan.installed})
    close = difflib.get_close_matches(plugin_id, names, n=1)
    if close:
        return f"; {close[0]!r} is"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    if not names:
        return ", and no plugin is"
    return f"; there are {', '.join(names[:_MOST_NAMES])}{more}"


def _stopped(entry: Installed, reason: str) -> Stopped:
    stopped = Stopped(Stage.REGISTER, reason)
    stopped.entry = entry
    return stopped
