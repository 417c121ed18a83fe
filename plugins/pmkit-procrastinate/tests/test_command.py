"""The command: install, count, work; one line on standard error when it cannot."""

from __future__ import annotations

import json

import far_market
import pytest

from pmkit_procrastinate import command


@pytest.fixture
def run(capsys):
    """Run a command; give its exit code, its output and its errors."""

    def runs(*arguments):
        with pytest.raises(SystemExit) as ended:
            command.main(arguments)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return runs


@pytest.fixture
def nobody(tmp_path):
    """Give a file of instances that names none."""
    file = tmp_path / "plugins.toml"
    file.write_text("")
    return str(file)


class TestCommand:
    def test_install_may_be_repeated(self, run, database):
        """A deployment runs it each time."""
        first = run("install", "--db", database, "--json")
        second = run("install", "--db", database)

        assert first[0] == second[0] == 0
        assert json.loads(first[1])["applied"]
        assert second[1] == "Everything is there.\n"

    def test_count_tells_what_waits(self, run, desk, database):
        """A paid order is one job, which waits for a worker."""
        far_market.engine_on(desk)
        far_market.paid(desk, "TA-1")

        assert run("count", "--db", database, "--json") == (0, '{"todo": 1}\n', "")
        assert run("count", "--db", database)[1] == "1 todo\n"

    def test_worker_does_what_is_due(self, run, desk, database, nobody, monkeypatch):
        """Run once, it works off what there is, and says how much that was."""
        far_market.engine_on(desk)
        far_market.paid(desk, "TA-1")
        monkeypatch.setattr(command, "_panel", lambda _: desk.panel)
        code, out, _ = run(
            "worker", "--db", database, "--plugins", nobody, "--once", "--json"
        )

        assert code == 0
        assert json.loads(out)["carried_out"] == 2

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["install", "--db", "pm.db"], "PostgreSQL only"),
            (["install"], "--db"),
            (["worker", "--db", "pm.db", "--plugins", "none.toml"], "none.toml"),
        ],
    )
    def test_what_is_wrong_is_one_line(
        self, run, arguments, said, tmp_path, monkeypatch
    ):
        """Exit code 2, and no traceback."""
        monkeypatch.chdir(tmp_path)
        code, _, errors = run(*arguments)

        assert code == 2
        assert said in errors
        assert errors.count("\n") == 1

    def test_without_a_command_it_tells_which_there_are(self, run):
        """Help on standard error, as that of pmkit."""
        code, _, errors = run()

        assert code == 2
        assert "install" in errors
