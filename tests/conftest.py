"""
How the tests run: Hypothesis profiles; sockets are closed by the options of pytest.

``HYPOTHESIS_PROFILE`` chooses the profile: ``dev`` (default, quick), ``ci`` (the same
cases every time) or ``deep`` (``nox -s property``).
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
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
