"""
What happened on a task: its events, its reports, and their files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pmkit.core.ports import ReportReady

from pmkit_agency_http import records
from pmkit_agency_http.document import MisfitError
from pmkit_agency_http.reading import body_of, file_of, require_type, violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from pmkit.core.ports import AgencyObservation
    from pmkit.core.report import Evidence
    from pmkit.effects.context import Operation

    from pmkit_agency_http.asking import Asker
    from pmkit_agency_http.shelf import Shelf

#: The most bytes of the files of one report.
MOST_BYTES = 48 * 1024 * 1024

_Json = Mapping[str, Any]


class _NoMoreError(Exception):
    """This call has asked enough; the next one goes on."""


class _Reader:
    """Asks about one task, and keeps what never changes."""

    def __init__(
        self, ask: Asker, shelf: Shelf, task: _Json, room: Iterator[int]
    ) -> None:
        self._ask = ask
        self._shelf = shelf
        self._id: str = task["id"]
        self._service: str = task["service"]
        self._room = room

    def page(self, after: str) -> Operation[_Json]:
        """Read the page of events after a cursor."""
        name = ("page", self._id, after)
        kept: _Json | None = self._shelf.get(name)
        if kept is not None:
            return kept
        query = {"after": after} if after else {}
        response = yield self._get("events", **query)
        found: _Json = body_of(response, "EventPage", changes=False)
        for index, event in enumerate(found["events"]):
            self._own(event, f"events[{index}]")
        # Where another page follows, this one is full and never changes again.
        if "next" in found:
            self._shelf.put(name, found, len(response.content))
        return found

    def report(self, event: _Json, field: str) -> Operation[ReportReady]:
        """Read the report that an event names, with its files."""
        wanted = event["report"]
        name = ("report", self._id, wanted)
        document: _Json | None = self._shelf.get(name)
        if document is None:
            response = yield self._get("reports", wanted)
            document = body_of(response, "Report", changes=False)
            self._own(document, "")
            for key, value in (("id", wanted), ("visit", event["visit"])):
                if document[key] != value:
                    raise MisfitError(key, "not what was asked about")
            self._shelf.put(name, document, len(response.content))
        said = records.report(document)
        if sum(each.size for each in said["evidence"]) > MOST_BYTES:
            key = "evidence"
            raise MisfitError(key, "more bytes than one report may have")
        files = []
        for index, each in enumerate(said["evidence"]):
            files.append((yield from self._file(each, f"evidence[{index}]")))
        return ReportReady(**records.common(event, field), **said, files=tuple(files))

    def _file(self, evidence: Evidence, field: str) -> Operation[bytes]:
        name = ("file", self._id, evidence.sha256)
        kept: bytes | None = self._shelf.get(name)
        if kept is None:
            response = yield self._get("files", evidence.sha256, accept="*/*")
            kept = file_of(response)
            require_type(response, evidence.media_type)
            if hashlib.sha256(kept).hexdigest() != evidence.sha256:
                key = records.under(field, "sha256")
                raise MisfitError(key, "the bytes of the file are others")
            self._shelf.put(name, kept, len(kept))
        if len(kept) != evidence.size:
            raise MisfitError(records.under(field, "size"), "the file has another size")
        return kept

    def _get(
        self, *path: str, accept: str = "application/json", **query: str
    ) -> httpx.Request:
        if next(self._room, None) is None:
            raise _NoMoreError
        return self._ask.get("tasks", self._id, *path, accept=accept, **query)

    def _own(self, document: _Json, field: str) -> None:
        for key, wanted in (("task", self._id), ("service", self._service)):
            if document[key] != wanted:
                raise MisfitError(records.under(field, key), "of something else")


def happenings(
    ask: Asker, shelf: Shelf, task: _Json, room: Iterator[int]
) -> Operation[tuple[list[AgencyObservation], bool]]:
    """
    Read what happened on a task.

    Args:
        ask: Builds the requests.

        shelf: Where that is kept which never changes.

        task: The task, a ``Task``.

        room: One item for each request that may still be made.

    Returns:
        What happened, oldest first, and whether that is all there is.

    Raises:
        MisfitError: If something of it does not fit the document.

        pmkit.PluginCallError: If the agency does not answer it.
    """
    reader = _Reader(ask, shelf, task, room)
    found: list[AgencyObservation] = []
    cursors = {""}
    after = ""
    try:
        while True:
            page = yield from reader.page(after)
            for index, event in enumerate(page["events"]):
                field = f"events[{index}]"
                if event["kind"] == "report-ready":
                    found.append((yield from reader.report(event, field)))
                else:
                    found.append(records.observation(event, field))
            if "next" not in page:
                return found, True
            after = page["next"]
            if after in cursors:
                raise violation(
                    field="next", reason="the pages go round in a circle", changes=False
                )
            cursors.add(after)
    except _NoMoreError:
        return found, False
