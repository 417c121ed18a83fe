"""
Companies that speak by messages only, and what carries their messages in.
"""

from __future__ import annotations

import io
import json

from pmkit.core.ports import Availability
from pmkit.effects.webhooks import StandardWebhooks

SECRET = "whsec_" + 8 * "c2VjcmV0"
OTHER = "whsec_" + 8 * "b3RoZXIh"


class Speaking:
    """What hears messages: each names the news that a test has put there."""

    def __init__(self, secret=SECRET):
        self.webhooks = StandardWebhooks(secrets=secret)
        self.news = {}
        self.verified = 0

    def verify(self, delivery, context):
        """Verify, as a plugin does."""
        del context
        self.verified += 1
        return self.webhooks.verify(delivery)

    def parse(self, verified, context):
        """Find what the message means."""
        del context
        return [self.news[name] for name in verified.json()["news"]]


class SpeakingAgency(Speaking):
    """An agency that is asked like the simulated one, and reports by messages only."""

    def __init__(self, agency, *, name="sandbox-agency", secret=SECRET):
        super().__init__(secret)
        self._agency = agency
        self.name, self.title = name, "Speaking Inspections"

    def __getattr__(self, name):
        return getattr(self._agency, name)

    def observations(self, service_id):
        """Say nothing when asked."""
        del service_id
        return ()


class SpeakingMethod(Speaking):
    """A way to pay that reports by messages only."""

    name, title = "acme-pay", "Acme Pay"

    def availability(self, query):
        """Take everything."""
        del query
        return Availability(available=True)

    def beneficiary(self, request):
        """Name no account."""
        del request

    def charge(self, request):
        """Begin, and say nothing yet."""
        del request
        return ()

    def refund(self, order):
        """Begin, and say nothing yet."""
        del order
        return ()

    def observations(self, payment_id):
        """Say nothing when asked."""
        del payment_id
        return ()


def message(*news, **more):
    """Write a message that names its news."""
    return json.dumps({"news": news, **more}).encode()


def environ(path, body, headers, method="POST"):
    """Make a request of a WSGI server."""
    named = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers.items()}
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **named,
    }


def answered(endpoint, request):
    """Give the status that an endpoint answers a request of WSGI with."""
    said = []
    endpoint.wsgi(request, lambda status, headers: said.append((status, headers)))
    return int(said[0][0].split()[0])


def deliver(endpoint, instance, signer, body, *, name, at):
    """Send a message as its sender does; give the status of the answer."""
    headers = signer.sign(body, event_id=name, at=at)
    return answered(endpoint, environ(f"/{instance}", body, headers))
