"""What a failed call to a plugin says is certain."""

from __future__ import annotations

import datetime as dt
import inspect

import pytest

from pmkit.core import plugin_errors
from pmkit.core.certainty import Blame, Certainty, Retry
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginCallError,
    RateLimitedError,
    RequestInvalidError,
)

LEAVES = [
    value
    for value in vars(plugin_errors).values()
    if inspect.isclass(value) and issubclass(value, PluginCallError)
]
#: By hand: what each error claims unless its raiser knows better.
CLAIMS = {
    "PluginCallError": ("unknown", "never", "provider"),
    "SettingsError": ("not-sent", "never", "config"),
    "AuthFailedError": ("rejected", "same-key", "config"),
    "UnsupportedError": ("not-sent", "never", "caller"),
    "RequestInvalidError": ("rejected", "never", "caller"),
    "OutOfCoverageError": ("rejected", "never", "caller"),
    "SlotUnavailableError": ("rejected", "never", "caller"),
    "ProviderDeadlineError": ("rejected", "never", "caller"),
    "PaymentDeclinedError": ("rejected", "never", "caller"),
    "ProviderConflictError": ("unknown", "never", "plugin"),
    "ProviderNotFoundError": ("rejected", "never", "caller"),
    "RateLimitedError": ("not-sent", "after", "provider"),
    "ProviderUnavailableError": ("not-sent", "same-key", "network"),
    "OutcomeUnknownError": ("unknown", "same-key", "network"),
    "ProtocolViolationError": ("unknown", "same-key", "provider"),
    "AddressRefusedError": ("not-sent", "never", "config"),
    "WebhookRejected": ("not-sent", "never", "provider"),
    "PluginFaultError": ("unknown", "never", "plugin"),
}


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_error_claims_what_the_table_says(leaf) -> None:
    """Certainty, retry and blame of every error stand in a table made by hand."""
    error = leaf("Went wrong.")

    assert CLAIMS[leaf.__name__] == (
        error.certainty.value,
        error.retry.value,
        error.blame.value,
    )


@pytest.mark.parametrize("leaf", LEAVES)
def test_who_knows_better_says_so(leaf) -> None:
    """A raiser with evidence narrows what its error claims."""
    error = leaf(
        "Went wrong.",
        certainty=Certainty.APPLIED,
        retry=Retry.AFTER,
        after=dt.timedelta(seconds=7),
        blame=Blame.NETWORK,
        provider_code="slot_taken",
    )

    assert ("applied", "after", "network") == (
        error.certainty.value,
        error.retry.value,
        error.blame.value,
    )
    assert dt.timedelta(seconds=7) == error.after
    assert "slot_taken" == error.provider_code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, "No answer."),
        ({"instance": "acme-cn"}, "acme-cn: No answer."),
        ({"instance": "acme-cn", "operation": "book"}, "acme-cn book: No answer."),
        (
            {"operation": "book", "field": "price", "remedy": "Wait."},
            "book: price: No answer. Wait.",
        ),
    ],
)
def test_it_reads_as_one_line_that_names_who_was_called(words, expected) -> None:
    """Instance and operation come first, then field, message and remedy."""
    assert expected == str(OutcomeUnknownError("No answer.", **words))


def test_a_refused_request_names_its_fields() -> None:
    """The caller learns which parts the far side finds wrong."""
    assert ("lines",) == RequestInvalidError("Bad.", fields=("lines",)).fields
    assert () == RequestInvalidError("Bad.").fields


def test_a_wait_is_unknown_unless_told() -> None:
    """An error that says "later" has no time unless its raiser has one."""
    assert RateLimitedError("Slow down.").after is None
