"""
How long proofs run: their options, their progress file, and what they say.

Every case has a name; a failure prints it with the command that replays it alone.
``python -m tests.proofs.running FILE ...`` adds progress files up.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import itertools
import json
import pathlib
import random
import sys
import tempfile
import time
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def seeded(name: str) -> random.Random:
    """Draw what a case draws, the same for ever."""
    return random.Random(name)  # noqa: S311 - chance, not secrets


def scratch() -> str:
    """Give a folder for databases that need not outlive the machine."""
    memory = pathlib.Path("/dev/shm")  # noqa: S108 - only where it is fast
    place = memory if memory.is_dir() else None
    return tempfile.mkdtemp(prefix="pmkit-proof-", dir=place)


def options(what: str, **defaults: Any) -> argparse.Namespace:
    """
    Read the command line of a proof.

    Args:
        what: What is proven.

        defaults: Further options with their defaults.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after these")
    parser.add_argument("--progress", default="", help="file to go on from")
    parser.add_argument("--only", default="", help="the one case to replay")
    parser.add_argument("--shard", default="1/1", help="such as 1/2: every other case")
    for name, value in defaults.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=type(value), default=value)
    return parser.parse_args()


def shard_of(given: argparse.Namespace) -> tuple[int, int]:
    """Tell which shard of how many was asked for."""
    shard, _, of = given.shard.partition("/")
    return int(shard), int(of)


def progress(file: pathlib.Path) -> list[dict[str, Any]]:
    """Read a progress file; the last line of a killed run may be cut off."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


class Tally:
    """
    Runs cases, and keeps what came of them.

    Args:
        session: The name of the nox session.

        given: The options.

        counted: Gives what a case counted besides, such as steps.

    Attributes:
        counts: The sums of that, those of earlier runs included.
    """

    def __init__(
        self,
        session: str,
        given: argparse.Namespace,
        *,
        counted: Callable[[], dict[str, float]] = dict,
    ) -> None:
        self.session = session
        self.given = given
        self.counted = counted
        self.began = time.monotonic()
        self.done: dict[str, list[str]] = {}
        self.counts: collections.Counter[str] = collections.Counter()
        self.file = pathlib.Path(given.progress) if given.progress else None
        if self.file is not None and self.file.exists():
            for kept in progress(self.file):
                self.done[kept["case"]] = kept["broken"]
                self.counts.update(kept.get("counts", {}))

    def run(self, cases: Iterable[str], prove: Callable[[str], list[str]]) -> int:
        """
        Prove each case that was not proven yet.

        Args:
            cases: Their names.

            prove: Says what is broken.

        Returns:
            The exit code.
        """
        ran = 0
        for case in [self.given.only] if self.given.only else self._mine(cases):
            if case in self.done and not self.given.only:
                continue
            if self.over:
                say(f"{self.session}: stopped after {self.given.minutes} minutes")
                break
            try:
                broken = prove(case)
            except Exception as error:  # noqa: BLE001 - the other cases go on
                traceback.print_exc()
                broken = [f"{type(error).__name__}: {error}"]
            ran += 1
            self._keep(case, broken)
        failed = {case: broken for case, broken in self.done.items() if broken}
        spent = time.monotonic() - self.began
        say(
            f"{self.session}: {len(self.done)} cases ({ran} in this run, "
            f"{spent:.0f} s), {len(failed)} failed"
        )
        return 1 if failed else 0

    def _mine(self, cases: Iterable[str]) -> Iterable[str]:
        """Give those of the shard that is ours."""
        shard, of = shard_of(self.given)
        return itertools.islice(cases, shard - 1, None, of)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        limit: float = self.given.minutes * 60
        return bool(limit) and time.monotonic() - self.began > limit

    def _keep(self, case: str, broken: list[str]) -> None:
        self.done[case] = broken
        counts = self.counted()
        self.counts.update(counts)
        if self.file is not None:
            kept = {"case": case, "broken": broken, "counts": counts}
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept) + "\n")
        for each in broken[:10]:
            say(f"{case}: {each}")
        if broken:
            module = self.session.replace("-", "_")
            say(f'  replay: python -m tests.proofs.{module} --only "{case}"')


def summed(files: list[str]) -> str:
    """Add up progress files: the cases of each kind, those that failed, the counts."""
    cases: collections.Counter[str] = collections.Counter()
    failed: list[str] = []
    counts: collections.Counter[str] = collections.Counter()
    for name in files:
        for kept in progress(pathlib.Path(name)):
            kind = "/".join(kept["case"].split("/")[:2])
            cases["seeds" if kind.isdigit() else kind] += 1
            counts.update(kept.get("counts", {}))
            failed += [kept["case"]] if kept["broken"] else []
    said = [f"{kind}: {n}" for kind, n in sorted(cases.items())]
    said += [f"{name}: {n:.0f}" for name, n in sorted(counts.items())]
    return "\n".join([*said, f"failed: {len(failed)} {' '.join(failed[:20])}".rstrip()])


if __name__ == "__main__":
    say(summed(sys.argv[1:]))
