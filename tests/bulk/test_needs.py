"""The extra: what happens without numpy, and that nothing else asks for it."""

from __future__ import annotations

import subprocess
import sys

WITHOUT = """
import sys
sys.modules["numpy"] = None
try:
    import pmkit.bulk
except ImportError as error:
    print(type(error).__name__, error.code, error)
"""
EVERYTHING_ELSE = """
import sys, pmkit, pmkit.cli
for name in pmkit.__all__:
    getattr(pmkit, name)
calendar = pmkit.working_calendar("CN")
print("numpy" in sys.modules)
"""


def said_by(code):
    """Run *code* in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_without_numpy_it_says_what_to_install():
    """The import fails with a typed ImportError that names the extra."""
    said = said_by(WITHOUT)

    assert said.startswith("BulkExtraMissingError bulk-extra-missing ")
    assert "pip install '.[bulk]'" in said


def test_nothing_else_loads_numpy():
    """All other public names and a calendar load without numpy."""
    assert said_by(EVERYTHING_ELSE) == "False"
