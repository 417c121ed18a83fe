"""What waits for processes and calls gives up."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.proofs.far import ROOT

#: In a process of its own: it forks.
_BEGINS = """
import os, signal, time
from tests.proofs import processes as p
p.WITHIN = 0.3
def stop(): os.kill(os.getpid(), signal.SIGSTOP)
def long(): time.sleep(60)
def asleep():
    with p.sleeping(stop):
        p.forked(stop, within=0.3)
def woken():
    with p.sleeping(lambda: (stop(), stop())) as child:
        p.wake(child)
def never():
    with p.sleeping(long):
        pass
def case():
    with p.bounded(0.3):
        long()
try:
    {what}
except p.EndlessError as error:
    print(" ".join(w for w in str(error).split() if not w.isdigit()), end="; ")
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("nobody is left")
"""


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("p.forked(long, within=0.3)", "process did not end within 0.3 s"),
        ("asleep()", "process did not end within 0.3 s"),
        ("woken()", "process did not end within 0.3 s"),
        ("never()", "process did not end within 0.3 s"),
        ("case()", "the case did not end within 0.3 s"),
        ("p.at_once([long, os.getpid])", "of calls at once did not end within 0.3 s"),
    ],
)
def test_nothing_is_waited_for_for_ever(what, said):
    """What does not end is named, and no process of it is left behind."""
    done = subprocess.run(
        [sys.executable, "-c", _BEGINS.replace("{what}", what)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (f"{said}; nobody is left\n", "") == (done.stdout, done.stderr)
