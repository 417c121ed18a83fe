"""What is told to OpenTelemetry and structlog, and that it is never too much."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.shell.counter import BUYER, ORDER, Counter

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

    assert "pmkit.wake" in spans.names
