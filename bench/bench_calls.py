"""
Measure calls to plugins beside bare httpx; fail over budget.

A process of its own answers on loopback over kept connections, so that both sides pay
for the same wire.  The peer is ``httpx.Client.post`` with a pooled connection and the
same request.  All figures are of one run, the rounds of the peers take turns, and each
figure is the median of its rounds.

*Dispatch* is choosing one of 50 attached plugins by its name and handing it an
operation, above handing it to the plugin at hand.

Run ``python bench/bench_calls.py [--json]``, or ``nox -s bench``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import statistics
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

from pmkit.core.lookups import ObservationsRequest
from pmkit.core.money import Money
from pmkit.core.ports import AgencyObservation, QuoteRequest
from pmkit.core.service import Price, PriceLine, PriceLineKind
from pmkit.effects.attached import AttachedAgency
from pmkit.hooks.capabilities import FULL, Capabilities
from pmkit.hooks.manifest import PluginKind, PluginManifest
from pmkit.hooks.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from pmkit.effects.context import CallContext, Operation

PLUGINS = 50
ROUNDS = 15
CALLS = 100
QUICK_CALLS = 3_000
DISPATCH_US = 2.0
#: What the driver may add to an HTTP call: either of the two.
DRIVER_US = 150.0
DRIVER_SHARE = 0.25

BODY = b'{"price": "300.00", "currency": "USD", "note": "per visit"}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Content-Length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)
REQUEST = QuoteRequest(kind="FRI", lines=(), currency="USD", planned_visits=1)
LINE = PriceLine(
    kind=PriceLineKind.SERVICE, description="a visit", amount=Money.of("300.00", "USD")
)
PRICE = Price(lines=(LINE,))


def serve(told: Connection) -> None:
    """Answer every request alike, on kept connections."""
    listening = socket.create_server(("127.0.0.1", 0))
    told.send(listening.getsockname()[1])
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    """Answer on one connection, until it ends."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    came = b""
    while piece := connection.recv(65536):
        came += piece
        head, found, body = came.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
        if found and len(body) >= length:
            came = b""
            connection.sendall(ANSWER)


class Agency:
    """
    A plugin that asks for a price over HTTP, or names one at once.

    Args:
        url: Where its far side is.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def quote(self, request: QuoteRequest, context: CallContext) -> Operation[Price]:
        """Ask for a price."""
        asked = {"kind": request.kind, "key": context.key}
        response = yield httpx.Request("POST", self.url, json=asked)
        response.json()
        return PRICE

    def observations(
        self,
        request: ObservationsRequest,  # noqa: ARG002 - as every operation is called
        context: CallContext,  # noqa: ARG002 - as every operation is called
    ) -> Operation[tuple[AgencyObservation, ...]]:
        """Report nothing, without a request."""
        yield from ()
        return ()


def attach(port: int, name: str) -> AttachedAgency:
    """Attach one plugin."""
    manifest = PluginManifest(
        id=name,
        kind=PluginKind.AGENCY,
        title=name,
        factory="bench_calls:Agency",
        capabilities=Capabilities(operations={"quote": FULL, "observations": FULL}),
    )
    place = f"127.0.0.1:{port}"
    return AttachedAgency(
        Agency(f"http://{place}/quotes"), manifest, exceptions=[place]
    )


def timed(call: Callable[[], Any], times: int) -> float:
    """Tell the microseconds of one call, of so many."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return 1e6 * (time.perf_counter() - start) / times


async def atimed(call: Callable[[], Any], times: int) -> float:
    """Tell the microseconds of one call in an event loop, of so many."""
    start = time.perf_counter()
    for _ in range(times):
        await call()
    return 1e6 * (time.perf_counter() - start) / times


def measure_sync(port: int, agency: AttachedAgency) -> dict[str, float]:
    """Measure the sync driver beside the client."""
    url = f"http://127.0.0.1:{port}/quotes"
    asked = {"kind": REQUEST.kind, "key": ""}
    found: dict[str, list[float]] = {"httpx.Client": [], "call": []}
    with httpx.Client(trust_env=False) as client:
        rounds: dict[str, Callable[[], Any]] = {
            "httpx.Client": lambda: client.post(url, json=asked).json(),
            "call": lambda: agency.quote(REQUEST),
        }
        for _ in range(ROUNDS):
            for name, call in rounds.items():
                found[name].append(timed(call, CALLS))
    agency.close()
    return {name: statistics.median(times) for name, times in found.items()}


