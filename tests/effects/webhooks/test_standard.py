"""Standard Webhooks, against signatures that others made."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import sys

import pytest
from tests.effects.webhooks.deliveries import flips, outcome

from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import SettingsError, WebhookRejected
from pmkit.effects.webhooks import Delivery, StandardWebhooks
from pmkit.hooks.secrets import Secret

# The example of the reference libraries of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of an example
BODY = b'{"test": 2432232314}'
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STAMP = "1614265330"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
AT = dt.datetime(2021, 2, 25, 15, 2, 10, tzinfo=dt.UTC)

# The first key of RFC 8032, section 7.1, and what openssl signs with it.
PUBLIC = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
PRIVATE = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
BY_KEY = (
    "v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbz"
    "EHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw=="
)
OTHER = "whsec_" + 8 * "b3RoZXIh"


def delivery(signature=SIGNATURE, *, body=BODY, name=ID, stamp=STAMP, at=AT):
    """Make a delivery with the three headers."""
    headers = {
        "Webhook-Id": name,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": signature,
    }
    return Delivery(body=body, headers=headers, received_at=at)


def v1(secret, name=ID, stamp=STAMP, body=BODY):
    """Sign by the words of the specification, with nothing of pmkit."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message = name.encode() + b"." + stamp.encode() + b"." + body
    made = hmac.new(key, message, "sha256").digest()
    return "v1," + base64.b64encode(made).decode()


class TestKnownSignatures:
    """What others signed is verified, and pmkit signs the same."""

    def test_the_published_example(self):
        """The example of the reference libraries is taken, with its id and instant."""
        verified = StandardWebhooks(secrets=SECRET).verify(delivery())

        assert (ID, BODY, AT, "standard-webhooks") == (
            verified.event_id,
            verified.body,
            verified.sent_at,
            verified.scheme,
        )
        assert {"test": 2432232314} == verified.json()

    def test_signs_the_published_example(self):
        """The sender's half makes the three headers of the example."""
        headers = StandardWebhooks(secrets=SECRET).sign(BODY, event_id=ID, at=AT)

        assert {
            "webhook-id": ID,
            "webhook-timestamp": STAMP,
            "webhook-signature": SIGNATURE,
        } == headers

    def test_a_signature_of_openssl(self):
        """An ed25519 signature that openssl made is taken."""
        webhooks = StandardWebhooks(public_keys=PUBLIC)

        assert ID == webhooks.verify(delivery(BY_KEY)).event_id

    def test_signs_as_openssl(self):
        """ed25519 has one signature for each message: that of openssl."""
        webhooks = StandardWebhooks(public_keys=PUBLIC)
        headers = webhooks.sign(BODY, event_id=ID, at=AT, private_keys=PRIVATE)

        assert BY_KEY == headers["webhook-signature"]

    def test_other_names_of_the_headers(self):
        """Some senders call the same three headers by their own name."""
        headers = {
            "svix-id": ID,
            "svix-timestamp": STAMP,
            "svix-signature": SIGNATURE,
        }
        given = Delivery(body=BODY, headers=headers, received_at=AT)
        webhooks = StandardWebhooks(secrets=SECRET, prefix="svix")

        assert ID == webhooks.verify(given).event_id


