"""
Why a plugin is not there: the stage at which it stopped, and who it is from.
"""

from __future__ import annotations

import enum
import sys
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError, PluginError
from pmkit.hooks.installed import shown

if TYPE_CHECKING:
    from types import TracebackType

    from pmkit.hooks.installed import Installed

_LONGEST = 300


def pass_on(error: BaseException) -> None:
    """
    Raise again what is for the application, whatever code of a plugin it came out of.

    Args:
        error: What was raised; an interrupt, a cancellation and the end of a generator
            are no faults of a plugin.
    """
    # Who never imported asyncio cannot be cancelled by it.
    asyncio = sys.modules.get("asyncio.exceptions")
    cancelled = getattr(asyncio, "CancelledError", KeyboardInterrupt)
    if isinstance(error, KeyboardInterrupt | GeneratorExit | cancelled):
        raise error


class Stage(enum.StrEnum):
    """How far a plugin came; a stage begins only when all before it went well."""

    #: It is looked for among what is installed.
    SCAN = "scan"
    #: The application may have ruled it out.
    BLOCKED = "blocked"
    #: It may speak another version of the contract.
    API = "api"
    #: The light module of its manifest is imported.
    IMPORT = "import"
    #: What was imported is a manifest, and a true one.
    MANIFEST = "manifest"
    #: Its id is free, and its hooks fit.
    REGISTER = "register"
    #: The settings of an instance fit its settings class.
    SETTINGS = "settings"
    #: Its implementation is imported, compared with the manifest, and made.
    BUILD = "build"


@attrs.frozen(kw_only=True)
class LoadFailure:
    """
    Why one plugin, or one instance of it, is not there.

    Args:
        id: The plugin.

        stage: Where it stopped.

        reason: Why, without its first capital and full stop; never a secret.

        distribution: The distribution that it is from, or who else gave it; empty if
            nobody did.

        version: The version of that distribution.

        file: The file to look into, with ``:line`` where it is known.

        instance: The instance, where only one failed.

        tracker: Where to report it.

    Examples:
        >>> failure = LoadFailure(
        ...     id="acme-agency",
        ...     stage=Stage.IMPORT,
        ...     reason="ModuleNotFoundError: No module named 'acme'",
        ...     distribution="acme-pmkit",
        ...     version="1.2",
        ...     file="acme_pmkit.py:1",
        ... )
        >>> print(failure)  # doctest: +NORMALIZE_WHITESPACE
        Plugin acme-agency of acme-pmkit 1.2 (acme_pmkit.py:1) stopped at import:
        ModuleNotFoundError: No module named 'acme'.
    """

    id: str = attrs.field(converter=shown)
    stage: Stage
    reason: str = attrs.field(converter=shown)
    distribution: str = attrs.field(default="", converter=shown)
    version: str = attrs.field(default="", converter=shown)
    file: str = attrs.field(default="", converter=shown)
    instance: str = attrs.field(default="", converter=shown)
    tracker: str = attrs.field(default="", converter=shown)

    def __str__(self) -> str:
        whose = f"{self.distribution} {self.version}".strip()
        where = f" ({self.file})" if self.file else ""
        which = f", instance {self.instance}," if self.instance else ""
        return (
            f"Plugin {self.id}{which}{f' of {whose}' if whose else ''}{where} "
            f"stopped at {self.stage.value}: {self.reason}."
        )

    def as_error(self) -> PluginError:
        """Give it as an error to raise."""
        remedy = "Repair it, uninstall it, or block it."
        if self.stage is Stage.BLOCKED:
            remedy = "Take it off the block list, or put it on the allow list."
        if self.tracker:
            remedy += f" Report it: {self.tracker}"
        return PluginError(f"{self}", remedy=remedy)


class Stopped(Exception):  # noqa: N818 - it stops one plugin, and never leaves the host
    """
    A plugin stops at a stage; the host makes a `LoadFailure` of it.

    Args:
        stage: Where it stopped.

        reason: Why, as `LoadFailure.reason`.

        file: The file to look into, if it is not that of the entry point.
    """

    def __init__(self, stage: Stage, reason: str, *, file: str = "") -> None:
        super().__init__(stage, reason, file)
        self.stage = stage
        self.reason = reason
        self.file = file
        #: Whose it is, where several were looked at.
        self.entry: Installed | None = None


def said(error: BaseException) -> str:
    """
    Tell in one line what code of a plugin raised before it had any settings.

    Args:
        error: What it raised.

    Examples:
        >>> said(SystemExit(3))
        'SystemExit: 3'
    """
    try:
        text = " ".join(f"{error}".split())
    except BaseException as worse:  # noqa: BLE001 - a plugin's error may not even print
        pass_on(worse)
        text = ""
    if isinstance(error, InputError):
        text = text.rstrip(".")
    name = type(error).__name__
    return f"{name}: {text[:_LONGEST]}" if text else name


def raised_at(error: BaseException) -> str:
    """
    Tell the file and line of the innermost code of the plugin that raised.

    Frames of the import machinery and of pmkit itself are passed over.

    Args:
        error: What was raised.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 0}"
    return _last_frame(error.__traceback__)


def _last_frame(tb: TracebackType | None) -> str:
    ours = (sys.modules["pmkit"].__path__[0], "<frozen ", "<attrs ")
    found = ""
    while tb is not None:
        file = tb.tb_frame.f_code.co_filename
        is_library = f"{sys.base_prefix}/lib/python" in file and (
            "-packages" not in file
        )
        if not file.startswith(ours) and not is_library:
            found = f"{file}:{tb.tb_lineno}"
        tb = tb.tb_next
    return found
