"""
The fake outside world: companies in a process of their own, which is never killed.

It does what it is asked each time that it is asked with a key that it does not know,
and writes down *what that means*, such as "book srv_1": a booking made twice under two
keys is one meaning counted twice.  A line of its journal is on the disk before the
caller hears anything.  It can be told to lose replies, to refuse, to be slow, and to
send its messages early.

Run ``python -m tests.proofs.outside journal.jsonl``; it prints its port.
"""

from __future__ import annotations

import collections
import copy
import datetime as dt
import json
import os
import pathlib
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from pmkit.core import ports
from pmkit.sandbox.far.app import SandboxApp
from pmkit.sandbox.far.routing import Answer, Asked, problem_answer, told
from pmkit.sandbox.ledger import Ledger
from pmkit.sandbox.world import World

COMPANIES = ("agency", "card", "transfer")
#: What can be told to go wrong with a call that changes something.
FAULTS = ("lose", "drop", "busy", "slow", "early", "refuse")


class Fault(NamedTuple):
    """What goes wrong with the next calls to a path, and how often."""

    what: str
    path: str
    times: int


def meaning_of(request: object) -> str:
    """Say what a request asks for, whatever it is called."""
    if isinstance(request, ports.BookingRequest):
        return f"book {request.service_id}"
    if isinstance(request, ports.MoveRequest):
        starts = request.appointment.starts_at.isoformat()
        return f"move {request.service_id}/{request.visit} to {starts}"
    if isinstance(request, ports.CancelRequest):
        return f"cancel {request.service_id}"
    if isinstance(request, ports.ChargeRequest):
        return f"charge {request.payment_id} {request.amount}"
    if isinstance(request, ports.RefundOrder):
        return f"refund {request.refund_id} {request.amount}"
    msg = f"Nobody knows what {type(request).__name__} means."
    raise TypeError(msg)


class ByMeaning(Ledger):
    """A company that does what it hears, by whatever name it is asked."""

    noted: Any = None

    def once(self, operation_id: str, request: object, act: Any) -> Any:
        """Do it; a repetition under another key is a second time."""
        done = act()
        self._replies.setdefault(operation_id, (request, done))
        self.noted(meaning_of(request))
        return done


class Box:
    """The notifier: each notice that it takes is one meaning."""

    name = "sandbox-messages"

    def __init__(self, noted: Any) -> None:
        self.noted = noted

    def send(self, notice: ports.Notice) -> None:
        """Take a notice."""
        self.noted(f"notice {notice.id}")


class Far:
    """One world: its companies, what they did by meaning, and what goes wrong."""

    def __init__(self, name: str, now: str, journal: Any) -> None:
        self.name = name
        self.journal = journal
        self.counts: collections.Counter[str] = collections.Counter()
        self.faults: list[Fault] = []
        self.world = World(now, notifier=Box(self.note))
        for company in COMPANIES:
            getattr(self.world, company).ledger = self._ledger()
        self.app = SandboxApp(self.world)
        self.deaf = False

    def _ledger(self) -> ByMeaning:
        ledger = ByMeaning()
        object.__setattr__(ledger, "noted", self.note)
        return ledger

    def note(self, meaning: str) -> None:
        """Write down that something was done, before anybody hears of it."""
        self.counts[meaning] += 1
        if self.journal is not None:
            self.journal(self.name, meaning)

    def twin(self, name: str) -> Far:
        """Make a world that has the same behind it; each goes on by itself."""
        far = Far(name, self.world.now().isoformat(), None)
        memo: dict[int, Any] = {id(self.note.__self__): far}
        for company in COMPANIES:
            mine = getattr(self.world, company)
            theirs = getattr(far.world, company)
            kept = {
                k: v for k, v in vars(mine).items() if k not in {"ledger", "_clock"}
            }
            vars(theirs).update(copy.deepcopy(kept, memo))
            theirs.ledger.effects.update(mine.ledger.effects)
            theirs.ledger._replies.update(mine.ledger._replies)  # noqa: SLF001
        far.app._kept.update(self.app._kept)  # noqa: SLF001
        far.counts.update(self.counts)
        far.journal, far.deaf = self.journal, self.deaf
        return far

    def answer(self, asked: Asked) -> Answer | None:
        """Answer a request; `None` if the reply is lost."""
        fault = self._fault(asked)
        if fault == "drop":
            return None
        if fault == "busy":
            return problem_answer(503, "busy", "Come again.")
        if fault == "refuse":
            return problem_answer(422, "refused", "Not by us.")
        if fault == "slow":
            time.sleep(0.2)
        if self.deaf and asked.path.endswith("/observations"):
            return told({"observations": []})
        answer = self.app.answer(asked)
        if fault == "early":
            self.app.sender.deliver()
        return None if fault == "lose" else answer

    def _fault(self, asked: Asked) -> str:
        """Tell what goes wrong with this call; only calls that change something do."""
        if "idempotency-key" not in asked.headers:
            return ""
        for place, fault in enumerate(self.faults):
            if asked.path.startswith(fault.path):
                if fault.times <= 1:
                    del self.faults[place]
                else:
                    self.faults[place] = fault._replace(times=fault.times - 1)
                return fault.what
        return ""


