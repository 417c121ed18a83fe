"""
Serve an agency in memory: ``python -m pmkit_agency_http.server --help``.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import threading
from typing import TYPE_CHECKING

from pmkit_agency_http.server import (
    Account,
    AgencyServer,
    MemoryAgency,
    WebhookSender,
    listen,
    new_secret,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAUSE = 0.5


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pmkit_agency_http.server",
        description="Serve an agency in memory on 127.0.0.1, to try the protocol.",
    )
    parser.add_argument("--port", type=int, default=8730, help="8730, if left out")
    parser.add_argument("--account", default="demo", help="demo, if left out")
    parser.add_argument("--by-hand", action="store_true", help="tasks stay pending")
    parser.add_argument("--webhook-url", help="where the platform hears messages")
    parser.epilog = (
        "AGENCY_TOKEN and AGENCY_WEBHOOK_SECRET set the token and the secret of the "
        "messages; a new one is made and shown, if they are not set."
    )
    return parser


def _shown(name: str, made: str) -> str:
    """Take a secret from the environment, or show the new one."""
    given = os.environ.get(name)
    if given:
        return given
    sys.stdout.write(f"{name}={made}\n")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Serve until it is interrupted.

    Args:
        arguments: Those of the command line, if left out.
    """
    given = _parser().parse_args(arguments)
    token = _shown("AGENCY_TOKEN", secrets.token_urlsafe(24))
    sender = None
    if given.webhook_url:
        keys = [_shown("AGENCY_WEBHOOK_SECRET", new_secret())]
        sender = WebhookSender(given.webhook_url, keys=keys)
    agency = MemoryAgency(
        by_hand=given.by_hand, tell=None if sender is None else sender.send
    )
    app = AgencyServer({token: Account(name=given.account, backend=agency)})
    stop = threading.Event()
    with listen(app, port=given.port) as server:
        if sender is not None:
            threading.Thread(target=_keep_sending, args=(sender, stop)).start()
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}/v1\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()


def _keep_sending(sender: WebhookSender, stop: threading.Event) -> None:
    while not stop.wait(_PAUSE):
        sender.run()


if __name__ == "__main__":
    main()
