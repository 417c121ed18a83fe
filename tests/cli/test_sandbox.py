"""``pmkit sandbox serve``: what it prints, and what it does not take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib

import pytest

from pmkit.sandbox.plugins import manifests


def run(*arguments):
    """Run the command line in a process of its own, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "pmkit", "sandbox", "serve", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.fixture(name="started")
def _started():
    """Give a function that starts a server and reads what it prints first."""
    processes = []

    def start(*arguments, lines):
        process = subprocess.Popen(
            [sys.executable, "-m", "pmkit", "sandbox", "serve", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        return "".join(process.stdout.readline() for _ in range(lines))

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=20)


def test_json_has_the_documented_keys(started):
    """--json prints one object: where it is, and what to write into the settings."""
    answer = json.loads(started("--json", lines=1))
    place = answer["url"].removeprefix("http://")

    assert {"url", "pid", "exceptions", "api_key_variable", "instances"} == set(answer)
    assert "127.0.0.1:" == place[:10]
    assert [place] == answer["exceptions"]
    assert "PMKIT_SANDBOX_KEY" == answer["api_key_variable"]
    assert [manifest.id for manifest in manifests.ALL] == answer["instances"]


def test_text_is_toml_for_the_instances(started):
    """What is printed for pmkit.toml is TOML with an instance for each plugin."""
    printed = started(lines=30)
    document = tomllib.loads(printed[printed.index("[inst") : printed.index("Stop")])

    assert {manifest.id for manifest in manifests.ALL} == set(document["instances"])
    assert {"env:PMKIT_SANDBOX_KEY"} == {
        each["settings"]["api_key"] for each in document["instances"].values()
    }


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--host", "0.0.0.0"), "host"),  # noqa: S104 - it is what is refused
        (("--host", "::1"), "host"),
        (("--port", "65536"), "port"),
        (("--port", "-1"), "port"),
        (("--port", "http"), "port"),
        (("--now", "noon"), "now"),
        (("--now", "2026-01-20T09:00"), "now"),
    ],
)
def test_wrong_input_is_one_line(arguments, field):
    """The line names what is wrong; the exit code is 2, and nothing is served."""
    done = run(*arguments)

    assert (2, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines())
    assert field in done.stderr
