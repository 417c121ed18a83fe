"""
An implementation that changes the process when it is imported.
"""

from __future__ import annotations

import os

from pmkit.testing.conformance.reference.messenger import ReferenceMessenger

os.environ["REFERENCE_MESSENGER"] = f"{os.getpid()}"


class NoisyMessenger(ReferenceMessenger):
    """Send notices; nothing is wrong but the module."""
