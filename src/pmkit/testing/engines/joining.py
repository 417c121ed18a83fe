"""
What every engine has to do with a command in a transaction of the application.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from pmkit.core.service import ServiceStage
from pmkit.testing.engines.bench import history, paid
from pmkit.testing.engines.watching import PROMPT, expect, plain, running, stage, until

if TYPE_CHECKING:
    from pmkit.shell.desk import Desk
    from pmkit.shell.engine.port import Engine
    from pmkit.testing.engines.bench import Bench

#: Seconds in which an engine looks at the rows several times.
_LOOKS = 0.5


def wakes_of_a_transaction(bench: Bench) -> None:
    """What an application rolls back is not done; what it commits is done, once."""
    desk = bench.desk()
    engine = bench.engine(desk)
    with running(engine):
        until(lambda: desk.store.waker is not None)
        _decide(desk, engine, "TA-1", commit=False)
        time.sleep(_LOOKS)
        expect({}, bench.outside.did())
        _decide(desk, engine, "TA-2", commit=True)
        until(lambda: stage(desk, "TA-2") is ServiceStage.BOOKED, within=PROMPT)
        _decide(desk, engine, "TA-3", commit=False)
    # Nothing is left that would keep an engine from its rest.
    once = threading.Thread(target=bench.settle, args=(desk,), daemon=True)
    once.start()
    once.join(timeout=PROMPT)
    expect(False, once.is_alive())  # noqa: FBT003 - it is the expected value
    idle = bench.engine(desk).run(once=True).idle

    expect(True, idle)  # noqa: FBT003 - it is the expected value
    expect(("TA-2",), desk.orders())
    expect(plain(bench), history(desk, "TA-2"))
    expect({1}, set(bench.outside.did().values()))


def _decide(desk: Desk, engine: Engine, order_id: str, *, commit: bool) -> None:
    """Give commands in a transaction, wake the engine, and take time to decide."""
    begin = time.monotonic()
    with desk.store.engine.connect() as connection, connection.begin() as transaction:
        paid(desk.within(connection), order_id)
        engine.wake(order_id, desk.clock.now(), connection=connection)
        time.sleep(_LOOKS)
        if commit:
            transaction.commit()
        else:
            transaction.rollback()
    took = time.monotonic() - begin
    assert took < PROMPT, "The application waited for the engine."  # noqa: S101
