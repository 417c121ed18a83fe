"""
``pmkit ops``: calls to plugins that pmkit cannot settle by itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pmkit.cli.importing import OPERATOR, common
from pmkit.cli.orders import opened
from pmkit.cli.overseeing import dead, retry, status, stuck
from pmkit.cli.reconciling import reconcile
from pmkit.core.errors import NotFoundError
from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    from pmkit.shell.clock import Clock

_SEE = "See: pmkit ops unresolved, or pmkit orders list, with the same --db."


@click.group()
def ops() -> None:
    """
    List, show and resolve calls to plugins whose outcome needs a person.
    """


for command in (reconcile, status, stuck, dead, retry):
    ops.add_command(command)


@ops.command()
@common
def unresolved(clock: Clock | None, *, db: str, as_json: bool) -> None:
    """
    List the calls that a person should look at, oldest first.

    Those that wait for a person, those whose outcome nobody knows, and those that
    have not left for long.

    With --json: operations, a list of operation, order, kind, plugin, subject, visit,
    state, certainty, parked, why, remedy, can_do, attempts, result, reference,
    decided_at, first_sent_at, changed_at, next_at, age_seconds and resolutions.
    """
    with opened(db, clock) as desk:
        found = desk.unresolved(actor=OPERATOR)
    from pmkit.cli import operating

    if as_json:
        records = [operating.operation_record(each) for each in found]
        click.echo(json.dumps({"operations": records}))
    else:
        operating.show_operations(found)


@ops.command()
@click.argument("operation_id", metavar="OPERATION")
@common
def show(clock: Clock | None, *, operation_id: str, db: str, as_json: bool) -> None:
    """
    Tell everything that is known of one call.

    With --json: the keys of one of the operations of pmkit ops unresolved, digest,
    and decided_by, the event that asked for it: seq, at, event and by.
    """
    with opened(db, clock) as desk:
        try:
            found = desk.operation(operation_id, actor=OPERATOR)
        except NotFoundError:
            raise _not_found(operation_id) from None
        timeline = desk.timeline(found.order_id, actor=OPERATOR)
        zone = desk.order(found.order_id).terms.zone
    from pmkit.cli import operating

    decided = operating.deciding(found, timeline)
    if as_json:
        click.echo(json.dumps(operating.whole_record(found, decided)))
    else:
        operating.show_operation(found, decided, zone)


@ops.command()
@click.argument("operation_id", metavar="OPERATION")
@click.option(
    "--outcome",
    required=True,
    metavar="OUTCOME",
    help="happened, did-not-happen or send-again.",
)
@click.option("--by", required=True, metavar="NAME", help="Who resolves it: you.")
@click.option("--evidence", required=True, metavar="TEXT", help="How you know it.")
@click.option(
    "--reference",
    default="",
    metavar="NUMBER",
    help="The agency's number.",
)
@click.option(
    "--force", is_flag=True, help="Send it again although that may do it twice."
)
@common
def resolve(
    clock: Clock | None,
    *,
    operation_id: str,
    outcome: str,
    by: str,
    evidence: str,
    reference: str,
    force: bool,
    db: str,
    as_json: bool,
) -> None:
    """
    Say what became of a call, as a person who found out.

    happened: a booking gets the agency's number (--reference); money counts only when
    its processor reports it.  did-not-happen: a charge is declined and a refund fails
    on the order.  send-again: it is sent once more under the same operation id; with
    --force also where nobody can tell that this does not do it twice.

    With --json: the keys of one of the operations of pmkit ops unresolved.
    """
    actor = Actor(role=Role.OPERATOR, party=OPERATOR.party, name=by)
    with opened(db, clock) as desk:
        try:
            found = desk.resolve(
                operation_id,
                actor=actor,
                outcome=outcome,
                evidence=evidence,
                reference=reference,
                force=force,
            )
        except NotFoundError:
            raise _not_found(operation_id) from None
    from pmkit.cli import operating

    if as_json:
        click.echo(json.dumps(operating.operation_record(found)))
    else:
        operating.show_resolved(found)


def _not_found(operation_id: str) -> NotFoundError:
    msg = f"There is no call {operation_id!r}."
    return NotFoundError(msg, field="OPERATION", remedy=_SEE)