class Outside:
    """All worlds of one process, and their journal."""

    def __init__(self, journal: pathlib.Path | None = None) -> None:
        self.worlds: dict[str, Far] = {}
        self._file = None if journal is None else journal.open("ab", buffering=0)
        self._writing = threading.Lock()

    def write(self, name: str, meaning: str) -> None:
        """Put a line into the journal, and onto the disk."""
        if self._file is None:
            return
        at = dt.datetime.now(dt.UTC).isoformat()
        line = json.dumps({"at": at, "world": name, "did": meaning}) + "\n"
        with self._writing:
            self._file.write(line.encode())
            os.fsync(self._file.fileno())

    def open(self, name: str, *, now: str = "", like: str = "") -> Far:
        """Begin a world, or one that has the same behind it as another one."""
        far = self.worlds[like].twin(name) if like else Far(name, now, self.write)
        self.worlds[name] = far
        return far

    def administer(self, asked: Asked) -> Answer:
        """Answer what the proof asks, not what pmkit asks."""
        said = asked.json()
        what = asked.path.removeprefix("/proof/")
        if what == "open":
            self.open(said["name"], now=said.get("now", ""), like=said.get("like", ""))
        elif what == "forget":
            self.worlds.pop(said["name"], None)
        elif what == "fault":
            fault = Fault(said["fault"], said["path"], said["times"])
            self.worlds[said["name"]].faults.append(fault)
        elif what == "calm":
            self.worlds[said["name"]].faults.clear()
        elif what == "deaf":
            self.worlds[said["name"]].deaf = said["deaf"]
        return told(dict(self.worlds[said["name"]].counts) if what == "counts" else {})

    def answer(self, asked: Asked) -> Answer | None:
        """Answer a request to ``/w/<world>/...`` or ``/proof/...``."""
        if asked.path.startswith("/proof/"):
            return self.administer(asked)
        _, _, name, rest = asked.path.split("/", 3)
        far = self.worlds[name]
        return far.answer(
            Asked(
                method=asked.method,
                path=f"/{rest}",
                query=asked.query,
                headers=asked.headers,
                body=asked.body,
            )
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 600

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def log_message(self, *_: object) -> None:
        pass

    def _respond(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", "0"))
        asked = Asked(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )
        answer = self.server.outside.answer(asked)  # type: ignore[attr-defined]
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", f"{len(answer.body)}")
        self.end_headers()
        self.wfile.write(answer.body)


class Server(ThreadingHTTPServer):
    """The outside on a port of loopback."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, outside: Outside) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.outside = outside


def main(journal: str) -> None:
    """Serve until the standard input ends: with whoever started it."""
    server = Server(Outside(pathlib.Path(journal)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
