"""
The gates of pmkit.  ``python -m nox`` runs all that must be green.

``python -m nox -l`` lists them; ``python -m nox -s tests-3.11 -- -k money`` is a part.
Versions of tools stand in ``pyproject.toml``, in the dependency groups.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Iterator

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
# A machine rarely has every Python: one that is missing is skipped, also under CI=true.
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "lint",
    "typing",
    "fence",
    "tests",
    "coverage",
    "plugins",
    "proofs",
    "docs",
    "wheel",
]

ROOT = pathlib.Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
#: The suites that run on every Python; the others prove the same on any one.
ON_EACH_PYTHON = ("core", "facts", "hooks", "effects", "bulk", "property")
#: The share of the mutants of calendars and deadlines that the tests must notice.
MUTANTS_NOTICED = 0.95
#: What lies in the package folder and does not belong into the wheel.
NOT_SHIPPED = {".pyc", ".db"}


def _offer_pyenv_pythons() -> None:
    """Let the shims of pyenv, if there are any, start each Python that we test on."""
    if "PYENV_VERSION" in os.environ or shutil.which("pyenv") is None:
        return
    listed = subprocess.run(
        ["pyenv", "versions", "--bare"], capture_output=True, text=True, check=False
    ).stdout.split()
    current = subprocess.run(
        ["pyenv", "version-name"], capture_output=True, text=True, check=False
    ).stdout.split()
    wanted = [v for v in listed if v.rpartition(".")[0] in PYTHONS]
    names = dict.fromkeys([*":".join(current).split(":"), *wanted, "system"])
    os.environ["PYENV_VERSION"] = ":".join(name for name in names if name)


_offer_pyenv_pythons()


@functools.cache
def _installed(version: str) -> bool:
    """Tell whether a Python of this version starts: a name on the PATH may be a dud."""
    program = shutil.which(f"python{version}") or ""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        program = sys.executable
    if not program:
        return False
    ask = [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(ask, capture_output=True, text=True, check=False)
    return answer.stdout.strip() == version


#: The plugins that live here, each a distribution of its own.
PLUGINS = [
    str(found.parent.relative_to(ROOT))
    for found in sorted(ROOT.glob("plugins/*/pyproject.toml"))
]
#: Installed together with pmkit itself, so that the index is never asked for it.
WITH_PLUGINS = [word for plugin in PLUGINS for word in ("-e", plugin)]
FOUND = [version for version in PYTHONS if _installed(version)]
#: The oldest Python here runs what needs only one: it has the fewest features.
ONE = FOUND[0] if FOUND else None


def _group(*names: str) -> tuple[str, ...]:
    return nox.project.dependency_groups(PROJECT, *names)


def _server(session: nox.Session) -> None:
    """Bring the program files of a PostgreSQL, where the machine has none."""
    there = shutil.which("initdb") or any(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    )
    if not there:
        session.install(*_group("postgresql"))


@nox.session(python=ONE)
def lint(session: nox.Session) -> None:
    """Check the style: ruff, all its rules but those that pyproject.toml gives up."""
    session.install(*_group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=ONE)
def typing(session: nox.Session) -> None:
    """Check the types: mypy strict over src, noxfile, bench and the typing tests."""
    session.install("-e", ".[testing]", *WITH_PLUGINS, *_group("typing"))
    session.run("mypy")
    for plugin in PLUGINS:
        session.run("mypy", f"{plugin}/src")


@nox.session(python=ONE)
def fence(session: nox.Session) -> None:
    """Check that the core is pure (imports, clock, chance) and that the fence bites."""
    session.install("-e", ".", *_group("test"))
    session.run("lint-imports", "--no-cache")
    session.run("ruff", "check", "--select=TID251,DTZ,PTH,T20", "src/pmkit/core")
    session.run("pytest", "tests/test_fence.py", "tests/test_public_api.py")


# With python=False the session runs, and fails, where every other one would be skipped.
@nox.session(python=PYTHONS if FOUND else False)
def tests(session: nox.Session) -> None:
    """Run the tests: all on the oldest Python, unit and property on each other."""
    if not FOUND:
        session.error(f"none of Python {', '.join(PYTHONS)} is installed: nothing ran")
    session.install("-e", ".", *_group("test"))
    _server(session)
    chosen = session.posargs
    if not chosen and session.python != ONE:
        chosen = [f"tests/{name}" for name in ON_EACH_PYTHON if _has_tests(name)]
    measured = []
    if session.python == ONE:  # the branches are the same on every Python
        session.env["COVERAGE_FILE"] = str(ROOT / f".coverage.{session.python}")
        measured = ["--cov", "--cov-report="]
        if not chosen:  # they have a session of their own, and need the machine
            chosen = ["--ignore=tests/proofs"]
    session.env.setdefault("HYPOTHESIS_PROFILE", "ci")
    session.run("pytest", "-n", "auto", *measured, *chosen)


def _has_tests(folder: str) -> bool:
    return any((ROOT / "tests" / folder).glob("**/test_*.py"))


@nox.session(python=ONE)
def coverage(session: nox.Session) -> None:
    """Report the branches that the tests took: all of the core, most of the rest."""
    session.install(*_group("test"))
    if not any(ROOT.glob(".coverage.3.*")):
        session.error("no tests ran before: nothing to report")
    files = map(str, sorted(ROOT.glob(".coverage.3.*")))
    session.run("coverage", "combine", "--keep", "--quiet", *files)
    session.run("coverage", "report")
    session.run("coverage", "report", "--include=*/core/*", "--fail-under=100")


@nox.session(python=ONE)
def plugins(session: nox.Session) -> None:
    """Run the tests and the conformance kit of each plugin; a page tells its level."""
    session.install("-e", ".[testing]", *WITH_PLUGINS, *_group("test"))
    _server(session)
    session.env.setdefault("HYPOTHESIS_PROFILE", "ci")
    for plugin in PLUGINS:
        session.run("pytest", "-n", "auto", f"{plugin}/tests")
    _prove_levels(session)


def _prove_levels(session: nox.Session) -> None:
    """Run the conformance kit on what is installed, and compare with the page."""
    page = (ROOT / "docs/reference/plugin-matrix.md").read_text("utf-8")
    told = dict(
        re.findall(r"^\| `([\w.-]+)` \| `[\w-]+` \| (\w+) \|", page, re.MULTILINE)
    )
    listed = str(session.run("pmkit", "plugins", "list", "--json", silent=True))
    for found in json.loads(listed)["plugins"]:
        words = ("plugins", "check", found["id"], "--json")
        record = json.loads(str(session.run("pmkit", *words, silent=True)))
        session.log(f"{found['id']}: {record['level']}, {record['counts']}")
        if record["level"] != told.get(found["id"]):
            session.error(f"the page says {told.get(found['id'])} of {found['id']}")


@nox.session(python=ONE)
def docs(session: nox.Session) -> None:
    """Build the pages, a warning is an error; run every example in them and in src."""
    session.install("-e", ".", *WITH_PLUGINS, *_group("docs", "test"))
    out = pathlib.Path(session.create_tmp()) / "html"
    session.run("sphinx-build", "-n", "-W", "--keep-going", "-q", "docs", str(out))
    session.run("pytest", "README.md", "CONTRIBUTING.md", "docs")
    # A migration runs inside alembic only; its tests are tests/shell.
    session.run("pytest", "--doctest-modules", "--ignore-glob=*/migrations/*", "src")
    for plugin in PLUGINS:  # 5: a plugin may have no example that runs by itself
        pages = (f"{plugin}/README.md", f"{plugin}/src")
        session.run("pytest", "--doctest-modules", *pages, success_codes=[0, 5])


@nox.session(python=ONE, default=False)
def planted(session: nox.Session) -> None:
    """Plant each bug of tests/saboteurs into a copy: the tests it names must go red."""
    session.install("-e", ".", *_group("test"))
    _server(session)
    session.run("python", "tests/saboteurs/plant.py", *session.posargs)


@nox.session(python=ONE)
def proofs(session: nox.Session) -> None:
    """Kill pmkit in every way, a little; the sessions below go on for hours."""
    session.install("-e", ".", *WITH_PLUGINS, *_group("test"))
    _server(session)
    # The longest first, and whoever is done takes from the other.
    how = ("-n", "2", "--dist", "worksteal")
    session.run("pytest", *how, "tests/proofs", *session.posargs)


def _prove(session: nox.Session, module: str) -> None:
    """
    Run a proof; --minutes stops it, --progress FILE lets it go on later.

    With --shard 1/2 and --shard 2/2, each with a file of its own, two share it.
    """
    session.install("-e", ".", *WITH_PLUGINS, *_group("test"))
    session.run("python", "-m", f"tests.proofs.{module}", *session.posargs)


@nox.session(python=ONE, default=False)
def crash(session: nox.Session) -> None:
    """Kill it at every boundary: -- --kill-seeds 5 --memory-seeds 50 --double 100."""
    _prove(session, "crash")


@nox.session(python=ONE, default=False, name="chaos-pg")
def chaos_pg(session: nox.Session) -> None:
    """Stop PostgreSQL and cut its wire: -- --rounds 500."""
    _prove(session, "chaos_pg")


@nox.session(python=ONE, default=False)
def races(session: nox.Session) -> None:
    """Have honest messages race: -- --rounds 500."""
    _prove(session, "races")


@nox.session(python=ONE, default=False)
def orderings(session: nox.Session) -> None:
    """Deliver messages in every order: -- --longest 6."""
    _prove(session, "orderings")


@nox.session(python=ONE, default=False)
def state(session: nox.Session) -> None:
    """Let a marketplace run at random: -- --steps 200000 --minutes 120."""
    _prove(session, "state")


@nox.session(python=ONE, default=False)
def workers(session: nox.Session) -> None:
    """Kill one of eight workers every few seconds: -- --seconds 180 [--production]."""
    _prove(session, "workers")


@nox.session(python=ONE)
def wheel(session: nox.Session) -> None:
    """Build the wheel, look inside, install it alone and start it."""
    session.install(*_group("wheel"))
    with tempfile.TemporaryDirectory() as scratch:
        session.run(
            "python", "-m", "build", "--wheel", "--outdir", scratch, silent=True
        )
        (built,) = pathlib.Path(scratch).glob("*.whl")
        _check_contents(session, built)
        _try_wheel(session, built, pathlib.Path(scratch) / "venv")


def _check_contents(session: nox.Session, built: pathlib.Path) -> None:
    listing = str(session.run("python", "-m", "zipfile", "-l", str(built), silent=True))
    inside = set(re.findall(r"^(pmkit/\S+)", listing, flags=re.MULTILINE))
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in source.glob("pmkit/**/*")
        if path.is_file()
        and path.suffix not in NOT_SHIPPED
        and path.name != "ruff.toml"
        and ".ruff_cache" not in path.parts
    }
    if "pmkit/py.typed" not in inside or not wanted <= inside:
        session.error(f"the wheel lacks {sorted(wanted - inside)}")


def _try_wheel(session: nox.Session, built: pathlib.Path, venv: pathlib.Path) -> None:
    session.run("python", "-m", "venv", str(venv))
    scripts = venv / ("Scripts" if sys.platform == "win32" else "bin")
    python = str(scripts / "python")
    session.run(python, "-m", "pip", "install", "-q", str(built), external=True)
    with session.chdir(venv):
        session.run(str(scripts / "pmkit"), "--version", external=True)
        session.run(python, "-W", "error", "-c", "import pmkit", external=True)


@nox.session(python=ONE, default=False)
def scaffolds(session: nox.Session) -> None:
    """Try what `pmkit plugins new` writes from wheels alone; `tests` tries one kind."""
    session.install("-e", ".[testing]", *_group("test"))
    session.env["PMKIT_KINDS"] = "agency,payment,notifier"
    session.run("pytest", "tests/cli/test_scaffold_released.py", *session.posargs)


@nox.session(python=ONE, default=False)
def property(session: nox.Session) -> None:  # noqa: A001 - the name of the suite
    """Run the laws for a long time: python -m nox -s property."""
    session.install("-e", ".", *_group("test"))
    session.env["HYPOTHESIS_PROFILE"] = "deep"
    session.run("pytest", "tests/property", *session.posargs)


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    """Bound what a mutant that loops for ever can take; 4 GB are enough for any."""
    import resource  # there is none on Windows, where the other sessions run, too

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@nox.session(python=ONE, default=False)
def mutants(session: nox.Session) -> None:
    """Break calendars and deadlines in every small way: the tests must notice 95 %."""
    session.install("-e", ".", *_group("mutants", "test"))
    session.env["HYPOTHESIS_PROFILE"] = "mutants"
    # Results of an earlier run may be those of earlier tests.
    results = ROOT / "mutants"
    shutil.rmtree(results, ignore_errors=True)
    with _little_memory():
        session.run("mutmut", "run", *(session.posargs or ["--max-children", "2"]))
    session.run("mutmut", "results")
    session.run("mutmut", "export-cicd-stats", silent=True)
    counts = json.loads((results / "mutmut-cicd-stats.json").read_text("utf-8"))
    noticed = counts["killed"] + counts["timeout"]
    session.log(f"{noticed} of {counts['total']} mutants were noticed")
    if noticed < MUTANTS_NOTICED * counts["total"]:
        session.error(f"fewer than {MUTANTS_NOTICED:.0%} of the mutants were noticed")


@nox.session(python=ONE, default=False)
def bench(session: nox.Session) -> None:
    """Measure imports, calendar and arrays beside peers: python -m nox -s bench."""
    session.install(".[bulk,postgres]", *_group("bench"))
    _server(session)
    session.run("python", "bench/imports.py", *session.posargs)
    session.run("python", "bench/bench_calendar.py", *session.posargs)
    session.run("python", "bench/bench_bulk.py", *session.posargs)
    session.run("python", "bench/bench_recheck.py", *session.posargs)
    session.run("python", "bench/bench_plugins.py", *session.posargs)
    session.run("python", "bench/bench_calls.py", *session.posargs)
    session.run("python", "bench/bench_store.py", *session.posargs)


@nox.session(venv_backend="none", default=False)
def shared(session: nox.Session) -> None:
    """Compare the shipped sampling tables with tables that stand beside the project."""
    theirs = pathlib.Path(session.posargs[0] if session.posargs else "../shared/data")
    tables = sorted(theirs.glob("aql_*.tsv"))
    if not tables:
        session.error(f"no aql_*.tsv in {theirs}")
    for table in tables:
        ours = ROOT / "src" / "pmkit" / "facts" / "data" / table.name
        if _cells(ours) != _cells(table):
            session.error(f"{table.name} differs from the shipped one")
        session.log(f"{table.name}: {len(_cells(table))} rows agree")


def _cells(table: pathlib.Path) -> list[dict[str, str]]:
    """Read the rows of a table without the columns that are words about it."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(
            (line for line in file if not line.startswith("#")), delimiter="\t"
        )
        words = {"note", "conflict"}
        return [{k: v for k, v in row.items() if k not in words} for row in rows]


@nox.session(python=ONE, default=False)
def changelog(session: nox.Session) -> None:
    """Show what the fragments of changelog.d will say in the next release."""
    session.install(*_group("changelog"))
    session.run("towncrier", "build", "--draft", "--version", "next")
