"""A stamp and an HMAC, against signatures that openssl made."""

from __future__ import annotations

import datetime as dt
import hmac

import pytest
from tests.effects.webhooks.deliveries import flips, outcome

from pmkit.core.plugin_errors import SettingsError, WebhookRejected
from pmkit.effects.webhooks import Delivery, StampedHmac

SECRET = "whsec_0123456789abcdefghijklmnop"  # noqa: S105 - of an example
OTHER = "whsec_qrstuvwxyz0123456789ABCDEF"
BODY = b'{"id": "evt_1", "paid": true}'
AT = dt.datetime(2021, 2, 25, 15, 2, 10, tzinfo=dt.UTC)
STAMP = "1614265330"
# openssl dgst -sha256 -hmac "$SECRET" over "1614265330." and the body
MADE = "07c6d043a05d67c451f80bb5f0ee4de92b9f4bfa6d0f6d2930fbfe361917dff7"
SIGNATURE = f"t={STAMP},v1={MADE}"
# ... and over "1614265330123" and the body, with nothing between
MADE_MS = "7f0625ef1ea473c8738fabd4dad5ef67f8dd88360df4d9a1bc0f16465e55c4ef"


def delivery(signature=SIGNATURE, *, body=BODY, at=AT, **headers):
    """Make a delivery with the header of the scheme, and others."""
    pairs = {"Stripe-Signature": signature, **headers}
    return Delivery(body=body, headers=pairs, received_at=at)


def apart(stamp="1614265330123", made=MADE_MS, *, body=BODY, at=AT):
    """Make a delivery whose stamp has a header of its own."""
    headers = {"x-timestamp": stamp, "x-signature": made}
    return Delivery(body=body, headers=headers, received_at=at)


def v1(secret, message):
    """Sign with nothing of pmkit."""
    return hmac.new(secret.encode(), message, "sha256").hexdigest()


@pytest.fixture
def stripe():
    """Give the verifier of one header."""
    return StampedHmac(secrets=SECRET)


@pytest.fixture
def airwallex():
    """Give the verifier of two headers, in milliseconds."""
    return StampedHmac(
        secrets=SECRET,
        header="x-signature",
        timestamp_header="x-timestamp",
        separator="",
        milliseconds=True,
    )


class TestKnownSignatures:
    """What openssl signed is verified, and pmkit signs the same."""

    def test_one_header(self, stripe):
        """Stamp and signature in one header; the id is that of the body."""
        verified = stripe.verify(delivery())

        assert ("evt_1", AT, "stamped-hmac") == (
            verified.event_id,
            verified.sent_at,
            verified.scheme,
        )
        assert {"stripe-signature": SIGNATURE} == stripe.sign(BODY, at=AT)

    def test_two_headers_in_milliseconds(self, airwallex):
        """The stamp in a header of its own, in milliseconds, with no dot behind it."""
        sent = AT + dt.timedelta(milliseconds=123)

        assert sent == airwallex.verify(apart()).sent_at
        assert {
            "x-timestamp": "1614265330123",
            "x-signature": MADE_MS,
        } == airwallex.sign(BODY, at=sent)

    def test_an_id_is_one_that_is_signed(self):
        """Without an id in the body it is known by its hash, not by a header."""
        webhooks = StampedHmac(secrets=SECRET, id_field="")
        verified = webhooks.verify(delivery(**{"x-id": "evt_9"}))

        assert (
            "3b0998d734af59c20a0d7a592ad7c7e34563504a1a95ca736cb111757f2323f3"
            == verified.event_id
        )


