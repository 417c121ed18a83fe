"""Whatever a plugin answers, raises or asks for, the caller gets one of our errors."""

from __future__ import annotations

import datetime as dt
import functools

import httpx
import pytest

from pmkit.core.certainty import Certainty
from pmkit.core.lookups import ObservationsRequest
from pmkit.core.plugin_errors import (
    PluginCallError,
    PluginFaultError,
    RateLimitedError,
)
from pmkit.core.ports import BookingReply

from .agencies import CANARY, HOST, answering, attach, doing, outcome, told

DRIVERS = pytest.mark.parametrize("driver", ["call", "acall"])
NEWS = ObservationsRequest(subject="pm-1")


class FoulError(BaseException):
    """An error that no ``except Exception`` catches."""


class Odd:
    """An answer that raises whenever it is looked at."""

    @property
    def __class__(self):
        raise FoulError(CANARY)


class OddText(str):
    """A text that raises when it is compared."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        raise FoulError(CANARY)

    __ne__ = __eq__


def http(answer):
    """Book with one request, and answer whatever."""

    def book(_request, _context):
        yield httpx.Request("POST", f"{HOST}/b")
        return answer

    return book


def plain(answer):
    """Book without a request, and answer whatever."""

    def book(_request, _context):
        return answer

    return book


@DRIVERS
class TestAnswers:
    """What is no answer."""

    @pytest.mark.parametrize("how", [http, plain])
    @pytest.mark.parametrize(
        "answer",
        [
            Odd,
            functools.partial(OddText, "R-1"),
            lambda: BookingReply,
        ],
        ids=["class", "text", "no-object"],
    )
    def test_that_raises(self, answer, how, driver):
        """An answer that raises when it is looked at is a fault, and unknown."""
        agency = attach(doing(book=how(answer())), transport=answering(200))
        error = outcome(agency, driver=driver)

        assert PluginFaultError is type(error)
        assert Certainty.UNKNOWN is error.certainty
        assert CANARY not in f"{error} {vars(error)} {agency.last_record}"
        assert 0 == agency.health.busy

    def test_generator_expression(self, driver):
        """Items made one by one are no requests; the error says what to return."""

        def observations(_request, _context):
            return (each for each in ())

        def more(_request, _context):
            return (each for each in (1, 2))

        for method in (observations, more):
            error = outcome(
                attach(doing(observations=method)), "observations", NEWS, driver=driver
            )

            assert PluginFaultError is type(error)
            assert "generator expression" in str(error)
            assert "list" in str(error)

    def test_property(self, driver):
        """A method that raises when it is asked for is a fault before any request."""

        class Late:
            """A plugin that breaks after it was attached."""

            @property
            def book(self):
                """Raise."""
                raise FoulError(CANARY)

        error = outcome(attach(Late()), driver=driver)

        assert PluginFaultError is type(error)
        assert Certainty.NOT_SENT is error.certainty

    @pytest.mark.parametrize(
        "after",
        [dt.timedelta.max, dt.timedelta(days=-1), 3, dt.timedelta(days=400)],
    )
    def test_wait(self, after, driver):
        """Nobody is told to come back in a million years, or yesterday."""

        def book(_request, _context):
            yield httpx.Request("GET", f"{HOST}/b")
            msg = "Later."
            raise RateLimitedError(msg, after=after)

        error = outcome(
            attach(doing(book=book), transport=answering(200)), driver=driver
        )

        assert RateLimitedError is type(error)
        assert error.after is None or (
            dt.timedelta(0) <= error.after <= dt.timedelta(days=1)
        )


@DRIVERS
class TestRequests:
    """What is no request."""

    @pytest.mark.parametrize("error", [FoulError(CANARY), SystemExit(CANARY)])
    def test_body_that_raises(self, error, driver):
        """A body that is code of the plugin raises as the plugin does."""

        def body():
            yield b"{"
            raise error

        def book(_request, _context):
            yield httpx.Request("POST", f"{HOST}/b", content=body())

        agency = attach(doing(book=book), transport=answering(200))
        found = outcome(agency, driver=driver)

        assert PluginFaultError is type(found)
        assert Certainty.NOT_SENT is found.certainty
        assert CANARY not in f"{found} {agency.last_record}"

    def test_endless_body(self, driver):
        """A body without an end does not fill the memory."""

        def body():
            while True:
                yield b"x" * 65536

        def book(_request, _context):
            yield httpx.Request("POST", f"{HOST}/b", content=body())

        found = outcome(
            attach(doing(book=book), transport=answering(200)), driver=driver
        )

        assert PluginFaultError is type(found)
        assert Certainty.NOT_SENT is found.certainty

    @pytest.mark.parametrize(
        "url",
        [
            "https://api.acme.example\u3002evil.example/",
            "https://api.acme\uff0eexample.evil.example/",
            "https://\u24d0pi.evil.example/",
            "https://api.acme.example.evil.example/",
            "https://api.acme.example@evil.example/",
            "https://api.acme.example:443@evil.example/",
            "https://evil.example\\@api.acme.example/",
            "https://evil.example#@api.acme.example/",
            "https://api.acm\u0435.example/",
            "https://xn--pi-7ed.acme.example/",
            "https://evilfiles.acme.example/",
            "https://files.acme.example/",
            "https://api.acme.example./",
            "https://api.acme.example%00.evil.example/",
            "https://api.acme.example%2eevil.example/",
            "https://API.acme.example:444/",
            "https://[::ffff:7f00:1]/",
            "https://[fe80::1%25lo]/",
            "https://0x7f.1/",
            "file:///etc/passwd",
            "gopher://api.acme.example/",
            "//api.acme.example/",
        ],
    )
    def test_hosts(self, url, driver):
        """A host that only looks like one of the manifest is not called."""
        called = []

        def book(_request, _context):
            yield httpx.Request("POST", url)

        transport = httpx.MockTransport(called.append)
        found = outcome(attach(doing(book=book), transport=transport), driver=driver)

        assert isinstance(found, PluginCallError)
        assert Certainty.NOT_SENT is found.certainty
        assert [] == called

    def test_a_url_that_changes(self, driver):
        """What is checked is what is called, whatever the plugin's object says."""

        class Changing(httpx.URL):
            """Name another host each time."""

            @property
            def raw_host(self):
                """Say what is allowed."""
                return b"api.acme.example"

        called = []

        def book(_request, _context):
            request = httpx.Request("POST", HOST)
            request.url = Changing("https://evil.example/")
            yield request

        transport = httpx.MockTransport(called.append)
        found = outcome(attach(doing(book=book), transport=transport), driver=driver)

        assert Certainty.NOT_SENT is found.certainty
        assert [] == called


def test_both_drivers_say_the_same():
    """An odd answer is told alike by both drivers."""
    agency = attach(doing(book=functools.partial(http(Odd()))), transport=None)

    assert told(outcome(agency)) == told(outcome(agency, driver="acall"))
