"""
What every desk of a proof would otherwise make anew: engines, and what is compiled.

A proof opens a desk for each life of a process, thousands of them.  What belongs to a
life is made anew: the desk, its store, its plugins, its connections.  An engine that
was disposed has none of it left, only the texts of statements, and serves the next
life, of whichever database.
"""

from __future__ import annotations

import collections
import gc
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

# The calls of plugins have their threads as ever: they know that function already.
from pmkit.effects import instance, slots  # noqa: F401
from pmkit.hooks import pipeline
from pmkit.shell.store import engines, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.hooks.manifest import PluginManifest

_GENERATION = 200_000


def keep_engines() -> None:
    """Have stores use engines that others of this process have disposed of."""
    for name in ("sqlite_engine", "postgresql_engine"):
        setattr(store, name, _kept(getattr(engines, name)))


def build_here() -> None:
    """Have plugins made without a thread each, and their forms compared once."""
    compared = set()
    compare = pipeline.check_form

    def check_form(made: object, manifest: PluginManifest) -> None:
        form = made if isinstance(made, type) else type(made)
        if (form, manifest.id) not in compared:
            compare(made, manifest)
            compared.add((form, manifest.id))

    def here(job: Callable[[], Any], *, ended: Callable[[], object]) -> Future[Any]:
        made: Future[Any] = Future()
        try:
            made.set_result(job())
        except Exception as error:  # noqa: BLE001 - who waits has to hear of it
            made.set_exception(error)
        ended()
        return made

    pipeline.check_form = check_form
    slots.in_thread = here


def collect_rarely() -> None:
    """Have the collector look at what is new only, and not at each step."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GENERATION, 10, 10)


def _kept(make: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    idle: collections.deque[sa.Engine] = collections.deque()

    def engine_on(url: sa.URL, **more: Any) -> sa.Engine:
        if more:  # in memory: the database is the connection
            return make(url, **more)
        try:
            engine = idle.pop()
        except IndexError:
            engine = make(url)
            sa.event.listen(engine, "engine_disposed", idle.append)
            sa.event.listen(engine, "do_connect", _connects(engine))
        engine.url = url
        return engine

    return engine_on


def _connects(engine: sa.Engine) -> Callable[..., None]:
    def connects(dialect: Any, _: object, args: list[Any], named: Any) -> None:
        """Connect to where the engine is now, not to where it was made for."""
        args[:], there = dialect.create_connect_args(engine.url)
        named.update(there)

    return connects


keep_engines()
build_here()
