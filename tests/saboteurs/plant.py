"""
Plant each bug into a copy of the project and see the tests that it names go red.

A saboteur is a file ``<name>.patch`` beside this one, made by ``git diff``, under a
head of two kinds of lines::

    Bug: what is broken, in one sentence.
    Killed by: tests/core/test_money.py tests/property/test_money.py

Run ``python tests/saboteurs/plant.py [name ...]``, or ``nox -s planted``.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
#: What the tests need; the rest of the project is not copied.
NEEDED = (
    "src",
    "tests",
    "docs",
    "examples",
    "changelog.d",
    "conftest.py",
    "pyproject.toml",
    "noxfile.py",
    "README.md",
    "AGENTS.md",
    ".ci",
)
GREEN, RED = 0, 1


@dataclasses.dataclass(frozen=True)
class Saboteur:
    """One planted bug and the tests that must notice it."""

    name: str
    bug: str
    tests: tuple[str, ...]
    patch: pathlib.Path


def read(patch: pathlib.Path) -> Saboteur:
    """Read the head of a patch."""
    head = patch.read_text(encoding="utf-8").partition("diff --git")[0]
    bug = re.findall(r"^Bug: (.+)$", head, re.MULTILINE)
    tests = re.findall(r"^Killed by: (.+)$", head, re.MULTILINE)
    if len(bug) != 1 or not tests:
        sys.exit(f"{patch.name}: one line 'Bug:' and a line 'Killed by:' are needed")
    named = tuple(re.split(r"[,\s]+", " ".join(tests).strip()))
    return Saboteur(patch.stem, bug[0], named, patch)


def copy_to(folder: str) -> pathlib.Path:
    """Copy what the tests need into *folder*."""
    copy = pathlib.Path(folder) / "project"
    copy.mkdir()
    ignore = shutil.ignore_patterns("__pycache__", "_build", "*.db")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignore)
        elif source.exists():
            shutil.copy(source, copy / name)
    return copy


def run_tests(copy: pathlib.Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """Run *tests* on the copy: (exit code of pytest, its output)."""
    environment = os.environ | {
        "PYTHONPATH": str(copy / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_PROFILE": "ci",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", *tests],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def try_one(saboteur: Saboteur) -> str:
    """Plant one bug; say "killed", or what happened instead."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_to(folder)
        applied = subprocess.run(
            ["git", "apply", str(saboteur.patch)],
            cwd=copy,
            env=os.environ | {"GIT_CEILING_DIRECTORIES": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        if applied.returncode:
            return f"does not apply: {applied.stderr.strip()}"
        code, said = run_tests(copy, saboteur.tests)
    if code == RED:
        return "killed"
    last = said.strip().splitlines()[-1:]
    return "SURVIVED" if code == GREEN else f"pytest answered {code}: {last}"


def green_without(saboteurs: list[Saboteur]) -> bool:
    """Tell whether the named tests are green on a copy without any bug."""
    named = dict.fromkeys(test for s in saboteurs for test in s.tests)
    with tempfile.TemporaryDirectory() as folder:
        code, said = run_tests(copy_to(folder), tuple(named))
    if code != GREEN:
        print(said)
    return code == GREEN


def main(names: list[str]) -> int:
    """Try all saboteurs, or those named; 0 if every one was killed."""
    found = [read(patch) for patch in sorted(HERE.glob("*.patch"))]
    chosen = [s for s in found if not names or s.name in names]
    if not chosen:
        print("no saboteurs")
        return 0 if not names else 1
    if not green_without(chosen):
        print("the tests are red without any bug")
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(try_one, chosen))
    width = max(len(s.name) for s in chosen)
    for saboteur, answer in zip(chosen, answers, strict=True):
        print(f"{saboteur.name:{width}}  {answer:8}  {saboteur.bug}")
    killed = answers.count("killed")
    print(f"{killed} killed, {len(chosen) - killed} not")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
