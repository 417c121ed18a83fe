"""
The routes of the simulated inspection company.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core import ports
from pmkit.core.errors import NotFoundError
from pmkit.sandbox.far.routing import Answer, Asked, told
from pmkit.sandbox.forms import read, write, write_news

if TYPE_CHECKING:
    from pmkit.sandbox.far.app import SandboxApp
    from pmkit.sandbox.world import World


def add_routes(app: SandboxApp, world: World) -> None:
    """
    Add the routes under ``/agency``.

    Args:
        app: The application.

        world: The companies; looked at with each request.
    """

    def quote(asked: Asked) -> Answer:
        return told(write(world.agency.quote(read(asked.json(), ports.QuoteRequest))))

    def book(asked: Asked) -> Answer:
        reply = world.agency.book(read(asked.json(), ports.BookingRequest))
        return told(write(reply), 201)

    def move(asked: Asked) -> Answer:
        world.agency.move(read(asked.json(), ports.MoveRequest))
        return told({"done": True})

    def cancel(asked: Asked) -> Answer:
        world.agency.cancel(read(asked.json(), ports.CancelRequest))
        return told({"done": True})

    def observations(asked: Asked) -> Answer:
        seen = world.agency.observations(asked.asks_for("service_id"))
        return told({"observations": [write_news(news) for news in seen]})

    def operations(asked: Asked) -> Answer:
        done = world.agency.ledger.done(asked.asks_for("operation_id"))
        if done is None:
            return told({"found": False})
        (reply,) = done
        return told({"found": True, "reply": write(reply) if reply else {"done": True}})

    def files(asked: Asked) -> Answer:
        return _file(world, asked.named["sha256"])

    app.add("POST", "/agency/quotes", quote)
    app.add("POST", "/agency/tasks", book, keyed=True)
    app.add("POST", "/agency/moves", move, keyed=True)
    app.add("POST", "/agency/cancellations", cancel, keyed=True)
    app.add("GET", "/agency/observations", observations)
    app.add("GET", "/agency/operations", operations)
    app.add("GET", "/agency/files/{sha256}", files)


def _file(world: World, sha256: str) -> Answer:
    """Give the bytes of a photo."""
    for task in world.agency.tasks:
        for news in task.observations:
            if isinstance(news, ports.ReportReady):
                for proof, content in zip(news.evidence, news.files, strict=False):
                    if proof.sha256 == sha256:
                        return Answer(body=content, media_type=proof.media_type)
    msg = "There is no such file."
    raise NotFoundError(msg, field="sha256", remedy="Read it off a report.")