class TestForgeries:
    """What was not signed as it stands is not taken."""

    def test_no_bit_can_be_turned(self, stripe):
        """Each bit of body, stamp and signature counts."""
        turned = [
            *(delivery(body=x) for x in flips(BODY)),
            *(delivery(x.decode("latin-1")) for x in flips(SIGNATURE.encode())),
        ]

        assert outcome(stripe, delivery()) == "taken"
        assert [x for x in turned if outcome(stripe, x) == "taken"] == []

    def test_no_bit_can_be_turned_in_two_headers(self, airwallex):
        """The same where the stamp stands apart."""
        turned = [
            *(apart(body=x) for x in flips(BODY)),
            *(apart(x.decode("latin-1")) for x in flips(b"1614265330123")),
            *(apart(made=x.decode("latin-1")) for x in flips(MADE_MS.encode())),
        ]

        assert outcome(airwallex, apart()) == "taken"
        assert [x for x in turned if outcome(airwallex, x) == "taken"] == []

    @pytest.mark.parametrize(
        "signature",
        [
            f"v1={MADE}",
            f"t={STAMP}",
            f"t={STAMP},t={STAMP},v1={MADE}",
            f"t={STAMP},v0={MADE}",
            f"t={STAMP},v1={MADE.upper()}",
            f"t={STAMP},v1=",
            f"t={STAMP},v1={MADE}" + ",v1=a" * 15,
            f"t={STAMP};v1={MADE}",
            ",",
        ],
        ids=range(9),
    )
    def test_a_header_of_another_form(self, stripe, signature):
        """One stamp, and at most fifteen signatures of version 1."""
        assert outcome(stripe, delivery(signature)) == "rejected"

    def test_the_secret_of_another_account(self, stripe):
        """A message that another tenant's secret signs is not ours."""
        made = v1(OTHER, STAMP.encode() + b"." + BODY)

        assert outcome(stripe, delivery(f"t={STAMP},v1={made}")) == "rejected"

    @pytest.mark.parametrize(
        "body",
        [
            b"[]",
            b"{}",
            b'{"id": 5}',
            b'{"id": "a\\nb"}',
            b'{"id": ""}',
            b"x",
            b"",
            b'{"id": "e", "id": "f"}',
            b'{"id": "' + b"e" * 129 + b'"}',
        ],
    )
    def test_a_body_without_an_id(self, stripe, body):
        """A signed body that names itself badly is refused, not given a name."""
        headers = stripe.sign(body, at=AT)
        signed = Delivery(body=body, headers=headers, received_at=AT)

        with pytest.raises(WebhookRejected, match="body"):
            stripe.verify(signed)


class TestTime:
    """300 seconds either way, in the unit that was declared."""

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [
            (-301, "rejected"),
            (-300, "taken"),
            (-299, "taken"),
            (299, "taken"),
            (300, "taken"),
            (301, "rejected"),
        ],
    )
    def test_seconds(self, stripe, seconds, said):
        """What came up to 300 s before or after its stamp is taken, and no other."""
        came = delivery(at=AT + dt.timedelta(seconds=seconds))

        assert said == outcome(stripe, came)

    @pytest.mark.parametrize(
        ("milliseconds", "said"),
        [
            (-300_001, "rejected"),
            (-300_000, "taken"),
            (300_000, "taken"),
            (300_001, "rejected"),
        ],
    )
    def test_milliseconds(self, airwallex, milliseconds, said):
        """The same to the millisecond."""
        sent = AT + dt.timedelta(milliseconds=123)
        came = apart(at=sent + dt.timedelta(milliseconds=milliseconds))

        assert said == outcome(airwallex, came)

    def test_the_unit_is_never_guessed(self, stripe, airwallex):
        """Seconds are no milliseconds, nor the reverse, even if signed."""
        ms = "1614265330123"
        seconds = v1(SECRET, STAMP.encode() + BODY)
        longer = v1(SECRET, ms.encode() + b"." + BODY)

        assert outcome(airwallex, apart(STAMP, seconds)) == "rejected"
        assert outcome(stripe, delivery(f"t={ms},v1={longer}")) == "rejected"

    def test_the_stamp_cannot_grow_into_the_body(self, airwallex):
        """With nothing between them, the first digits of a body are not the stamp's."""
        body = b"3" + BODY
        made = v1(SECRET, b"161426533012" + body)

        assert outcome(airwallex, apart("161426533012", made, body=body)) == "rejected"


class TestSecrets:
    """Several while they are exchanged; none that could be guessed."""

    def test_the_old_secret_and_the_new(self, stripe):
        """During a rotation either secret signs, and both do for the sender."""
        both = StampedHmac(secrets=[OTHER, SECRET])
        signed = delivery(both.sign(BODY, at=AT)["stripe-signature"])

        assert signed.headers.one("stripe-signature").count("v1=") == 2
        assert [outcome(x, signed) for x in (both, stripe)] == ["taken", "taken"]
        assert outcome(both, delivery()) == "taken"

    @pytest.mark.parametrize(
        "secrets",
        [(), "", "x" * 23, "x" * 257, ["x" * 24, ""], "\ud800" * 24, None, b"x" * 24],
        ids=range(8),
    )
    def test_what_is_no_secret(self, secrets):
        """None, empty, short or long: found when the plugin is built."""
        with pytest.raises(SettingsError) as raised:
            StampedHmac(secrets=secrets)

        assert "xxx" not in str(raised.value)

    def test_nothing_shows_them(self, stripe):
        """Neither the text of a verifier nor its attributes show a secret."""
        assert "0123" not in repr(stripe) + repr(vars(stripe))
