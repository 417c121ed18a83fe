"""The tables of procrastinate: made once, whoever comes first."""

from __future__ import annotations

import concurrent.futures
import datetime as dt

import pytest
import sqlalchemy as sa
from pmkit.core.errors import ForeignStoreError, NewerStoreError, StoreError
from pmkit.shell.store import Store

from pmkit_procrastinate.installing import install, is_installed
from pmkit_procrastinate.jobs import Jobs, queue_of

NOW = dt.timedelta()


def schemas(store):
    """List the schemas that have a table of jobs."""
    with store.engine.connect() as connection:
        asked = "SELECT schemaname FROM pg_tables WHERE tablename = :name ORDER BY 1"
        rows = connection.execute(sa.text(asked), {"name": "procrastinate_jobs"})
        return list(rows.scalars())


def begun(store, statement):
    """Run one statement and commit it."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql(statement)


class TestInstall:
    def test_the_second_time_nothing_is_left_to_do(self, database):
        """Installing may be part of every start."""
        with Store.open(database) as store:
            first = install(store)
            second = install(store)
            with store.engine.connect() as connection:
                there = is_installed(connection)

        assert "03.04.00_50_post_add_retry_failed_job_procedure.sql" in first
        assert second == ()
        assert there

    def test_many_that_start_at_once_make_the_tables_once(self, database):
        """Eight processes of a deployment may all install at the same moment."""

        def start():
            with Store.open(database) as store:
                return len(install(store))

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            counts = sorted(f.result() for f in [pool.submit(start) for _ in range(8)])

        assert counts[:7] == [0] * 7
        assert counts[7] > 0

    def test_the_schema_is_its_own_and_can_be_named(self, database):
        """Nothing of procrastinate is put among the tables of pmkit."""
        with Store.open(database, schema="shop", prefix="pm_") as store:
            install(store, schema='odd "name": jobs')
            found = schemas(store)

        assert found == ['odd "name": jobs']

    def test_tables_of_another_application_are_left_alone(self, database):
        """A schema in which somebody else keeps their jobs is not taken over."""
        with Store.open(database) as store:
            begun(store, "CREATE SCHEMA procrastinate")
            begun(store, "CREATE TABLE procrastinate.procrastinate_jobs (id int)")

            with pytest.raises(ForeignStoreError, match="another application"):
                install(store)

    def test_tables_of_a_newer_version_are_left_alone(self, store):
        """An old worker that starts late does not touch what it does not know."""
        begun(store, "INSERT INTO procrastinate.pmkit_applied VALUES ('99.sql')")

        with pytest.raises(NewerStoreError):
            install(store)

    def test_a_missing_migration_is_applied_by_itself(self, store):
        """An upgrade runs what is new, and only that."""
        name = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
        gone = f"DELETE FROM procrastinate.pmkit_applied WHERE name = '{name}'"  # noqa: S608 - ours
        begun(store, gone)
        applied = install(store), install(store)
        with store.engine.begin() as connection:
            noted = Jobs().put(connection, "TA-1", NOW)

        assert applied == ((name,), ())
        assert noted

    def test_a_file_cannot_have_them(self, tmp_path):
        """procrastinate needs PostgreSQL, and says so."""
        with (
            Store.open(tmp_path / "pm.db") as store,
            pytest.raises(StoreError, match="PostgreSQL only"),
        ):
            install(store)


class TestNames:
    def test_two_stores_in_one_database_have_two_queues(self, database):
        """Whoever works for one store never takes a job of the other."""
        with (
            Store.open(database) as plain,
            Store.open(database, schema="shop", prefix="pm_") as other,
        ):
            names = [queue_of(store.tables) for store in (plain, other)]
            install(plain)
            with plain.engine.begin() as connection:
                Jobs(queue=names[0]).put(connection, "TA-1", NOW)
            with plain.engine.connect() as connection:
                counts = [dict(Jobs(queue=n).count(connection)) for n in names]

        assert names == ["pmkit", "pmkit:shop.pm_"]
        assert counts == [{"todo": 1}, {}]
