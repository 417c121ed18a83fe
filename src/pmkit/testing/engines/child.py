"""
A worker in a process of its own, to be killed: ``python -m ...child``.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import pathlib
import sys
from typing import Any

from pmkit.shell.clock import SystemClock
from pmkit.shell.desk import Desk
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.testing.engines.outside import Outside

#: Short times, so that a test need not wait.
QUICK = WorkerSettings(
    lease=dt.timedelta(seconds=1),
    heartbeat=dt.timedelta(seconds=0.3),
    poll=dt.timedelta(seconds=0.05),
    ask_in=dt.timedelta(seconds=0.5),
    grace=dt.timedelta(seconds=10),
)


def engine_maker(file: str, name: str) -> Any:
    """
    Find the function that makes an engine, in the file of the tests.

    Args:
        file: The file.

        name: The function.
    """
    spec = importlib.util.spec_from_file_location("engine_under_test", file)
    assert spec is not None  # noqa: S101 - the file of a test is python
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return getattr(module, name)


def main() -> None:
    """Run an engine until the process is killed."""
    database, folder, file, name = sys.argv[1:]
    outside = Outside(pathlib.Path(folder), SystemClock().now)
    with Desk.open(database, panel=outside.panel) as desk:
        engine_maker(file, name)(desk, QUICK).run()


if __name__ == "__main__":
    main()