class TestForgeries:
    """What was not signed as it stands is not taken."""

    @pytest.mark.parametrize(
        ("signature", "how"),
        [(SIGNATURE, {"secrets": SECRET}), (BY_KEY, {"public_keys": PUBLIC})],
        ids=["hmac", "ed25519"],
    )
    def test_no_bit_can_be_turned(self, signature, how):
        """Each bit of body, id, stamp and signature counts."""
        webhooks = StandardWebhooks(**how)
        turned = [
            *(delivery(signature, body=x) for x in flips(BODY)),
            *(
                delivery(signature, name=x.decode("latin-1"))
                for x in flips(ID.encode())
            ),
            *(
                delivery(signature, stamp=x.decode("latin-1"))
                for x in flips(STAMP.encode())
            ),
            *(delivery(x.decode("latin-1")) for x in flips(signature.encode())),
        ]
        taken = [given for given in turned if outcome(webhooks, given) == "taken"]

        assert outcome(webhooks, delivery(signature)) == "taken"
        assert taken == []

    def test_the_secret_of_another_account(self):
        """A message that another tenant's secret signs is not ours."""
        webhooks = StandardWebhooks(secrets=OTHER)

        with pytest.raises(WebhookRejected, match="does not fit"):
            webhooks.verify(delivery())

    def test_one_algorithm_does_not_pass_for_another(self):
        """An HMAC by the public key is no ed25519 signature, nor the reverse."""
        as_secret = PUBLIC.replace("whpk_", "whsec_")
        by_key, by_secret = (
            StandardWebhooks(public_keys=PUBLIC),
            StandardWebhooks(secrets=SECRET),
        )
        mixed = v1(as_secret)

        assert [
            outcome(by_key, delivery(mixed)),
            outcome(by_key, delivery(mixed.replace("v1,", "v1a,"))),
            outcome(by_key, delivery(SIGNATURE)),
            outcome(by_secret, delivery(BY_KEY)),
            outcome(by_secret, delivery(BY_KEY.replace("v1a,", "v1,"))),
            outcome(by_secret, delivery(SIGNATURE.replace("v1,", "v1a,"))),
            outcome(by_secret, delivery(SIGNATURE.replace("v1,", "v2,"))),
        ] == ["rejected"] * 7

    def test_the_parts_cannot_be_cut_elsewhere(self):
        """An id with a dot could end elsewhere: it is refused, even if signed."""
        name = "msg.1614265330"
        signed = delivery(v1(SECRET, name=name), name=name)

        assert outcome(StandardWebhooks(secrets=SECRET), signed) == "rejected"

    @pytest.mark.parametrize(
        "name", ["a b", "a\r\nb", "é", "a" * 129, "a/b", "a,b"], ids=range(6)
    )
    def test_an_id_is_a_plain_word(self, name):
        """An id goes into logs and rows: nothing else passes, even if signed."""
        signed = delivery(v1(SECRET, name=name), name=name)

        assert outcome(StandardWebhooks(secrets=SECRET), signed) == "rejected"

    def test_each_header_is_there_once(self):
        """Nobody can tell which of two headers was meant; without one nothing is."""
        true = list(delivery().headers)
        webhooks = StandardWebhooks(secrets=SECRET)
        made = [
            *([x for x in true if x != left] for left in true),
            *([*true, (name.upper(), value)] for name, value in true),
        ]

        assert ["rejected"] * 6 == [
            outcome(webhooks, Delivery(body=BODY, headers=pairs, received_at=AT))
            for pairs in made
        ]

    def test_many_signatures_are_not_looked_at(self):
        """16 signatures are a rotation; 17 are work for us."""
        webhooks = StandardWebhooks(secrets=SECRET)

        assert outcome(webhooks, delivery("v1,x " * 15 + SIGNATURE)) == "taken"
        assert outcome(webhooks, delivery("v1,x " * 16 + SIGNATURE)) == "rejected"


class TestTime:
    """300 seconds either way, to the second."""

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [
            (-301, "rejected"),
            (-300, "taken"),
            (-299, "taken"),
            (0, "taken"),
            (299, "taken"),
            (300, "taken"),
            (301, "rejected"),
            (31 * 86400, "rejected"),
            (-31 * 86400, "rejected"),
        ],
    )
    def test_the_clock_may_differ(self, seconds, said):
        """What came up to 300 s before or after its stamp is taken, and no other."""
        came = delivery(at=AT + dt.timedelta(seconds=seconds))

        assert said == outcome(StandardWebhooks(secrets=SECRET), came)

    @pytest.mark.parametrize(
        "stamp",
        [
            "1614265330000",
            "01614265330",
            "+614265330",
            "1614265330.0",
            "",
            "1e9",
            "١٦١٤٢٦٥٣٣٠",
            "1_614_265_33",
            " 1614265330 1",
            "-161426533",
        ],
    )
    def test_a_stamp_is_ten_digits(self, stamp):
        """Milliseconds and other numerals are no stamp, even if signed."""
        signed = delivery(v1(SECRET, stamp=stamp), stamp=stamp)

        assert outcome(StandardWebhooks(secrets=SECRET), signed) == "rejected"


