"""
How the tests run: Hypothesis profiles; sockets are closed by the options of pytest.

``HYPOTHESIS_PROFILE`` chooses the profile: ``dev`` (default, quick), ``ci`` (the same
cases every time), ``deep`` (``nox -s property``) or ``mutants`` (``nox -s mutants``).
"""

from __future__ import annotations

import os

import hypothesis

_SLOW_IS_FINE = [
    hypothesis.HealthCheck.too_slow,
    hypothesis.HealthCheck.data_too_large,
]

hypothesis.settings.register_profile(
    "dev", max_examples=30, deadline=None, suppress_health_check=_SLOW_IS_FINE
)
hypothesis.settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=_SLOW_IS_FINE,
)
hypothesis.settings.register_profile(
    "deep", max_examples=5_000, deadline=None, suppress_health_check=_SLOW_IS_FINE
)
# One process runs the same law for mutant after mutant, which Hypothesis distrusts.
hypothesis.settings.register_profile(
    "mutants",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
