"""Which addresses may be called: the table by hand, and how connections use it."""

from __future__ import annotations

import httpcore
import httpx
import pytest
from tests.effects.agencies import BOOKING, MANIFEST, asking, attach, doing, outcome
from tests.effects.tables import answers

from pmkit.core.certainty import Certainty
from pmkit.core.environment import Environment
from pmkit.core.plugin_errors import (
    AddressRefusedError,
    PluginFaultError,
    ProviderUnavailableError,
    SettingsError,
)
from pmkit.effects.addresses import forbidden
from pmkit.effects.connecting import Resolving
from pmkit.effects.guard import Guard
from pmkit.effects.transport import AsyncGuardedTransport, GuardedTransport

ROWS = answers("addresses.csv")
GUARD = Guard(
    hosts=("api.acme.example", "*.files.acme.example", "up.acme.example:8443")
)


def of_kind(kind):
    """Take the rows of one kind."""
    return [row for row in ROWS if row.values[0]["kind"] == kind]


def may_connect(host, resolved):
    """Tell whether a connection to a host would be made."""
    resolving = Resolving(exceptions=frozenset(), most=1)
    try:
        known = resolving.known(host, 443)
        return bool(known or resolving.checked(host, 443, resolved))
    except AddressRefusedError:
        return False


def may_ask(url):
    """Tell whether a request may leave."""
    try:
        GUARD.prepare(httpx.Request("POST", url))
    except (AddressRefusedError, httpx.InvalidURL):
        return False
    return True


class TestTable:
    """The corpus of addresses, hosts and URLs."""

    def test_size(self):
        """The corpus has at least 120 cases."""
        assert len(ROWS) >= 120

    @pytest.mark.parametrize("row", of_kind("address"))
    def test_address(self, row):
        """An address may be called if it is that of a host on the internet."""
        assert (row["allowed"] == "n") is forbidden(row["given"])

    @pytest.mark.parametrize("row", of_kind("host"))
    def test_host(self, row):
        """A host may be called if it is a proper name, and all its addresses may."""
        allowed = may_connect(row["given"], row["resolves"].split())

        assert (row["allowed"] == "y") is allowed

    @pytest.mark.parametrize("row", of_kind("url"))
    def test_url(self, row):
        """A URL may be called if it is https to a host of the manifest."""
        assert (row["allowed"] == "y") is may_ask(row["given"])


class Recorder:
    """Make no connection, and remember where one was wanted."""

    def __init__(self):
        self.asked = []

    def connect_tcp(self, host, port, *rest):
        """Refuse like a port where nobody listens."""
        self.asked.append((host, port))
        raise httpcore.ConnectError

    async def aconnect_tcp(self, host, port, *rest):
        """Refuse like a port where nobody listens."""
        self.connect_tcp(host, port)


class Resolver:
    """Answer with other addresses each time."""

    def __init__(self, *rounds):
        self.rounds = list(rounds)
        self.times = 0

    def __call__(self, host, port):
        """Give the addresses of this time."""
        self.times += 1
        return self.rounds.pop(0)


def booked_over(driver, resolver, calls=1):
    """Book over a transport that resolves so, and makes no connection."""
    blocking, looping = Recorder(), Recorder()
    looping_backend = type("Looping", (), {"connect_tcp": looping.aconnect_tcp})()
    agency = attach(
        doing(book=asking("https://api.acme.example/bookings")),
        transport=GuardedTransport(resolver=resolver, backend=blocking),
        async_transport=AsyncGuardedTransport(
            resolver=resolver, backend=looping_backend
        ),
    )
    errors = [outcome(agency, driver=driver) for _ in range(calls)]
    return errors, (blocking if driver == "call" else looping).asked


@pytest.mark.parametrize("driver", ["call", "acall"])
class TestResolving:
    """A name is resolved once, and the checked address is called."""

    def test_pinned(self, driver):
        """The connection goes to the address that was checked, not to the name."""
        resolver = Resolver(["93.184.216.34"])
        errors, asked = booked_over(driver, resolver)

        assert [type(error) for error in errors] == [ProviderUnavailableError]
        assert asked == [("93.184.216.34", 443)]
        assert resolver.times == 1

    def test_each_in_turn(self, driver):
        """Where the first address does not answer, the next one is called."""
        _, asked = booked_over(driver, Resolver(["93.184.216.34", "93.184.216.35"]))

        assert asked == [("93.184.216.34", 443), ("93.184.216.35", 443)]

    def test_rebinding(self, driver):
        """A name that moves to this machine between two calls is refused then."""
        resolver = Resolver(["93.184.216.34"], ["127.0.0.1"])
        errors, asked = booked_over(driver, resolver, calls=2)

        assert [type(error) for error in errors] == [
            ProviderUnavailableError,
            AddressRefusedError,
        ]
        assert asked == [("93.184.216.34", 443)]

    def test_one_of_two(self, driver):
        """One forbidden address among good ones refuses the name."""
        errors, asked = booked_over(driver, Resolver(["93.184.216.34", "10.0.0.1"]))

        assert type(errors[0]) is AddressRefusedError
        assert errors[0].certainty is Certainty.NOT_SENT
        assert asked == []

    def test_no_address(self, driver):
        """A name without an address cannot be reached."""
        errors, asked = booked_over(driver, Resolver([]))

        assert type(errors[0]) is ProviderUnavailableError
        assert asked == []


