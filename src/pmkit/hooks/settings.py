"""
The settings of one instance: read strictly, shown by permission, never in an error.

A value is what somebody typed or pasted, often into the wrong place.  So no error holds
one: it names plugin, instance and field, says what is wrong in words of its own, and
has no cause that could be printed.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.failures import pass_on
from pmkit.hooks.fields import hints_of
from pmkit.hooks.secret_sources import WrongSettingError
from pmkit.hooks.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.hooks.secret_sources import SecretSource

MASK = "********"
_LONGEST_NAME = 60


def read_settings(
    settings_class: type,
    values: object,
    *,
    plugin: str = "",
    instance: str = "",
    environment: str = "sandbox",
    secret_source: SecretSource | None = None,
    environ: Mapping[str, str] | None = None,
) -> object:
    """
    Turn what stands in a file into an object of a settings class.

    Args:
        settings_class: A frozen attrs class.

        values: Its fields by name, or already an object of the class.

        plugin: Whose settings they are, for errors.

        instance: Whose settings they are, for errors.

        environment: ``sandbox`` or ``live``.

        secret_source: What answers ``hook:`` references.

        environ: What answers ``env:`` references; the process's own if left out.

    Returns:
        The settings.

    Raises:
        pmkit.SettingsError: If a field is missing, unknown, of the wrong type, a
            secret in clear, or of the other environment.

    Examples:
        >>> @attrs.frozen(kw_only=True)
        ... class AcmeSettings:
        ...     key: Secret
        ...     office: str = "Shanghai"
        >>> read_settings(
        ...     AcmeSettings, {"key": "env:ACME"}, environ={"ACME": "sk-1"}
        ... )
        AcmeSettings(key=Secret('********'), office='Shanghai')
        >>> read_settings(
        ...     AcmeSettings, {"kye": "env:ACME"}, instance="acme-cn"
        ... )  # doctest: +NORMALIZE_WHITESPACE
        Traceback (most recent call last):
            ...
        pmkit.core.plugin_errors.SettingsError: acme-cn: The settings have no field kye.
        There are: key, office.
    """
    wrong: WrongSettingError | None = None
    where, found = "", values
    try:
        if not isinstance(values, settings_class):
            found = _structured(settings_class, values, secret_source, environ)
        where = _of_the_other(found, environment)
    except _MisfitError as misfit:
        where, wrong = misfit.where, misfit.wrong
    if wrong is None and where:
        other = "live" if environment == "sandbox" else "sandbox"
        reason = f"is a value for {other}, and this instance is {environment}"
        wrong = WrongSettingError(reason, f"Use a value for {environment}.")
    if wrong is not None:
        raise _error(wrong, where, plugin, instance) from None
    return found


def shown_settings(settings: object) -> dict[str, object]:
    """
    Give settings as they may be printed: only fields that say so are not masked.

    Args:
        settings: An object of a settings class; `None` if there are none.

    Returns:
        Each field with its value or a mask.

    Examples:
        >>> from pmkit.hooks.fields import setting
        >>> @attrs.frozen(kw_only=True)
        ... class AcmeSettings:
        ...     url: str
        ...     office: str = setting(shown=True)
        >>> shown_settings(AcmeSettings(url="https://me:pw@acme.example", office="SH"))
        {'url': '********', 'office': 'SH'}
    """
    return {
        field.name: _shown(field, getattr(settings, field.name))
        for field in _fields(settings)
    }


def secrets_in(settings: object) -> Iterator[str]:
    """
    Give the text of every secret in settings, to look for it where it must not be.

    Args:
        settings: An object of a settings class; `None` if there are none.
    """
    if isinstance(settings, Secret):
        yield settings.reveal()
    elif isinstance(settings, dict):
        for each in settings.values():
            yield from secrets_in(each)
    elif isinstance(settings, tuple | list | set | frozenset):
        for each in settings:
            yield from secrets_in(each)
    for field in _fields(settings):
        yield from secrets_in(getattr(settings, field.name))


def _fields(settings: object) -> tuple[attrs.Attribute[Any], ...]:
    """Give the fields of a settings object; none if it is something else."""
    kind = type(settings)
    return attrs.fields(kind) if attrs.has(kind) else ()


class _MisfitError(Exception):
    """A setting that is wrong, and which."""

    def __init__(self, where: str, wrong: WrongSettingError) -> None:
        super().__init__()
        self.where = where
        self.wrong = wrong


def _structured(
    settings_class: type,
    values: object,
    source: SecretSource | None,
    environ: Mapping[str, str] | None,
) -> object:
    import cattrs

    from pmkit.hooks.reading import strict_converter

    converter = strict_converter(source, environ)
    values = {} if values is None else values
    if not isinstance(values, Mapping) or not all(isinstance(x, str) for x in values):
        wrong = WrongSettingError("is no table of names and values", "Write a table.")
        raise _MisfitError(where="", wrong=wrong)
    try:
        return converter.structure(values, settings_class)
    except cattrs.BaseValidationError as error:
        where, inner = _innermost(error)
    except BaseException as error:  # noqa: BLE001 - a plugin's validator
        pass_on(error)
        where, inner = "", error
    where = where or _field_of(settings_class, inner)
    raise _MisfitError(where, _wrong(inner, where)) from None


def _field_of(settings_class: type, error: BaseException) -> str:
    """Find the field that a validator speaks of; attrs does not tell otherwise."""
    if isinstance(error, WrongSettingError) or not attrs.has(settings_class):
        return ""
    names = [field.name for field in attrs.fields(settings_class)]
    own = getattr(error, "field", None)
    if own in names:
        return f"{own}"
    quoted = [name for name in names if f"'{name}'" in f"{error}"]
    return quoted[0] if len(quoted) == 1 else ""


def _innermost(error: BaseException) -> tuple[str, BaseException]:
    """Follow the first error of each group down to the field that is wrong."""
    import cattrs

    path: list[str] = []
    while isinstance(error, cattrs.BaseValidationError):
        # A misspelt field is unknown and missing; the unknown name says more.
        inner = min(
            error.exceptions,
            key=lambda each: not isinstance(each, cattrs.ForbiddenExtraKeysError),
        )
        for note in getattr(inner, "__notes__", ()):
            name = getattr(note, "name", getattr(note, "index", None))
            if name is not None:
                path.append(_safe_name(name))
        error = inner
    return ".".join(path), error


def _wrong(error: BaseException, where: str) -> WrongSettingError:
    """Say what is wrong without the words of the error, which may hold the value."""
    import cattrs

    if isinstance(error, WrongSettingError):
        return error
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        names = ", ".join(sorted(_safe_name(name) for name in error.extra_fields))
        reason = f"has no field {names}"
        known = ", ".join(field.name for field in attrs.fields(error.cl))
        return WrongSettingError(reason, f"There are: {known}.")
    if isinstance(error, KeyError) and error.args[:1] == (where.rpartition(".")[2],):
        return WrongSettingError("is missing", "Add it.")
    if isinstance(error, cattrs.StructureHandlerNotFoundError):
        reason = "has a type that cannot be read"
        return WrongSettingError(reason, "Tell the author of the plugin.")
    reason = f"is not what it must be ({type(error).__name__})"
    return WrongSettingError(reason, "See the settings of the plugin.")


def _error(
    wrong: WrongSettingError, where: str, plugin: str, instance: str
) -> SettingsError:
    field = where or None
    whose = f"of plugin {plugin} " if plugin else ""
    message = f"The setting {whose}{wrong.reason}."
    if not where:
        message = f"The settings {whose}{_plural(wrong.reason)}."
    return SettingsError(
        message, field=field, remedy=wrong.remedy or None, instance=instance
    )


def _plural(reason: str) -> str:
    """Speak of all settings instead of one."""
    for one, many in (("has ", "have "), ("lacks ", "lack "), ("is ", "are ")):
        if reason.startswith(one):
            return many + reason.removeprefix(one)
    return reason


def _safe_name(name: object) -> str:
    """Show a key only if it looks like one; a secret may have been pasted there."""
    text = f"{name}"
    if isinstance(name, int):
        return text
    if text.isidentifier() and len(text) <= _LONGEST_NAME and text.isascii():
        return text
    return "(a key that is no name)"


def _of_the_other(settings: object, environment: str) -> str:
    """Name the field whose value belongs to the other environment, if there is one."""
    for field in _fields(settings):
        value = getattr(settings, field.name)
        inner = _of_the_other(value, environment)
        if inner:
            return f"{field.name}.{inner}"
        text = value.reveal() if isinstance(value, Secret) else value
        hints = hints_of(field)
        others = hints.live if environment == "sandbox" else hints.sandbox
        if isinstance(text, str) and others and text.strip().startswith(others):
            return field.name
    return ""


def _shown(field: attrs.Attribute[Any], value: object) -> object:
    if isinstance(value, Secret) or not hints_of(field).shown:
        return MASK
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, enum.Enum | decimal.Decimal | float | dt.date | dt.timedelta):
        return f"{value.value if isinstance(value, enum.Enum) else value}"
    if isinstance(value, tuple | list) and all(isinstance(each, str) for each in value):
        return list(value)
    # A mapping or record may hold what nobody meant to show.
    return shown_settings(value) if attrs.has(type(value)) else MASK
