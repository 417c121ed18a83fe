"""
What a look at the installed distributions gives: entry points, and what is unreadable.

Like the look itself this is read at every start, and imports nothing.
"""

from __future__ import annotations

#: The entry-point group without its end, the major version of the contract.
PREFIX = "pmkit.plugins.v"
#: The group that this pmkit reads.
GROUP = f"{PREFIX}1"


class Installed:
    """
    One entry point of an installed distribution.

    Args:
        name: Its name; the id of the plugin.

        target: ``"package.module:NAME"`` of the manifest.

        group: Its group, such as ``pmkit.plugins.v1``.

        distribution: The distribution that announces it.

        version: The version of that distribution.

        file: The file that it was read from.
    """

    __slots__ = ("distribution", "file", "group", "name", "target", "version")

    def __init__(
        self,
        *,
        name: str,
        target: str,
        group: str = GROUP,
        distribution: str = "",
        version: str = "",
        file: str = "",
    ) -> None:
        self.name = name
        self.target = target
        self.group = group
        self.distribution = distribution
        self.version = version
        self.file = file

    def __repr__(self) -> str:
        return f"Installed({self.name} = {self.target} of {self.source})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Installed):
            return NotImplemented
        return all(getattr(self, key) == getattr(other, key) for key in self.__slots__)

    def __hash__(self) -> int:
        return hash((self.group, self.name, self.target, self.distribution))

    @property
    def source(self) -> str:
        """The distribution with its version, for people."""
        return shown(f"{self.distribution} {self.version}".strip())


class Unreadable:
    """
    A file of entry points that means us and cannot be read.

    Args:
        distribution: The distribution that it belongs to.

        version: The version of that distribution.

        file: The file.

        reason: Why it cannot be read.
    """

    __slots__ = ("distribution", "file", "reason", "version")

    def __init__(
        self, *, distribution: str, version: str, file: str, reason: str
    ) -> None:
        self.distribution = distribution
        self.version = version
        self.file = file
        self.reason = reason


class Scan:
    """
    What was found in one look at the path.

    Args:
        installed: The entry points, in the order of the path.

        unreadable: What means us and could not be read.

        folders: What was looked at.
    """

    __slots__ = ("folders", "installed", "unreadable")

    def __init__(
        self,
        installed: tuple[Installed, ...],
        unreadable: tuple[Unreadable, ...],
        folders: tuple[str, ...],
    ) -> None:
        self.installed = installed
        self.unreadable = unreadable
        self.folders = folders


def shown(text: str) -> str:
    """
    Write a text of a plugin so that it cannot steer a terminal.

    Args:
        text: Such as the name of an entry point.

    Examples:
        >>> shown("acme"), shown("acme\\x1b[2J")
        ('acme', 'acme\\\\x1b[2J')
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode()
        for each in text
    )
