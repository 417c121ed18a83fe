"""``pmkit plugins check``: the conformance kit on the command line."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from pmkit import cli

CARD = "pmkit.testing.conformance.reference:CardHarness"
LIAR = "tests.cli.test_checking:Liar"


@pytest.fixture(name="run")
def _run(capsys):
    """Give a function that runs a command, and gives exit code and output."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main(["plugins", "check", *arguments])
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return run


def __getattr__(name):
    """Give the harness of a plugin that fails, where the command looks for it."""
    if name != "Liar":
        raise AttributeError(name)
    from pmkit.testing import saboteurs

    return next(one.harness for one in saboteurs() if one.name == "no-tracker")


class TestCheck:
    """The command."""

    def test_json_is_one_object(self, run):
        """--json prints the record, and the exit code is 0 where nothing failed."""
        code, out, _ = run("reference-card", "--harness", CARD, "--json")
        said = json.loads(out)

        assert 0 == code
        assert ("gold", True, 0) == (said["level"], said["ok"], said["counts"]["fail"])

    def test_a_failure_is_exit_code_1(self, run):
        """A failure prints what is needed to repair it, and leaves with 1."""
        code, out, _ = run("reference-messenger", "--harness", LIAR)

        assert 1 == code
        assert "remedy:   Set tracker to an https address." in out
        assert "reference-messenger: bronze; " in out

    def test_writes_both_files(self, run, tmp_path):
        """--junit and --record write the same run in both forms."""
        junit, record = tmp_path / "junit.xml", tmp_path / "conformance.json"
        only = ("--only", "PLG-MAN-001", "--only", "PLG-MAN-002", "--seed", "4")
        files = ("--junit", str(junit), "--record", str(record))
        code, out, _ = run("reference-card", "--harness", CARD, *only, *files)

        assert 0 == code
        assert "a part of the checks proves no level; 2 pass" in out
        assert "2" == ET.parse(junit).getroot().get("tests")  # noqa: S314 - ours
        assert 4 == json.loads(record.read_text(encoding="utf-8"))["seed"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nobody"], "There is no harness for the plugin 'nobody'."),
            ([], "No plugin is named."),
            (["x", "--harness", CARD], "is the harness of 'reference-card'"),
            (
                ["reference-card", "--harness", CARD, "--only", "PLG-X-1"],
                "There is no check 'PLG-X-1'.",
            ),
            (
                [
                    *("reference-card", "--harness", CARD, "--only", "PLG-MAN-001"),
                    *("--junit", "/no/such/folder/x.xml"),
                ],
                "cannot be written",
            ),
        ],
    )
    def test_wrong_input_is_one_line(self, run, arguments, said):
        """What cannot be checked is one line on standard error, and exit code 2."""
        code, out, err = run(*arguments)

        assert (2, "") == (code, out)
        assert said in err
        assert 1 == err.count("\n")

    def test_lists_the_checks(self, run):
        """--list names every check with level and requirement, in text and JSON."""
        _, text, _ = run("--list")
        _, out, _ = run("--list", "--json")

        checks = json.loads(out)["checks"]
        assert len(checks) == len(text.splitlines())
        assert "PLG-MAN-001" == checks[0]["id"]
