"""
The rate of commands against the number of workers, in threads and in processes.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
import time
from typing import TYPE_CHECKING, Any

from bench.store_orders import COMMANDS, Pattern, desk_on, order_id

from pmkit.shell.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.queues import Queue

    from bench.store_places import Places, Size

    from pmkit.shell.desk import Desk

WORKERS = (1, 2, 4, 8)


def measure_workers(there: Places, size: Size) -> dict[str, dict[int, float]]:
    """Measure the rate of commands against the number of threads and processes."""
    walk, _ = COMMANDS["place_order"]
    pattern = Pattern(walk)
    found: dict[str, dict[int, float]] = {"threads": {}, "processes": {}}
    for count in WORKERS:
        numbers = range(1, int(1_500 * size.seconds) * 2 + 1)
        for kind, act in (("threads", _by_threads), ("processes", _by_processes)):
            url = there.url()
            with Store.open(url) as store:
                pattern.fill(store, numbers)
            shares: list[Sequence[int]] = [numbers[n::count] for n in range(count)]
            found[kind][count] = act(url, shares, size.seconds)
    return found


def place(url: str, share: Sequence[int], until: float, desk: Desk | None) -> int:
    """Place orders until some moment; tell how many."""
    _, command = COMMANDS["place_order"]
    done = 0
    with contextlib.nullcontext(desk) if desk else desk_on(Store.open(url)) as here:
        assert here is not None  # noqa: S101 - one of the two
        for number in share:
            if time.time() >= until:
                break
            command(here, order_id(number))
            done += 1
    return done


def _by_threads(url: str, shares: list[Sequence[int]], seconds: float) -> float:
    counted: list[int] = []
    with desk_on(Store.open(url)) as desk:
        until = time.time() + seconds
        threads = [
            threading.Thread(
                target=lambda share: counted.append(place(url, share, until, desk)),
                args=(share,),
            )
            for share in shares
        ]
        start = time.time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(counted) / (time.time() - start)


def process(
    url: str, share: Sequence[int], gate: Any, seconds: float, told: Queue[int]
) -> None:
    """Place orders in a process of its own, from when all of them are ready."""
    with desk_on(Store.open(url)) as desk:
        gate.wait()
        told.put(place(url, share, time.time() + seconds, desk))


def _by_processes(url: str, shares: list[Sequence[int]], seconds: float) -> float:
    context = multiprocessing.get_context("spawn")
    gate, told = context.Barrier(len(shares) + 1), context.Queue()
    workers = [
        context.Process(target=process, args=(url, share, gate, seconds, told))
        for share in shares
    ]
    for worker in workers:
        worker.start()
    gate.wait()
    start = time.time()
    counted = sum(told.get() for _ in workers)
    taken = time.time() - start
    for worker in workers:
        worker.join()
    return float(counted / taken)
