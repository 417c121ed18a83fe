"""``pmkit ops``: what is shown, what can be said, and everything that is wrong."""

from __future__ import annotations

import json

import pytest
from tests.shell.far import NEITHER
from tests.shell.test_calls import BOOK, Shop

from pmkit import cli

PHONE = "Wang said so on the telephone."


@pytest.fixture(name="shop")
def _shop(tmp_path, monkeypatch):
    """A database with a booking of which nobody knows anything, a day later."""
    shop = Shop(tmp_path, agency=NEITHER)
    shop.agency.faults.append("after")
    shop.paid()
    shop.desk.work()
    shop.later(days=1)
    now = shop.world.now()
    monkeypatch.setattr("pmkit.shell.clock.SystemClock.now", lambda _: now)
    return shop


@pytest.fixture(name="run")
def _run(shop, capsys):
    """Run a command on it: exit code, output, complaint."""

    def run(*words, db=shop.path):
        with pytest.raises(SystemExit) as left:
            cli.main(["ops", *map(str, words), "--db", str(db)])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    return run


def resolve(run, outcome, *more, name=BOOK):
    """Say what became of the booking."""
    said = ("--outcome", outcome, "--by", "Kim", "--evidence", PHONE)
    return run("resolve", name, *said, *more)


class TestUnresolved:
    """The list."""

    def test_a_line_for_each(self, run):
        """A reader sees which call, how old, why, and what to do."""
        code, out, _ = run("unresolved")
        words = " ".join(out.replace("│", " ").split())

        assert 0 == code
        assert "TA-1/6" in words
        assert "1 d" in words
        assert "unknown" in words

    def test_keys(self, run):
        """A program reads the same under stable names."""
        code, out, _ = run("unresolved", "--json")
        (found,) = json.loads(out)["operations"]

        assert 0 == code
        assert (BOOK, "TA-1", "book", "far-agency", "no-look-up", 86400) == (
            found["operation"],
            found["order"],
            found["kind"],
            found["plugin"],
            found["parked"],
            found["age_seconds"],
        )
        assert ["happened", "did-not-happen", "send-again"] == found["can_do"]

    def test_nothing(self, run):
        """Once all is resolved it says so."""
        resolve(run, "did-not-happen")

        assert (0, "Nothing is unresolved.\n", "") == run("unresolved")
        assert {"operations": []} == json.loads(run("unresolved", "--json")[1])


class TestShow:
    """One call."""

    def test_its_story(self, run):
        """Who decided it, when it was sent, what is known, who resolved it."""
        resolve(run, "happened", "--reference", "FAR-1")
        code, out, _ = run("show", BOOK)

        assert 0 == code
        assert "TA-1/6/book: succeeded" in out
        assert "decided by task-received" in out
        assert "first sent; about to be sent once" in out
        assert f"happened, number FAR-1, says Kim: {PHONE}" in out

    def test_keys(self, run):
        """A program finds the digest and the deciding event."""
        found = json.loads(run("show", BOOK, "--json")[1])

        assert 64 == len(found["digest"])
        assert 6 == found["decided_by"]["seq"]


class TestResolve:
    """What a person says."""

    def test_happened(self, run, shop):
        """The order has the agency's number, and the answer says how it stands."""
        code, out, _ = resolve(run, "happened", "--reference", "FAR-1")

        assert (0, "TA-1/6/book is succeeded now: happened.\n") == (code, out)
        assert "FAR-1" == shop.reference()

    def test_twice_is_once(self, run):
        """The same command again answers the same."""
        first = resolve(run, "happened", "--reference", "FAR-1", "--json")

        assert first == resolve(run, "happened", "--reference", "FAR-1", "--json")

    def test_by_force(self, run, shop):
        """Sending what may be done twice needs --force, and says what that means."""
        refused = resolve(run, "send-again")
        code, out, _ = resolve(run, "send-again", "--force")

        assert 2 == refused[0]
        assert "with force it is sent, and may be done twice" in refused[2]
        assert (0, "reserved") == (code, shop.booking()[0])
        assert "watch the far side" in out

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (("show", "TA-1/9/book"), "There is no call 'TA-1/9/book'"),
            (("show", "\ud800"), "surrogate"),
            (("show",), "Missing argument"),
            (("resolve", BOOK, "--outcome", "happened"), "Missing option"),
            (("unresolved", "extra"), "unexpected extra argument"),
        ],
    )
    def test_bad_words(self, run, words, complaint):
        """Whatever is typed wrong, one line says what, and the exit code is 2."""
        code, out, err = run(*words)

        assert (2, "") == (code, out)
        assert complaint in err
        assert 1 == len(err.splitlines())

    @pytest.mark.parametrize(
        ("given", "complaint"),
        [
            (("perhaps",), "happened, did-not-happen, send-again"),
            (("happened",), "A booking needs the agency's number"),
        ],
    )
    def test_bad_outcomes(self, run, given, complaint):
        """An outcome that cannot be is refused in one line."""
        code, out, err = resolve(run, *given)

        assert (2, "") == (code, out)
        assert complaint in err
        assert 1 == len(err.splitlines())

    @pytest.mark.parametrize("empty", ["--by", "--evidence"])
    def test_empty_words(self, run, empty):
        """Who says it, and how they know, cannot be left empty."""
        said = {"--outcome": "did-not-happen", "--by": "Kim", "--evidence": PHONE}
        said[empty] = " "
        code, _, err = run("resolve", BOOK, *sum(said.items(), ()))

        assert 2 == code
        assert 1 == len(err.splitlines())

    def test_what_is_settled(self, run):
        """A call that is over is not resolved."""
        code, _, err = resolve(run, "did-not-happen", name="TA-1/4/charge")

        assert 2 == code
        assert "There is nothing to resolve." in err
        assert 1 == len(err.splitlines())

    @pytest.mark.parametrize("words", [("unresolved",), ("show", BOOK)])
    def test_a_database_that_is_not_there(self, run, words, tmp_path):
        """Looking never makes a database."""
        missing = tmp_path / "missing.db"
        code, _, err = run(*words, db=missing)

        assert 2 == code
        assert "There is no file" in err
        assert not missing.exists()
