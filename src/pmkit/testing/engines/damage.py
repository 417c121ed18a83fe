"""
What every engine has to do where a row of the store cannot be read any more.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.core.parties import Actor, Role
from pmkit.core.service import ServiceStage
from pmkit.shell.messages import ACCOUNT
from pmkit.testing.engines.bench import paid
from pmkit.testing.engines.child import QUICK

if TYPE_CHECKING:
    from pmkit.shell.desk import Desk
    from pmkit.testing.engines.bench import Bench

_TRIES = 3
_HOUR = dt.timedelta(hours=1)
_NOISE = "{{{"
_STAFF = Actor(role=Role.OPERATOR, party="Market")


def rows_that_cannot_be_read(bench: Bench) -> None:
    """What cannot be read back stops nothing else, and is shown after some tries."""
    desk = bench.desk()
    paid(desk, "TA-1")
    paid(desk, "TA-2")
    _damage(desk)
    engine = bench.make_engine(desk, attrs.evolve(QUICK, tries=_TRIES))
    for _ in range(_TRIES):
        engine.run(once=True)
        bench.clock.advance(_HOUR)
    shown = {each.kind.value: each.error for each in desk.dead(actor=_STAFF)}
    with desk.store.snapshot() as tx:
        outbox, inbox = tx.tables.outbox, tx.tables.inbox
        asked = sa.select(outbox.c.number).where(outbox.c.sent_at.is_(None))
        untold = tx.connection.execute(asked).scalars().all()
        asked = sa.select(inbox.c.attempts).where(inbox.c.headers == _NOISE)
        tried = tx.connection.execute(asked).scalar_one()

    found = (desk.order("TA-2").services[0].stage, shown, len(untold), tried)
    error = "CorruptStoreError"
    wanted = (ServiceStage.BOOKED, {"call": error, "notice": error}, 1, _TRIES)
    assert found == wanted, f"{found!r} instead of {wanted!r}"  # noqa: S101


def _damage(desk: Desk) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        effects, outbox, inbox = tx.tables.effects, tx.tables.outbox, tx.tables.inbox
        tx.inbox_add(
            "outside-agency",
            ACCOUNT,
            "event-1",
            digest="",
            order_id=None,
            at=now,
            body=b"{}",
            headers={},
        )
        for change in (
            sa.update(effects)
            .where(effects.c.order_id == "TA-1")
            .values(params=_NOISE),
            sa.insert(outbox).values(
                id="TA-1/notice",
                order_id="TA-1",
                notice=_NOISE,
                created_at=now,
                attempts=0,
                error="",
            ),
            sa.update(inbox).where(inbox.c.headers > "").values(headers=_NOISE),
        ):
            tx.connection.execute(change)