class TestSecrets:
    """Several while they are exchanged; none that could be guessed; none in sight."""

    def test_the_old_secret_and_the_new(self):
        """During a rotation either secret signs, and either is known."""
        both = StandardWebhooks(secrets=[OTHER, SECRET])
        new = delivery(v1(OTHER))
        two = delivery(f"{v1(OTHER)} {SIGNATURE}")

        assert ["taken"] * 3 == [outcome(both, x) for x in (delivery(), new, two)]
        assert outcome(StandardWebhooks(secrets=SECRET), two) == "taken"
        assert outcome(StandardWebhooks(secrets=OTHER), delivery()) == "rejected"

    def test_a_rotation_is_signed_twice(self):
        """A sender with two secrets sends two signatures."""
        headers = StandardWebhooks(secrets=[SECRET, OTHER]).sign(
            BODY, event_id=ID, at=AT
        )

        assert f"{SIGNATURE} {v1(OTHER)}" == headers["webhook-signature"]

    @pytest.mark.parametrize(
        "secret",
        [
            "",
            "whsec_",
            "whsec_" + base64.b64encode(b"x" * 23).decode(),
            "whsec_" + base64.b64encode(b"x" * 65).decode(),
            "whsec_not base64!",
            PUBLIC,
            "whsec_é",
            None,
            5,
            b"whsec_" + base64.b64encode(b"x" * 32),
        ],
        ids=range(10),
    )
    def test_what_is_no_secret(self, secret):
        """Empty, short, long, of another kind: found when the plugin is built."""
        with pytest.raises(SettingsError) as raised:
            StandardWebhooks(secrets=[SECRET, secret])

        assert raised.value.field == "secrets"
        assert "bm90" not in str(raised.value)

    def test_the_bounds_are_secrets(self):
        """24 and 64 bytes are the shortest and the longest secret."""
        made = [base64.b64encode(b"x" * size).decode() for size in (24, 64)]

        assert "secrets=2" in repr(StandardWebhooks(secrets=made))

    def test_one_is_needed(self):
        """Without a secret or a key everybody could write; so it is not built."""
        with pytest.raises(SettingsError, match="Neither"):
            StandardWebhooks()

    @pytest.mark.parametrize("key", ["whpk_", SECRET, "whpk_AAAA", "", PRIVATE])
    def test_what_is_no_public_key(self, key):
        """A secret or a private key is not taken for a public one."""
        with pytest.raises(SettingsError):
            StandardWebhooks(public_keys=key)

    def test_what_is_no_private_key(self):
        """Only a private key signs for others to verify."""
        webhooks = StandardWebhooks(public_keys=PUBLIC)
        with pytest.raises(SettingsError, match="private"):
            webhooks.sign(BODY, event_id=ID, at=AT, private_keys=PUBLIC)

    def test_more_than_eight(self):
        """A list without an end is a mistake of the settings."""
        with pytest.raises(SettingsError, match="More than 8"):
            StandardWebhooks(secrets=[SECRET] * 9)

    def test_nothing_shows_them(self):
        """Neither the text of a verifier nor its attributes show a secret."""
        webhooks = StandardWebhooks(secrets=Secret(SECRET))

        assert "MfKQ" not in repr(webhooks) + repr(vars(webhooks))

    def test_without_cryptography(self, monkeypatch):
        """What ed25519 needs is an extra, and its absence is said in one sentence."""
        monkeypatch.setitem(sys.modules, "cryptography", None)
        for name in [x for x in sys.modules if x.startswith("cryptography.")]:
            monkeypatch.setitem(sys.modules, name, None)

        with pytest.raises(SettingsError, match="extra 'webhooks'"):
            StandardWebhooks(public_keys=PUBLIC)
        assert outcome(StandardWebhooks(secrets=SECRET), delivery()) == "taken"


def test_only_deliveries_are_verified():
    """What is no delivery is a mistake of the caller, not of the sender."""
    with pytest.raises(InputError, match="no Delivery"):
        StandardWebhooks(secrets=SECRET).verify(BODY)
