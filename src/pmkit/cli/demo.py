"""
``pmkit demo``: one service on its whole road, told step by step.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.sandbox.demo import Journey


@click.command()
@click.option(
    "--db",
    metavar="FILE",
    help="Keep the database in this new file, and the notices that were sent in"
    " FILE.notices.jsonl; without it both are gone afterwards.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def demo(*, db: str | None, as_json: bool) -> None:
    """
    Send one service down the whole road, on a simulated clock.

    An order from Ningbo, a production monitoring on it, a card that is declined, a
    visit that is missed, a report, a review: the desk, the database and the working
    days of China are real, the companies are not.  Two runs say the same.

    With --json: order, stage, timeline, deadlines, payments, report, review and
    refusals.
    """
    with _files(db) as (database, notices):
        from pmkit.sandbox.demo import travel

        journey = travel(database, notices)
        if as_json:
            click.echo(json.dumps(_record(journey)))
        else:
            from pmkit.cli.telling import tell

            tell(journey, db)


@contextlib.contextmanager
def _files(db: str | None) -> Iterator[tuple[Path, Path]]:
    """Name the two files of a run, and remove them if nobody asked for them."""
    if db is not None:
        path = _new(db)
        yield path, path.with_name(f"{path.name}.notices.jsonl")
        return
    with tempfile.TemporaryDirectory(prefix="pmkit-demo-") as folder:
        yield Path(folder) / "demo.db", Path(folder) / "notices.jsonl"


def _new(db: str) -> Path:
    path = Path(db)
    if path.exists():
        msg = f"There is a file {db} already; the demo begins with a new one."
        raise InputError(msg, field="db", remedy="Name another file, or remove it.")
    if not path.parent.is_dir():
        msg = f"There is no folder {path.parent}."
        raise InputError(msg, field="db", remedy="Make it, or name another file.")
    return path


def _record(journey: Journey) -> dict[str, Any]:
    from pmkit.cli import records
    from pmkit.shell.wire import instant_text

    order, service = journey.order, journey.service
    reports = [visit.report for visit in service.visits if visit.report is not None]
    return {
        "order": order.id,
        "stage": service.stage.value,
        "timeline": records.timeline_records(journey.timeline),
        "deadlines": [records.due_record(due) for due in journey.deadlines()],
        "payments": [records.payment_record(payment) for payment in order.payments],
        "report": records.report_record(reports[-1]) if reports else None,
        "review": records.review_record(service.review) if service.review else None,
        "refusals": [
            {
                "at": instant_text(refusal.at),
                "step": refusal.step,
                "by": refusal.by,
                "code": refusal.code,
                "message": refusal.message,
                "allowed": refusal.allowed,
            }
            for refusal in journey.refusals
        ],
    }
