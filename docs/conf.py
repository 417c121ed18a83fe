"""How the pages are built: ``sphinx-build -n -W docs docs/_build``."""

from __future__ import annotations

import importlib.metadata
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "pmkit"
author = "The pmkit authors"
copyright = author  # noqa: A001 - the name that Sphinx reads
release = importlib.metadata.version("pmkit-sdk")
version = ".".join(release.split(".")[:2])

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"pmkit {version}"
html_theme_options = {"navigation_with_keys": True}

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# In a docstring `name` is code of ours; what it cannot find is shown as code.
default_role = "code"

autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [
    "Clause",
    "Counting",
    "Called",
    "Rules",
    "Source",
    "Sources",
]

nitpick_ignore_regex = [
    # Names of other projects: their pages are not fetched; a build needs no network.
    (r"py:.*", r"(attrs?|alembic|click|collections|contextlib|dataclasses)\b.*"),
    (r"py:.*", r"(datetime|dt|decimal|enum|os|pathlib)\b.*"),
    (r"py:.*", r"(sqlalchemy|sa|types|zoneinfo)\b.*"),
    (r"py:.*", r"(typing|pluggy|hypothesis|rich|httpx|ssl|abc)\b.*"),
    # Types that a caller is handed and never has to name have no entry of their own,
    # and annotations under TYPE_CHECKING are short names.
    (r"py:class", r"pmkit\.(core|effects|facts|hooks|sandbox|shell)\..*"),
    (r"py:(class|data|obj)", r"_?[A-Z]\w*"),
    (r"py:class", "optional"),
    # What Sphinx cuts out of Callable[[], float].
    (r"py:class", r"Callable\[\[\]"),
]


def _keep_the_first_colon(  # noqa: PLR0917 - the shape that Sphinx calls
    app: object,
    what: str,
    name: str,
    obj: object,
    options: object,
    lines: list[str],
) -> None:
    """Stop Napoleon from reading the "Paid apart" of "Paid apart: ..." as a type."""
    del app, name, obj, options
    if what in {"attribute", "data", "property"} and lines:
        lines[:0] = ["..", ""]
    for number, line in enumerate(lines[:-1]):
        if line.strip() in {"Returns:", "Yields:"}:
            lines[number + 1] = re.sub(r":(?=\s|$)", " \u2013", lines[number + 1])


def setup(app: Sphinx) -> None:
    """Attach our own step before Napoleon's."""
    app.connect("autodoc-process-docstring", _keep_the_first_colon, priority=100)
