"""
The desk: what a marketplace holds, one method for each step and each query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pmkit.core.catalogue import CATALOGUE, Catalogue
from pmkit.core.terms import TERMS_2026_01, Terms
from pmkit.hooks.panel import Panel
from pmkit.shell.desk.asked import AskedDesk
from pmkit.shell.desk.asking import AskingDesk
from pmkit.shell.desk.booking import BookingDesk
from pmkit.shell.desk.operating import OperatingDesk
from pmkit.shell.desk.ordering import OrderingDesk
from pmkit.shell.desk.overseeing import OverseeingDesk
from pmkit.shell.desk.paying import PayingDesk
from pmkit.shell.desk.rechecking import RecheckingDesk
from pmkit.shell.desk.reporting import ReportingDesk
from pmkit.shell.desk.visiting import VisitingDesk
from pmkit.shell.desk.working import WorkingDesk
from pmkit.shell.ids import Ids, random_ids
from pmkit.shell.store import Store

if TYPE_CHECKING:
    import os
    import types

    import sqlalchemy as sa

    from pmkit.shell.clock import Clock


class Desk(
    OrderingDesk,
    BookingDesk,
    PayingDesk,
    VisitingDesk,
    ReportingDesk,
    AskingDesk,
    WorkingDesk,
    OperatingDesk,
    OverseeingDesk,
    RecheckingDesk,
    AskedDesk,
):
    """
    The counter at which a marketplace does everything with a service.

    Args:
        store: Where orders are kept; see `Desk.open` for a file.

        panel: The attached agencies, payment methods and notifiers.

        clock: The only source of "now"; that of the store if not given: the server's
            on PostgreSQL, this machine's on SQLite.

        ids: The only source of new names.

        catalogue: The kinds of service on sale.

        terms: The terms that new orders are opened under.

    A command either happens wholly or not at all, and takes an idempotency key:
    the same key with the same content gives the same answer again, with other
    content a `pmkit.ConflictError`.
    """

    def __init__(
        self,
        store: Store,
        *,
        panel: Panel | None = None,
        clock: Clock | None = None,
        ids: Ids = random_ids,
        catalogue: Catalogue = CATALOGUE,
        terms: Terms = TERMS_2026_01,
    ) -> None:
        self.store = store
        self.panel = Panel.of() if panel is None else panel
        self.clock = store.clock() if clock is None else clock
        self.ids = ids
        self.catalogue = catalogue
        self.terms = terms

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        panel: Panel | None = None,
        clock: Clock | None = None,
        ids: Ids = random_ids,
        catalogue: Catalogue = CATALOGUE,
        terms: Terms = TERMS_2026_01,
    ) -> Desk:
        """
        Open a desk on a SQLite file, on a PostgreSQL database, or in memory.

        Args:
            path: The file, made if it is not there, or the URL of a database; `None`
                for one in memory.

            panel: The attached plugins.

            clock: The only source of "now"; that of the store if not given.

            ids: The only source of new names.

            catalogue: The kinds of service on sale.

            terms: The terms that new orders are opened under.

        Returns:
            The desk; close it, or use it in a ``with`` statement.

        Raises:
            pmkit.StoreError: If the file is not a readable pmkit database.
        """
        store = Store.memory() if path is None else Store.open(path)
        return cls(
            store,
            panel=panel,
            clock=clock,
            ids=ids,
            catalogue=catalogue,
            terms=terms,
        )

    def within(self, connection: sa.Connection) -> Self:
        """
        Give a desk whose commands are part of a transaction of the application.

        Its own rows and those of the order are then committed together or not at all.
        Only commands and queries: `work` calls plugins, and belongs outside of any
        transaction.

        Args:
            connection: In a transaction, on the database of this desk.

        Raises:
            pmkit.StoreError: If it could not be rolled back: the driver has begun no
                transaction.

        Examples:
            >>> import sqlalchemy as sa
            >>> desk = Desk.open()
            >>> with desk.store.engine.begin() as connection:
            ...     here = desk.within(connection)
            ...     _ = connection.execute(sa.text("CREATE TABLE carts (id TEXT)"))
            ...     here.orders()
            ()
        """
        return type(self)(
            self.store.within(connection),
            panel=self.panel,
            clock=self.clock,
            ids=self.ids,
            catalogue=self.catalogue,
            terms=self.terms,
        )

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self.close()
