"""The public names of plugins stand together on the page of the Python interface."""

from __future__ import annotations

import pathlib
import re

import pmkit

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "api.md"
#: Where everything that a plugin or its host needs is defined.
HOMES = (
    "pmkit.core.certainty",
    "pmkit.core.environment",
    "pmkit.core.lookups",
    "pmkit.core.plugin_errors",
    "pmkit.core.ports",
    "pmkit.effects",
    "pmkit.hooks",
    "pmkit.shell.webhooks",
)


def test_each_name_is_in_the_table():
    """A name of plugins that is public has a place, and no other name is there."""
    text = PAGE.read_text(encoding="utf-8").partition("## Plugins at a glance")[2]
    table = text.partition("## Everything else")[0]
    named = re.findall(r"`(?:~pmkit\.)?(\w+)`", table)
    public = {
        name
        for name in pmkit.__all__
        if (getattr(pmkit, name).__module__ or "").startswith(HOMES)
        or name == "hookimpl"
    }

    assert public == set(named)
    assert len(named) == len(set(named))