async def measure_async(port: int, agency: AttachedAgency) -> dict[str, float]:
    """Measure the async driver beside the client."""
    url = f"http://127.0.0.1:{port}/quotes"
    asked = {"kind": REQUEST.kind, "key": ""}
    found: dict[str, list[float]] = {"httpx.AsyncClient": [], "acall": []}
    async with httpx.AsyncClient(trust_env=False) as client:

        async def bare() -> Any:
            return (await client.post(url, json=asked)).json()

        rounds: dict[str, Callable[[], Any]] = {
            "httpx.AsyncClient": bare,
            "acall": lambda: agency.acall("quote", REQUEST),
        }
        for _ in range(ROUNDS):
            for name, call in rounds.items():
                found[name].append(await atimed(call, CALLS))
    await agency.aclose()
    return {name: statistics.median(times) for name, times in found.items()}


def measure_dispatch(port: int) -> dict[str, float]:
    """Measure the choice of one of many plugins, and the guards without a request."""
    agencies = [attach(port, f"agency-{number}") for number in range(PLUGINS)]
    panel = Panel.of(agencies=agencies)
    name, agency = agencies[-1].name, agencies[-1]
    bare = Agency("")
    request = ObservationsRequest(subject="pm-1")
    rounds: dict[str, tuple[Callable[[], Any], int]] = {
        "the method of the plugin": (
            lambda: tuple(bare.observations(request, None)),  # type: ignore[arg-type]
            QUICK_CALLS,
        ),
        "at hand, with all guards": (
            lambda: agency.observations("pm-1"),
            QUICK_CALLS,
        ),
        "choosing it": (lambda: panel.agency(name).observations, QUICK_CALLS),
        "at hand": (lambda: agency.observations, QUICK_CALLS),
    }
    found: dict[str, list[float]] = {label: [] for label in rounds}
    for _ in range(ROUNDS):
        for label, (call, times) in rounds.items():
            found[label].append(timed(call, times))
    return {label: statistics.median(times) for label, times in found.items()}


def judge(found: dict[str, dict[str, float]]) -> dict[str, dict[str, Any]]:
    """Compare each figure with its budget."""
    dispatch = found["dispatch"]["choosing it"] - found["dispatch"]["at hand"]
    verdicts: dict[str, dict[str, Any]] = {
        "dispatch to one of 50": {
            "adds_us": dispatch,
            "over": dispatch > DISPATCH_US,
        }
    }
    for label, ours, peer in (
        ("sync", "call", "httpx.Client"),
        ("async", "acall", "httpx.AsyncClient"),
    ):
        adds = found[label][ours] - found[label][peer]
        share = adds / found[label][peer]
        over = adds > DRIVER_US and share > DRIVER_SHARE
        verdicts[f"driver, {label}"] = {"adds_us": adds, "share": share, "over": over}
    return verdicts


def run() -> dict[str, dict[str, float]]:
    """Measure everything beside one server."""
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    server = context.Process(target=serve, args=(tells,), daemon=True)
    server.start()
    try:
        port = hears.recv()
        return {
            "sync": measure_sync(port, attach(port, "sync")),
            "async": asyncio.run(measure_async(port, attach(port, "async"))),
            "dispatch": measure_dispatch(port),
        }
    finally:
        server.terminate()
        server.join()


def main() -> int:
    """Print each figure and what is added; 1 if a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    found = run()
    verdicts = judge(found)
    over = any(verdict["over"] for verdict in verdicts.values())
    if as_json:
        report = {
            "over": over,
            "budget_us": {"dispatch": DISPATCH_US, "driver": DRIVER_US},
            "budget_share": DRIVER_SHARE,
            "us": found,
            "verdicts": verdicts,
        }
        print(json.dumps(report, indent=2))
        return int(over)
    for group, figures in found.items():
        for name, figure in figures.items():
            print(f"{group:10} {name:28} {figure:9.2f} us")
    for name, verdict in verdicts.items():
        mark = "OVER" if verdict["over"] else "ok"
        share = f"{verdict['share']:+7.0%}" if "share" in verdict else ""
        print(f"{name:39} {verdict['adds_us']:+9.2f} us {share} {mark}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
