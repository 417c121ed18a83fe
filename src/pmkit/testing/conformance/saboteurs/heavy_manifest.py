"""
A manifest in a module that is not light.
"""

from __future__ import annotations

import httpx

from pmkit.testing.conformance.reference.manifests import AGENCY

MANIFEST = AGENCY
CLIENT = httpx.Headers()