class TestExceptions:
    """What a sandbox instance may name, and a live one may not."""

    def test_live(self):
        """A live instance is not attached with exceptions."""
        with pytest.raises(SettingsError) as caught:
            attach(environment="live", exceptions=["127.0.0.1:8080"])

        assert caught.value.field == "exceptions"
        assert caught.value.certainty is Certainty.NOT_SENT

    def test_environment(self):
        """An instance is for the sandbox or live, and nothing else."""
        with pytest.raises(SettingsError) as caught:
            attach(environment="production")

        assert caught.value.field == "environment"

    @pytest.mark.parametrize(
        "given",
        [
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "*:80",
            "10.0.0.0/8:80",
            "http://127.0.0.1:80",
            "::1:80",
            "",
            None,
            80,
        ],
    )
    def test_not_exact(self, given):
        """An exception is one host and one port."""
        with pytest.raises(SettingsError):
            Guard(exceptions=[given])

    @pytest.mark.parametrize(
        ("url", "allowed"),
        [
            ("http://127.0.0.1:8080/x", True),
            ("https://127.0.0.1:8080/x", True),
            ("http://[::1]:8080/x", True),
            ("http://127.0.0.1:8081/x", False),
            ("http://127.0.0.1/x", False),
            ("http://127.0.0.2:8080/x", False),
            ("http://localhost:8080/x", False),
            ("http://user@127.0.0.1:8080/x", False),
            ("ftp://127.0.0.1:8080/x", False),
        ],
    )
    def test_exact(self, url, allowed):
        """Only the named host and port are let through, by http too."""
        guard = Guard(exceptions=["127.0.0.1:8080", "[::1]:8080"])
        refused = False
        try:
            guard.check(httpx.URL(url))
        except AddressRefusedError:
            refused = True

        assert allowed is not refused

    def test_hosts_of_the_application(self):
        """The application can allow a host that the manifest does not name."""
        guard = Guard(hosts=["other.example"], environment=Environment.LIVE)
        guard.check(httpx.URL("https://other.example/"))

        with pytest.raises(AddressRefusedError):
            guard.check(httpx.URL("http://other.example/"))


class TestRequests:
    """What a request may look like."""

    @pytest.mark.parametrize(
        "how",
        [
            {"method": "CONNECT"},
            {"method": "TRACE"},
            {"method": "POST", "headers": {"X-Evil": "a\r\nX-Other: b"}},
            {"method": "POST", "headers": {"X Evil": "a"}},
            {"method": "POST", "headers": {"X-Long": "a" * 9000}},
            {"method": "POST", "headers": {"X-Null": "a\0"}},
        ],
    )
    def test_refused(self, how):
        """A method or a header that breaks out of the request does not leave."""
        agency = attach(doing(book=asking("https://api.acme.example/", **how)))
        error = outcome(agency)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.NOT_SENT
        assert agency.last_record.exchanges == ()

    def test_extensions(self):
        """A plugin cannot say for which name the certificate has to be."""
        given = {
            "sni_hostname": "evil.example",
            "target": b"/other",
            "timeout": {"read": None},
            "trace": print,
            "pmkit.expect": frozenset({404}),
        }
        request = httpx.Request("GET", "https://api.acme.example/", extensions=given)
        made = GUARD.prepare(request)

        assert made.extensions == {"pmkit.expect": frozenset({404})}

    def test_nothing_left(self):
        """A refused address leaves no exchange, and nothing was sent."""
        agency = attach(doing(book=asking("https://evil.example/")))
        error = outcome(agency)

        assert type(error) is AddressRefusedError
        assert error.certainty is Certainty.NOT_SENT
        assert agency.last_record.exchanges == ()
        assert MANIFEST.id == error.instance
        assert BOOKING.operation_id == agency.last_record.operation_id
