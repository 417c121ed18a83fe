"""``pmkit ops status|stuck|dead|retry`` and ``pmkit worker``, in this process."""

from __future__ import annotations

import itertools
import json

import pytest
from tests.shell.far import ASKED
from tests.shell.test_calls import Shop

from pmkit import cli
from pmkit.core.errors import LostConnectionError
from pmkit.core.plugin_errors import ProviderUnavailableError
from pmkit.shell.desk import Desk

CHARGE = "TA-1/4/charge"


@pytest.fixture(name="shop")
def _shop(tmp_path, monkeypatch):
    """A database with a charge that was given up."""
    shop = Shop(tmp_path, agency=ASKED, card=ASKED)
    shop.card_side.faults.extend(ProviderUnavailableError("Down.") for _ in range(20))
    shop.paid()
    for _ in range(20):
        shop.desk.work()
        shop.later(minutes=61)
    now = shop.world.now()
    monkeypatch.setattr("pmkit.shell.clock.SystemClock.now", lambda _: now)
    return shop


@pytest.fixture(name="run")
def _run(shop, capsys):
    """Run a command on it: exit code, output, complaint."""

    def run(*words):
        with pytest.raises(SystemExit) as left:
            cli.main([*map(str, words), "--db", str(shop.path)])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    return run


def test_status_counts_what_was_given_up(run) -> None:
    """The numbers are one JSON object; a call that was given up is a dead letter."""
    code, out, _ = run("ops", "status", "--json")
    said = json.loads(out)

    assert (0, 1, 0) == (code, said["dead_letters"], said["orders_without_timer"])
    assert [] == said["workers"]


def test_status_as_a_table(run) -> None:
    """People read the same."""
    assert "Given up" in run("ops", "status")[1]


def test_watch_shows_it_again(run) -> None:
    """A watch prints one object after the other."""
    out = run("ops", "status", "--watch", "0.2", "--times", "2", "--json")[1]

    assert [1, 1] == [json.loads(line)["dead_letters"] for line in out.splitlines()]
    assert "Given up" in run("ops", "status", "--watch", "0.2", "--times", "1")[1]


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["table", "json"])
def test_watch_ends_when_interrupted(run, monkeypatch, form) -> None:
    """An interrupt is how a watch ends: it is no failure."""

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pmkit.cli.overseeing.time.sleep", interrupt)
    code, out, err = run("ops", "status", "--watch", "0.2", *form)

    assert (0, "") == (code, err)
    assert "dead_letters" in out or "Given up" in out


def lose(monkeypatch, *turns):
    """Lose the database in some turns of a watch."""
    asked = itertools.count()
    metrics = Desk.metrics

    def metrics_or_not(desk):
        if next(asked) in turns:
            msg = "The database does not answer."
            raise LostConnectionError(msg)
        return metrics(desk)

    monkeypatch.setattr(Desk, "metrics", metrics_or_not)


def test_watch_outlives_the_database(run, monkeypatch) -> None:
    """A database that is gone is shown as such, and asked again."""
    lose(monkeypatch, 0, 2)
    code, out, _ = run("ops", "status", "--watch", "0.2", "--times", "4", "--json")
    said = [json.loads(line) for line in out.splitlines()]

    assert code == 0
    assert [None, 1, None, 1] == [each.get("dead_letters") for each in said]
    assert {"error": LostConnectionError.code} == said[0]


@pytest.mark.parametrize("turn", [0, 1])
def test_watch_says_that_the_database_is_gone(run, monkeypatch, turn) -> None:
    """The table keeps the last numbers and says that nobody answers."""
    lose(monkeypatch, turn)
    out = run("ops", "status", "--watch", "0.2", "--times", turn + 1)[1]

    assert "The database does not answer." in out
    assert bool(turn) is ("Given up" in out)


def test_watch_too_often(run) -> None:
    """What nobody can read is refused in one line."""
    code, out, err = run("ops", "status", "--watch", "0")

    assert (2, "", 1) == (code, out, err.count("\n"))


def test_dead_names_the_call(run) -> None:
    """What was given up is listed with how often it was tried."""
    (found,) = json.loads(run("ops", "dead", "--json")[1])["dead"] or [None]

    assert (CHARGE, "call", 20) == (found["name"], found["kind"], found["attempts"])
    assert "ProviderUnavailableError" == found["error"]


def test_retry_has_it_made(run, shop) -> None:
    """What is tried again goes through when the cause is gone."""
    code, out, _ = run("ops", "retry", CHARGE, "--by", "Kim", "--json")
    shop.desk.work()

    assert (0, {"retried": [CHARGE]}) == (code, json.loads(out))
    assert {1} == set(shop.card_side.effects.values())
    assert "Nothing was given up." in run("ops", "dead")[1]


def test_retry_of_nothing(run) -> None:
    """A name that was not given up, and no name at all, are refused in one line."""
    unknown = run("ops", "retry", "TA-9/1/book", "--by", "Kim")
    nothing = run("ops", "retry", "--by", "Kim")

    assert [2, 2] == [unknown[0], nothing[0]]
    assert [1, 1] == [unknown[2].count("\n"), nothing[2].count("\n")]


def test_stuck_lists_what_nobody_sees_to(run) -> None:
    """Notices that no worker sent are stuck; the order itself has a timer."""
    run("ops", "retry", "--all", "--by", "Kim")
    found = json.loads(run("ops", "stuck", "--after", "0", "--json")[1])["stuck"]

    assert CHARGE in {each["name"] for each in found}
    assert "order" not in {each["kind"] for each in found}


def test_worker_once(run, tmp_path) -> None:
    """A worker without plugins does what needs none, and says what it did."""
    instances = tmp_path / "pmkit.toml"
    instances.write_text("[instances]\n", encoding="utf-8")
    code, out, _ = run("worker", "--plugins", instances, "--once", "--json")

    assert 0 == code
    assert 0 == json.loads(out)["leases_lost"]


def test_worker_without_notifiers_warns(run, tmp_path) -> None:
    """Who starts a worker that sends no notices reads it at once, and in the object."""
    instances = tmp_path / "pmkit.toml"
    instances.write_text("[instances]\n", encoding="utf-8")
    _, _, err = run("worker", "--plugins", instances, "--once")
    _, out, _ = run("worker", "--plugins", instances, "--once", "--json")

    assert "Warning: No notifier is attached" in err
    assert "No notifier is attached" in json.loads(out)["warnings"][-1]


def test_worker_with_an_engine_that_is_not_there(run, tmp_path) -> None:
    """Who names an engine that is not installed learns which there are."""
    instances = tmp_path / "pmkit.toml"
    instances.write_text("", encoding="utf-8")
    code, _, err = run("worker", "--plugins", instances, "--engine", "steam")

    assert 2 == code
    assert "No engine 'steam' is installed. There is: local" in err


def test_worker_with_times_that_do_not_fit(run, tmp_path) -> None:
    """A heartbeat that is too seldom is refused in one line."""
    instances = tmp_path / "pmkit.toml"
    instances.write_text("[instances]\n", encoding="utf-8")
    given = ("--plugins", instances, "--once", "--lease", "10", "--heartbeat", "5")
    code, _, err = run("worker", *given)

    assert (2, 1) == (code, err.count("\n"))
    assert "heartbeat" in err
