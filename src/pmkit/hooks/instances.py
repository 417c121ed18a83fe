"""
The instances of an application in a file: ``pmkit.toml``.

::

    [instances.acme-cn]
    plugin = "acme-agency"
    environment = "sandbox"
    exceptions = ["127.0.0.1:8080"]

    [instances.acme-cn.settings]
    key = "env:ACME_CN_KEY"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.plugin_errors import SettingsError

if TYPE_CHECKING:
    import os

_LONGEST = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 63
_KEYS = ("plugin", "environment", "hosts", "exceptions", "settings")
_ENVIRONMENTS = ("sandbox", "live")


@attrs.frozen(kw_only=True)
class Instance:
    """
    One instance as it stands in a file; nothing of it is checked by its plugin yet.

    Args:
        name: Its name.

        plugin: The id of its plugin.

        environment: ``sandbox`` or ``live``.

        hosts: Hosts that it may call beside those of its manifest.

        exceptions: Private addresses that it may call, as ``host:port``.

        settings: What its plugin is told; never printed.
    """

    name: str
    plugin: str
    environment: str = "sandbox"
    hosts: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    settings: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


def read_instances(path: str | os.PathLike[str]) -> tuple[Instance, ...]:
    """
    Read the instances of a TOML file, for `PluginHost.attach_all`.

    Args:
        path: The file.

    Returns:
        The instances, sorted by name.

    Raises:
        pmkit.SettingsError: If it cannot be read, or has keys or values that it must
            not have; it names the instance and the key, and never holds a value.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> file = folder / "pmkit.toml"
        >>> done = file.write_text('[instances.acme-cn]\\nplugin = "acme-agency"\\n')
        >>> read_instances(file)[0].environment
        'sandbox'
    """
    file = Path(path)
    document = _document(file)
    for key in document:
        if key != "instances":
            raise _wrong(file, "", _shown(key), "is no key of this file", "instances")
    instances = document.get("instances", {})
    if not isinstance(instances, dict):
        raise _wrong(file, "", "instances", "is no table", "[instances.acme-cn]")
    return tuple(_instance(file, name, instances[name]) for name in sorted(instances))


def _document(file: Path) -> dict[str, Any]:
    """Read a file; whatever it holds, only a `SettingsError` comes out."""
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        # The rest of the message may quote the line.
        place = re.search(r"at (line \d+, column \d+|end of document)", f"{error}")
        reason = f"it is no TOML {place[0] if place else ''}".rstrip()
    except (OSError, ValueError, RecursionError) as error:
        reason = f"it cannot be read ({type(error).__name__})"
    except _NoFileError as error:
        reason = f"{error}"
    msg = f"The instances cannot be read from {file}: {reason}."
    raise SettingsError(msg, remedy="See the page about attaching plugins.")


class _NoFileError(Exception):
    """There is nothing to read."""


def _text(file: Path) -> str:
    # A pipe or a device would hang or never end.
    if not file.is_file():
        msg = "there is no such file"
        raise _NoFileError(msg)
    with file.open("rb") as stream:
        data = stream.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        msg = "it is longer than 1 MiB"
        raise _NoFileError(msg)
    return data.decode()


def _instance(file: Path, name: str, table: object) -> Instance:
    shown = _shown(name)
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise _wrong(file, "", shown, "is no name of an instance", "acme-cn")
    if not isinstance(table, dict):
        raise _wrong(file, name, "", "is no table", f"[instances.{name}]")
    for key in table:
        if key not in _KEYS:
            raise _wrong(
                file, name, _shown(key), "is no key of an instance", ", ".join(_KEYS)
            )
    plugin, where = table.get("plugin"), table.get("environment", "sandbox")
    settings = table.get("settings", {})
    if not isinstance(plugin, str) or not plugin:
        raise _wrong(
            file, name, "plugin", "is missing or no text", 'plugin = "acme-agency"'
        )
    if where not in _ENVIRONMENTS:
        raise _wrong(file, name, "environment", "is none", " or ".join(_ENVIRONMENTS))
    if not isinstance(settings, dict):
        raise _wrong(
            file, name, "settings", "is no table", f"[instances.{name}.settings]"
        )
    return Instance(
        name=name,
        plugin=plugin,
        environment=where,
        hosts=_texts(file, name, table, "hosts", "acme.example"),
        exceptions=_texts(file, name, table, "exceptions", "127.0.0.1:8080"),
        settings=settings,
    )


def _texts(
    file: Path, name: str, table: Mapping[str, object], key: str, example: str
) -> tuple[str, ...]:
    found = table.get(key, [])
    if isinstance(found, list):
        texts = tuple(each for each in found if isinstance(each, str))
        if len(texts) == len(found):
            return texts
    raise _wrong(file, name, key, "is no list of texts", f'["{example}"]')


def _wrong(
    file: Path, instance: str, field: str, reason: str, right: str
) -> SettingsError:
    msg = f"In {file}, {'this' if field else 'the instance'} {reason}."
    return SettingsError(
        msg, field=field or None, remedy=f"Write: {right}.", instance=instance
    )


def _shown(key: str) -> str:
    """Show a key only if it looks like one."""
    short = key[:_LONGEST_NAME]
    fits = key.isascii() and short == key and key.replace("-", "_").isidentifier()
    return key if fits else "(a key that is no name)"
