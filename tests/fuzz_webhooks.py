"""
Hostile bodies and headers, thrown at each way of verifying a message.

Run ``python tests/fuzz_webhooks.py --count 100000 --seed 1``; the tests run a few
thousand of each.  Everything that is not taken must be a `WebhookRejected`, and
nothing that was not signed as it stands may be taken.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import (
    Delivery,
    PlainHmac,
    StampedHmac,
    StandardWebhooks,
    Verifier,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)
SECRET = "whsec_" + 8 * "c2VjcmV0"
#: The first key of RFC 8032, section 7.1.
PRIVATE = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
PUBLIC = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

Pairs = list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Scheme:
    """A verifier, and what its sender would put above a body."""

    verifier: Verifier
    sign: Callable[[bytes], dict[str, str]]


def schemes() -> dict[str, Scheme]:
    """Give every way of verifying that pmkit has."""
    shared = StandardWebhooks(secrets=SECRET)
    public = StandardWebhooks(public_keys=PUBLIC)
    stripe = StampedHmac(secrets=SECRET)
    apart = StampedHmac(
        secrets=SECRET,
        header="x-signature",
        timestamp_header="x-timestamp",
        separator="",
        milliseconds=True,
        id_field="",
    )
    hub = PlainHmac(secrets=SECRET, header="x-hub-signature-256", prefix="sha256=")
    wide = PlainHmac(
        secrets=SECRET,
        header="x-signature",
        algorithm="sha512",
        encoding="base64",
        id_header="x-id",
    )
    said = {"event_id": "msg_1", "at": NOW}
    return {
        "standard-hmac": Scheme(shared, lambda body: shared.sign(body, **said)),
        "standard-ed25519": Scheme(
            public, lambda body: public.sign(body, private_keys=PRIVATE, **said)
        ),
        "stamped": Scheme(stripe, lambda body: stripe.sign(body, at=NOW)),
        "stamped-ms": Scheme(apart, lambda body: apart.sign(body, at=NOW)),
        "plain-sha256": Scheme(hub, hub.sign),
        "plain-sha512": Scheme(wide, lambda body: wide.sign(body, event_id="e-1")),
    }


# ------------------------------------------------------------------------- bodies

_BAD_TEXTS = (
    b'{"id": "e", "a": NaN}',
    b'{"id": "e", "a": -Infinity}',
    b'{"id": "e", "a": 1, "a": 2}',
    b'{"id": "e", "id": "f"}',
    b'{"id": "e", "a": 1e999999999}',
    b'{"id": "e", "a": 1e-999999999}',
    b'{"id": "e", "a": 1e9999999999999999999999999}',
    b'{"id": "e", "a": 9223372036854775808}',
    b'{"id": "e", "a": "\\ud800"}',
    b'{"id": "e", "\\udfff": 1}',
    b'{"id": "e", "a": "\xff\xfe"}',
    b'\xef\xbb\xbf{"id": "e"}',
    b'{"id": "e"}{"id": "f"}',
    b'{"id": "e"} x',
    b"{'id': 'e'}",
    b'{"id": "e", // x\n "a": 1}',
    b'{"id": "e", "a": 01}',
    b'{"id": "e", "a": "\n"}',
    b'{"id": 5}',
    b'{"id": ["e"]}',
    b'{"id": "e\\r\\nx-admin: 1"}',
    b'{"id": "\\u00e9"}',
    b'{"id": ""}',
    b'["id"]',
    b"null",
    b'"id"',
    b"",
    b" ",
    b"\x00",
    b'{"id": "e", "a": "\\u0000"}',
    '{"id": "e"}'.encode("utf-16"),
    '{"id": "e"}'.encode("utf-32-le"),
)


def hostile_body(chance: random.Random) -> bytes:
    """Make a body that a careless reader chokes on, or misreads."""
    many = chance.choice((33, 100, 1000, 5000))
    if chance.random() < 0.002:
        many = chance.choice((100_000, 300_000))
    made = (
        lambda: chance.choice(_BAD_TEXTS),
        lambda: b"[" * many,
        lambda: b'{"a":' * many + b"1" + b"}" * many,
        lambda: b'{"id": "e", "a": ' + b"9" * many + b"}",
        lambda: b'{"id": "e", "a": 0.' + b"1" * many + b"}",
        lambda: b'"' + b'\\"' * many,
        lambda: b'{"id": "' + b"e" * many + b'"}',
        lambda: b"[" + b"[]," * many + b"[]]",
        lambda: json.dumps(some_value(chance, 0)).encode()[: chance.randint(0, 60)],
        lambda: chance.randbytes(chance.randint(0, 60)),
        lambda: flipped(chance, b'{"id": "evt_1", "amount": 12.50, "n": [1, 2]}'),
    )
    return chance.choice(made)()


def some_value(chance: random.Random, depth: int) -> object:
    """Make a value that JSON can hold; now and then deeper than is allowed."""
    if depth > 40 or chance.random() < 0.4:
        return chance.choice((None, True, -1, 2**63, 1.5, "é", "货", "\ud800", ""))
    if chance.random() < 0.5:
        return [some_value(chance, depth + 1) for _ in range(chance.randint(0, 2))]
    return {
        chance.choice(("id", "a", "\x00")): some_value(chance, depth + 1)
        for _ in range(chance.randint(0, 2))
    }


def flipped(chance: random.Random, data: bytes) -> bytes:
    """Turn one bit."""
    where = chance.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[where // 8] ^= 1 << where % 8
    return bytes(changed)


# ------------------------------------------------------------------------ headers

_BAD_VALUES = (
    "",
    " ",
    "v1,",
    "v1a,",
    "v1,====",
    "v1a," + "A" * 88,
    "v2,AAAA",
    "t=,v1=",
    "t=1,t=2,v1=a",
    "t=99999999999999999999,v1=a",
    "sha256=",
    "-1",
    "1e9",
    "٣٣٣٣٣٣٣٣٣٣",
    "1_768_870_800",
    "+1768870800",
    "1768870800.0",
    "NaN",
    "\r\nx-admin: 1",
    "\x00",
    "é" * 5,
    "\ud800",
    "货",
    "," * 3000,
    " " * 3000,
    "v1,a " * 800,
    "t=1," * 900,
)


def hostile_value(chance: random.Random, value: str) -> str:
    """Make something else of the value of a header."""
    made = (
        lambda: chance.choice(_BAD_VALUES),
        lambda: value[: chance.randint(0, len(value) - 1)],
        lambda: value + chance.choice(("0", " ", ",", "\t", "=", "\n", ",v1=")) + "0",
        lambda: flipped(chance, value.encode()).decode("latin-1"),
        lambda: value[::-1] + "!",
        lambda: "A" * chance.choice((10, 5000, 50_000)),
        lambda: chance.randbytes(20).decode("latin-1"),
    )
    return chance.choice(made)()


def hostile_headers(chance: random.Random, true: dict[str, str]) -> Pairs:
    """Make something else of the headers of a message."""
    pairs = list(true.items())
    where = chance.randrange(len(pairs))
    name, value = pairs[where]
    kind = chance.randrange(6)
    if kind == 0:
        del pairs[where]
    elif kind == 1:
        pairs.append((name.upper(), hostile_value(chance, value)))
    elif kind == 2:
        pairs.append((name, value))
    elif kind == 3:
        pairs += [(f"x-{number}", "x") for number in range(300)]
    else:
        pairs[where] = (name, hostile_value(chance, value))
    return pairs


# -------------------------------------------------------------------------- cases


def case(chance: random.Random, scheme: Scheme, others: list[Scheme]) -> tuple:
    """Make one message: (body, headers, whether it may be taken)."""
    body = b'{"id": "evt_1", "amount": 12.50}'
    kind = chance.randrange(8)
    if kind == 0:
        return body, list(scheme.sign(body).items()), True
    if kind <= 3:
        body = hostile_body(chance)
        return body, list(scheme.sign(body).items()), True
    if kind == 4:
        return flipped(chance, body), list(scheme.sign(body).items()), False
    if kind == 5:
        return body, list(chance.choice(others).sign(body).items()), False
    if kind == 6:
        return hostile_body(chance), hostile_headers(chance, scheme.sign(body)), False
    return body, hostile_headers(chance, scheme.sign(body)), False


def run(name: str, *, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """
    Throw messages at one scheme.

    Args:
        name: The scheme.

        count: How many.

        seed: The same seed is the same messages.

    Returns:
        How many were taken and rejected, and what should not have happened.
    """
    known = schemes()
    scheme = known[name]
    others = [other for key, other in known.items() if key.split("-")[0] not in name]
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(count):
        chance = random.Random(f"{seed}/{name}/{number}")  # noqa: S311 - has to repeat
        body, headers, may_pass = case(chance, scheme, others)
        try:
            delivery = Delivery(body=body, headers=headers, received_at=NOW)
            verified = scheme.verifier.verify(delivery)
            seen["verified"] += 1
            if not may_pass and not same_signed(name, headers, scheme.sign(body)):
                wrong.append(f"{seed}/{name}/{number}: forged")
            verified.json()
            seen["read"] += 1
        except WebhookRejected:
            seen["rejected"] += 1
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            wrong.append(f"{seed}/{name}/{number}: {type(error).__name__}")
    return seen, wrong


def same_signed(name: str, headers: Pairs, true: dict[str, str]) -> bool:
    """
    Tell whether headers were changed only where the scheme signs nothing.

    That is: further headers, a further signature that does not fit, and the id of
    a plain HMAC, which stands in a header outside the signature.
    """
    given: dict[str, list[str]] = {}
    for key, value in headers:
        given.setdefault(key.lower(), []).append(value.strip(" \t"))
    unsigned = {"x-id"} if name == "plain-sha512" else set()
    return all(
        len(given.get(key, [])) == 1 and given[key][0].startswith(value)
        for key, value in true.items()
        if key not in unsigned
    )


def main() -> int:
    """Throw messages at every scheme and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="messages per scheme")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    failed = 0
    for name in schemes():
        began = time.perf_counter()
        seen, wrong = run(name, count=asked.count, seed=asked.seed)
        took = time.perf_counter() - began
        figures = ", ".join(f"{seen[key]} {key}" for key in sorted(seen))
        line = f"{name:17} {asked.count} in {took:.0f} s: {figures}; {len(wrong)} wrong"
        sys.stdout.write(line + "\n")
        sys.stdout.writelines(f"  {one}\n" for one in wrong[:20])
        failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
