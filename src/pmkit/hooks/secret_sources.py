"""
Where settings say that a secret is: the environment, a file, or a source of your own.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pmkit.hooks.failures import pass_on
from pmkit.hooks.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: Given what follows ``hook:``, it gives the secret, or `None`.
    SecretSource = Callable[[str], Secret | str | None]

_LONGEST = 1 << 16
_LONGEST_NAME = 100
_WAYS = 'Write "env:NAME", "file:/path" or "hook:REFERENCE".'


class WrongSettingError(Exception):
    """
    One setting is wrong; its words never hold a value.

    Args:
        reason: What is wrong.

        remedy: What to do about it.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy


def fetch(
    reference: object,
    *,
    source: SecretSource | None = None,
    environ: Mapping[str, str] | None = None,
) -> Secret:
    """
    Fetch the secret that a setting names.

    Args:
        reference: ``env:NAME``, ``file:/path`` or ``hook:REFERENCE``, or the secret
            itself as a `Secret`.

        source: What answers ``hook:``.

        environ: The environment; that of the process if left out.

    Returns:
        The secret.

    Raises:
        WrongSettingError: If it stands there itself, or is not where it should be.

    Examples:
        >>> fetch("env:ACME_KEY", environ={"ACME_KEY": "sk-1"})
        Secret('********')
    """
    if isinstance(reference, Secret):
        return reference
    if not isinstance(reference, str):
        msg = "is no text"
        raise WrongSettingError(msg, _WAYS)
    scheme, _, rest = reference.partition(":")
    if scheme == "env" and rest:
        return _from_environment(rest, os.environ if environ is None else environ)
    if scheme == "file" and rest:
        return _from_file(rest)
    if scheme == "hook" and rest:
        return _from_source(rest, source)
    msg = "is a secret that stands in the settings themselves"
    raise WrongSettingError(msg, _WAYS)


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    if not name.isidentifier() or len(name) > _LONGEST_NAME:
        msg = "names no variable of the environment"
        raise WrongSettingError(msg, 'Write "env:ACME_KEY".')
    value = environ.get(name, "")
    if not value.strip():
        msg = f"wants the environment variable {name}, which is not set"
        raise WrongSettingError(msg, f"Set {name}.")
    return Secret(value)


def _from_file(name: str) -> Secret:
    path = Path(name)
    if not path.is_absolute():
        msg = "names a file without its whole path"
        raise WrongSettingError(msg, 'Write "file:/run/secrets/acme".')
    try:
        # A pipe or a device would hang or never end.
        if not stat.S_ISREG(path.stat().st_mode):
            msg = "names what is no plain file"
            raise WrongSettingError(msg, "Name a file.")
        with path.open("rb") as stream:
            data = stream.read(_LONGEST + 1)
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        msg = f"names a file that cannot be read ({type(error).__name__})"
        raise WrongSettingError(msg, "Put the secret there, as UTF-8.") from None
    if len(data) > _LONGEST or not text.strip():
        msg = "names a file that is empty or too long"
        raise WrongSettingError(msg, "Put the secret there, and nothing else.")
    return Secret(text)


def _from_source(reference: str, source: SecretSource | None) -> Secret:
    if source is None:
        msg = "wants a secret source, and the host has none"
        raise WrongSettingError(msg, "Give the host secret_source=, or a hook for it.")
    try:
        found = source(reference)
    except BaseException as error:  # noqa: BLE001 - a source's code
        pass_on(error)
        msg = f"wants a secret, and its source raised {type(error).__name__}"
        raise WrongSettingError(msg, "Repair the source.") from None
    if not isinstance(found, Secret) and not (isinstance(found, str) and found.strip()):
        msg = "wants a secret that its source does not know"
        raise WrongSettingError(msg, "Store it there.")
    return found if isinstance(found, Secret) else Secret(found)
