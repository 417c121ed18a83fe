"""What a status or a fault of the transport means for a call."""

from __future__ import annotations

import builtins

import httpx
import pytest
from tests.effects.agencies import HOST, NOW
from tests.effects.tables import answers

from pmkit.core import plugin_errors
from pmkit.core.certainty import Certainty
from pmkit.core.errors import InputError
from pmkit.effects import faults, statuses


def response(status, *, method="POST", headers=None, expecting=()):
    """Make the response to a request that asks to see some statuses."""
    request = httpx.Request(method, f"{HOST}/bookings")
    if expecting:
        statuses.expect(request, *expecting)
    return httpx.Response(status, headers=headers, request=request)


def error_for(given, method):
    """Say what comes of a status or of an exception of the transport."""
    mutates = not statuses.only_reads(httpx.Request(method, HOST))
    if given.isdigit():
        answer = response(int(given), method=method)
        return statuses.error_of(answer, mutates=mutates, now=NOW)
    kind = getattr(httpx, given, None) or getattr(builtins, given)
    return faults.error_of(kind("secret words"), mutates=mutates)


class TestTable:
    """Each status and each fault has its error and its certainty."""

    @pytest.mark.parametrize("row", answers("call_errors.csv"))
    def test_answers(self, row):
        """The error, what is certain and what may be done stand in a table by hand."""
        error = error_for(row["given"], row["method"])
        after = int(row["after"]) if row["after"] else None

        if not row["error"]:
            assert error is None
            return
        assert type(error) is getattr(plugin_errors, row["error"])
        assert row["certainty"] == error.certainty.value
        assert row["retry"] == error.retry.value
        assert after == (error.after.total_seconds() if error.after else None)
        assert "secret words" not in str(error)

    @pytest.mark.parametrize("status", [408, 500, 503])
    def test_code_of_the_far_side(self, status):
        """The status stands in the error as the far side's own word."""
        error = statuses.error_of(response(status), mutates=True, now=NOW)

        assert f"{status}" == error.provider_code


class TestRetryAfter:
    """When to come back, as the far side says it."""

    @pytest.mark.parametrize("row", answers("retry_after.csv"))
    def test_answers(self, row):
        """Seconds and dates are read, bounded, and nonsense is not believed."""
        header = row["header"].encode()
        answer = response(429, headers=[(b"Retry-After", header)])
        error = statuses.error_of(answer, mutates=True, now=NOW)

        assert int(row["seconds"]) == error.after.total_seconds()

    def test_unavailable(self):
        """A 503 after a change stays unknown, and says when to come back."""
        answer = response(503, headers={"Retry-After": "9"})
        error = statuses.error_of(answer, mutates=True, now=NOW)

        assert error.certainty is Certainty.UNKNOWN
        assert error.after.total_seconds() == 9


class TestExpect:
    """A plugin can ask to see statuses."""

    def test_shown(self):
        """A status that was asked for is no error, the others are."""
        shown = response(409, expecting=(404, 409))
        other = response(410, expecting=(404, 409))

        assert statuses.error_of(shown, mutates=True, now=NOW) is None
        assert statuses.error_of(other, mutates=True, now=NOW) is not None

    @pytest.mark.parametrize("status", [200, 301, 302, 307, 308, 399, 600, "404"])
    def test_not_to_be_seen(self, status):
        """A redirect cannot be asked for, and a success needs no asking."""
        with pytest.raises(InputError) as caught:
            statuses.expect(httpx.Request("GET", HOST), status)

        assert caught.value.field == "statuses"

    @pytest.mark.parametrize("given", [7, None, "409", ["409", None]])
    def test_nonsense(self, given):
        """What else stands in the extensions of a request asks for nothing."""
        request = httpx.Request("GET", HOST, extensions={"pmkit.expect": given})

        assert statuses.expected(request) == frozenset()

    @pytest.mark.parametrize(
        ("method", "marked", "reading"),
        [
            ("GET", False, True),
            ("HEAD", False, True),
            ("POST", False, False),
            ("DELETE", False, False),
            ("POST", True, True),
        ],
    )
    def test_reads(self, method, marked, reading):
        """A request reads by its method, or by the word of the plugin."""
        request = httpx.Request(method, HOST)
        if marked:
            statuses.reads(request)

        assert reading is statuses.only_reads(request)
