"""An HMAC of the body only, against signatures that openssl made."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.effects.webhooks.deliveries import flips, outcome

from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import SettingsError
from pmkit.effects.webhooks import Delivery, PlainHmac

SECRET = "whsec_0123456789abcdefghijklmnop"  # noqa: S105 - of an example
OTHER = "whsec_qrstuvwxyz0123456789ABCDEF"
BODY = b'{"id": "evt_1", "paid": true}'
AT = dt.datetime(2021, 2, 25, 15, 2, 10, tzinfo=dt.UTC)
# openssl dgst -sha256 -hmac "$SECRET", and -sha512 in Base64
HEX = "ac084b01ad103c0595c4260ee02d36886fa52123a4c6856e45648b0935d86ebf"
WIDE = (
    "j5mZIOnn79nMQAQAHNV8k8frdOVfufOftjNjWWJh/M+DItxE"
    "Z+0bYPBqum84GlzR8MsnTjrEl8Hr1CU3mqMMIg=="
)
# sha256sum
HASH = "3b0998d734af59c20a0d7a592ad7c7e34563504a1a95ca736cb111757f2323f3"


def delivery(signature, *, body=BODY, at=AT, **headers):
    """Make a delivery with the header of the signature, and others."""
    pairs = {"X-Signature": signature, **headers}
    return Delivery(body=body, headers=pairs, received_at=at)


def plain(**how):
    """Make a verifier."""
    return PlainHmac(**{"secrets": SECRET, "header": "x-signature", **how})


@pytest.mark.parametrize(
    ("how", "signature"),
    [
        ({}, HEX),
        ({"prefix": "sha256="}, f"sha256={HEX}"),
        ({"algorithm": "sha512", "encoding": "base64"}, WIDE),
    ],
    ids=["hex", "prefix", "base64"],
)
class TestForms:
    """Each form of the signature."""

    def test_is_verified(self, how, signature):
        """What openssl signed is taken, and pmkit signs the same."""
        webhooks = plain(**how)
        verified = webhooks.verify(delivery(signature))

        assert (None, "plain-hmac", BODY) == (
            verified.sent_at,
            verified.scheme,
            verified.body,
        )
        assert {"x-signature": signature} == webhooks.sign(BODY)

    def test_no_bit_can_be_turned(self, how, signature):
        """Each bit of body and signature counts."""
        webhooks = plain(**how)
        turned = [
            *(delivery(signature, body=x) for x in flips(BODY)),
            *(delivery(x.decode("latin-1")) for x in flips(signature.encode())),
        ]

        assert [x for x in turned if outcome(webhooks, x) == "taken"] == []

    def test_other_secrets(self, how, signature):
        """Another tenant's secret does not pass; an old one does while it is known."""
        given = delivery(signature)

        assert outcome(plain(secrets=OTHER, **how), given) == "rejected"
        assert outcome(plain(secrets=[OTHER, SECRET], **how), given) == "taken"


class TestIds:
    """Only the id stops a repetition: nothing tells how old a message is."""

    def test_an_old_message_passes(self):
        """The same message after a year is authentic, under the same id."""
        late = delivery(HEX, at=AT + dt.timedelta(days=365))

        assert plain().verify(delivery(HEX)) == plain().verify(late)

    def test_the_hash_of_the_body(self):
        """Where nothing names the message, its content does."""
        assert plain().verify(delivery(HEX)).event_id == HASH

    def test_the_id_of_the_body(self):
        """An id in the body is signed, whatever a header says."""
        given = delivery(HEX, **{"x-id": "evt_9"})

        assert plain(id_field="id").verify(given).event_id == "evt_1"

    def test_the_id_of_a_header(self):
        """Some senders name the message above the body only."""
        webhooks = plain(id_header="x-id")
        headers = webhooks.sign(BODY, event_id="evt_7")
        given = Delivery(body=BODY, headers=headers, received_at=AT)

        assert webhooks.verify(given).event_id == "evt_7"
        assert outcome(webhooks, delivery(HEX)) == "rejected"
        assert outcome(webhooks, delivery(HEX, **{"x-id": "a b"})) == "rejected"


class TestSettings:
    """What cannot work is found when the plugin is built."""

    @pytest.mark.parametrize(
        "secrets", [(), "", "x" * 23, ["x" * 24, " "], None], ids=range(5)
    )
    def test_what_is_no_secret(self, secrets):
        """None, empty or short."""
        with pytest.raises(SettingsError):
            plain(secrets=secrets)

    @pytest.mark.parametrize(
        ("how", "field"),
        [
            ({"algorithm": "md5"}, "algorithm"),
            ({"encoding": "hex64"}, "encoding"),
            ({"id_field": "id", "id_header": "x-id"}, "id_header"),
        ],
    )
    def test_what_is_no_scheme(self, how, field):
        """Weak hashes, unknown encodings, and two places for one id."""
        with pytest.raises(InputError) as raised:
            plain(**how)

        assert field == raised.value.field

    def test_nothing_shows_them(self):
        """Neither the text of a verifier nor its attributes show a secret."""
        assert "0123" not in repr(plain()) + repr(vars(plain()))
