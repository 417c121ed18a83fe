"""
Notifiers for one machine: notices in a file, or in memory.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pmkit.core.errors import PluginError

if TYPE_CHECKING:
    from pmkit.core.ports import Notice

_ONLY_OURS = 0o600


class FileNotifier:
    """
    Append each notice to a file, one JSON object on a line, in UTF-8.

    A line is written in one piece, so several processes can share the file.

    Args:
        path: The file; it is made with the first notice.

        name: Its name among notifiers.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, name: str = "sandbox-file"
    ) -> None:
        self._path = Path(path)
        self._name = name

    @property
    def name(self) -> str:
        """Its name among notifiers."""
        return self._name

    def send(self, notice: Notice) -> None:
        """
        Append a notice.

        Raises:
            pmkit.PluginError: If the file cannot be written.
        """
        line = line_of(notice)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            handle = os.open(self._path, flags, _ONLY_OURS)
            try:
                written = os.write(handle, line)
            finally:
                os.close(handle)
        except OSError as error:
            msg = f"The notice {notice.id!r} was not written: {error.strerror}."
            raise PluginError(msg, remedy="Make the file writable.") from error
        if written != len(line):
            msg = f"The notice {notice.id!r} was not written whole."
            raise PluginError(msg, remedy="Make room on the disk.")


class MemoryNotifier:
    """
    Keep each notice.

    Args:
        name: Its name among notifiers.

    Attributes:
        notices: What was sent, oldest first.
    """

    def __init__(self, *, name: str = "sandbox-memory") -> None:
        self._name = name
        self.notices: list[Notice] = []

    @property
    def name(self) -> str:
        """Its name among notifiers."""
        return self._name

    def send(self, notice: Notice) -> None:
        """Keep a notice."""
        self.notices.append(notice)


def line_of(notice: Notice) -> bytes:
    """
    Write a notice as one line of JSON.

    Args:
        notice: The notice.

    Returns:
        One line in UTF-8, with its newline; a text cannot break out of it.
    """
    fields = {
        "id": notice.id,
        "order_id": notice.order_id,
        "to": notice.to.value,
        "party": notice.party,
        "at": notice.at.isoformat(),
        "subject": notice.subject,
        "text": notice.text,
    }
    # A lone surrogate has no UTF-8; its backslash form is the JSON escape for it.
    line = json.dumps(fields, ensure_ascii=False) + "\n"
    return line.encode("utf-8", "backslashreplace")
