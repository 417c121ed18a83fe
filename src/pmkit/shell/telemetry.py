"""
What happens, told to structlog and OpenTelemetry where they are installed.

Both are optional: without them nothing is told and nothing is slower.  Names and
numbers are told, never what people said, paid with, or wrote.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_NAME = "pmkit"


def event(name: str, **fields: str | float) -> None:
    """
    Tell structlog of something.

    Args:
        name: What happened, such as ``pmkit.lease.lost``.

        fields: Names and numbers.
    """
    structlog = _structlog()
    # Without a configuration it would write to the standard output of others.
    if structlog is not None and structlog.is_configured():
        structlog.get_logger(_NAME).info(name, **fields)


def span(name: str, **attributes: str | float) -> AbstractContextManager[object]:
    """
    Measure something with OpenTelemetry.

    Args:
        name: What is done, such as ``pmkit.wake``.

        attributes: Names and numbers; each is told as ``pmkit.<name>``.

    Returns:
        What lasts as long as it is done.
    """
    tracer = _tracer()
    if tracer is None:
        return contextlib.nullcontext()
    told = {f"pmkit.{key}": value for key, value in attributes.items()}
    started: AbstractContextManager[object] = tracer.start_as_current_span(
        # The words of an error may hold what a plugin said.
        name,
        attributes=told,
        record_exception=False,
        set_status_on_exception=False,
    )
    return started


@contextlib.contextmanager
def told(name: str, **fields: str | float) -> Iterator[None]:
    """
    Measure something, and tell structlog what it came to.

    Args:
        name: What is done, such as ``pmkit.command``.

        fields: Names and numbers; what is empty is not told.
    """
    known = {key: value for key, value in fields.items() if value != ""}
    came = "done"
    try:
        with span(name, **known):
            yield
    except Exception as error:
        # Its words may hold what a plugin said.
        came = str(getattr(error, "code", type(error).__name__))
        raise
    finally:
        event(name, **known, came=came)


@functools.cache
def _structlog() -> Any:
    return _installed("structlog")


def _tracer() -> Any:
    trace = _trace()
    provider = None if trace is None else trace.get_tracer_provider()
    # As long as nobody set one up there is nobody to tell.
    if provider is None or isinstance(provider, trace.ProxyTracerProvider):
        return None
    return _tracer_of(provider)


@functools.cache
def _tracer_of(provider: Any) -> Any:
    return provider.get_tracer(_NAME)


@functools.cache
def _trace() -> Any:
    return _installed("opentelemetry.trace")


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
