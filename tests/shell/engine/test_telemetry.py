"""What is told to OpenTelemetry and structlog, and that it is never too much."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.shell.counter import BUYER, ORDER, SUPPLIER, Counter

from pmkit.core.errors import PmkitError
from pmkit.shell import telemetry


class Spans:
    """A tracer that remembers."""

    def __init__(self):
        self.names = []
        self.told = []

    def start_as_current_span(self, name, *, attributes, **options):
        """Remember a span; words of errors are not to be recorded."""
        assert {"record_exception": False, "set_status_on_exception": False} == options
        self.names.append(name)
        self.told.append(attributes)
        return telemetry.contextlib.nullcontext()


@pytest.fixture
def spans(monkeypatch):
    """Have a tracer that remembers."""
    made = Spans()
    monkeypatch.setattr(telemetry, "_tracer", lambda: made)
    return made


def test_spans_of_commands_and_calls(spans, tmp_path):
    """Commands and calls are measured under their names."""
    counter = Counter(tmp_path)
    counter.booked()
    counter.desk.close()

    assert {"pmkit.command", "pmkit.effect"} <= set(spans.names)


class Events:
    """A structlog that remembers."""

    def __init__(self):
        self.told = []

    def is_configured(self):
        """Say that somebody listens."""
        return True

    def get_logger(self, name):
        """Give itself."""
        assert "pmkit" == name
        return self

    def info(self, name, **fields):
        """Remember an event."""
        self.told.append((name, fields))


@pytest.fixture
def events(monkeypatch):
    """Have a structlog that remembers."""
    made = Events()
    monkeypatch.setattr(telemetry, "_structlog", lambda: made)
    return made


def test_events_of_commands(events, tmp_path):
    """A command is told with its order and what it came to, also a refused one."""
    counter = Counter(tmp_path)
    counter.open()
    counter.add()
    with pytest.raises(PmkitError) as refused:
        counter.desk.release_report(ORDER, "none", actor=BUYER)
    counter.desk.close()
    told = [fields for name, fields in events.told if name == "pmkit.command"]

    assert {"command": "add_service", "order": ORDER, "came": "done"} in told
    assert refused.value.code == told[-1]["came"]


def test_no_secrets(spans, tmp_path):
    """What the payer pays with is in no attribute."""
    counter = Counter(tmp_path)
    counter.booked()
    counter.desk.close()

    assert "tok-" not in repr(spans.told)


def test_nothing_without_the_packages(monkeypatch):
    """Where neither is installed, nothing is told and nothing fails."""
    monkeypatch.setattr(telemetry, "_tracer", lambda: None)
    monkeypatch.setattr(telemetry, "_structlog", lambda: None)
    telemetry.event("pmkit.test", number=1)
    with telemetry.span("pmkit.test", number=1) as span:
        assert span is None


def test_an_order_without_a_timer_is_a_difference(tmp_path):
    """Verify shows an order that nobody would look at any more."""
    from pmkit.shell.store import verify

    counter = Counter(tmp_path)
    counter.booked()
    before = verify(counter.desk.store)
    with counter.desk.store.transaction() as tx:
        tx.connection.execute(sa.delete(tx.tables.timers))
    (found,) = verify(counter.desk.store)
    counter.desk.close()

    assert [] == before
    assert ("TA-1", "timers") == (found.order_id, found.what)


def test_spans_of_wakes(spans, tmp_path):
    """What an engine does is measured under the name that the page gives."""
    from pmkit.shell.engine.local import LocalEngine

    counter = Counter(tmp_path)
    counter.booked()
    counter.desk.add_service(ORDER, actor=BUYER, provider="sandbox-agency")
    counter.world.advance(days=2)
    LocalEngine(counter.desk).run(once=True)
    counter.desk.close()

    wakes = [
        told
        for name, told in zip(spans.names, spans.told, strict=True)
        if name == "pmkit.wake"
    ]
    assert ORDER in {told.get("pmkit.order") for told in wakes}
    assert "" not in {told.get("pmkit.order") for told in wakes}


def test_events_of_wakes(events, tmp_path):
    """What an engine does is told with its receiver, and its order where one is."""
    from pmkit.shell.engine.local import LocalEngine

    counter = Counter(tmp_path)
    counter.open()
    counter.add()
    counter.desk.place_order(ORDER, actor=SUPPLIER)
    counter.desk.pay(ORDER, actor=BUYER, method="sandbox-card", instrument="tok-1")
    LocalEngine(counter.desk).run(once=True)
    counter.desk.close()
    told = [fields for name, fields in events.told if name == "pmkit.wake"]

    assert ("call:sandbox-card", ORDER) in {
        (each["receiver"], each.get("order")) for each in told
    }
    assert {"done"} == {each["came"] for each in told}
