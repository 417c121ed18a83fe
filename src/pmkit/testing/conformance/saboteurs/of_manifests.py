"""
Bugs of manifests and of what is imported.
"""

from __future__ import annotations

from pmkit.hooks.capabilities import FULL
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
)
from pmkit.testing.conformance.saboteurs.planting import can, plant

_HERE = "pmkit.testing.conformance.saboteurs"

plant(
    "factory-missing",
    AgencyHarness,
    "The manifest names a class that is not there.",
    must=("PLG-MAN-001",),
    manifest={"factory": f"{_HERE}.of_manifests:NoSuchClass"},
)
plant(
    "speaks-another-version",
    MessengerHarness,
    "It asks for a version of the contract that does not exist yet.",
    must=("PLG-MAN-002",),
    manifest={"requires_api": ">=2,<3"},
)
plant(
    "operation-misspelt",
    AgencyHarness,
    "The manifest declares 'observation'.",
    must=("PLG-MAN-003",),
    may=("PLG-MAN-004", "PLG-CAP-002", "PLG-HOOK-001"),
    manifest=can(AgencyHarness, observations=None, observation=FULL),
)
plant(
    "says-nothing-of-an-operation",
    CardHarness,
    "The manifest does not say whether there is a beneficiary.",
    must=("PLG-MAN-004",),
    manifest=can(CardHarness, beneficiary=None),
)
plant(
    "no-tracker",
    MessengerHarness,
    "Nobody is told where to report its faults.",
    must=("PLG-MAN-005",),
    manifest={"tracker": ""},
)
plant(
    "heavy-manifest",
    AgencyHarness,
    "The module of the manifest imports httpx.",
    must=("PLG-IMP-001",),
    harness={"target": f"{_HERE}.heavy_manifest:MANIFEST"},
)
plant(
    "import-changes-the-process",
    MessengerHarness,
    "Importing the implementation sets a variable of the environment.",
    must=("PLG-IMP-002",),
    manifest={"factory": f"{_HERE}.noisy_import:NoisyMessenger"},
)
