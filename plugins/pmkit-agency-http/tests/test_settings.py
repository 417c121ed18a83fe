"""Settings are checked when they are made, and never show a secret."""

from __future__ import annotations

import pytest
from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.host import PluginHost
from pmkit.hooks.secrets import Secret

from pmkit_agency_http.agency import HttpAgency
from pmkit_agency_http.settings import AgencyHttpSettings

GOOD = {"base_url": "https://agency.example/v1", "token": Secret("tok-1")}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "agency.example",
        "http://agency.example/v1",
        "ftp://agency.example",
        "https://me:pw@agency.example/v1",
        "https://agency.example/v1?a=b",
        "https://agency.example/v1#a",
        "https://agency.example/../v1/",
        "https://agency.example/v1\n",
        "https://127.0.0.1.evil.example@agency/v1",
        None,
        5,
    ],
)
def test_refuses_an_address(url):
    """Only https, without anything that could hide where it leads to."""
    with pytest.raises(InputError) as caught:
        AgencyHttpSettings(**{**GOOD, "base_url": url})

    assert "base_url" == caught.value.field


@pytest.mark.parametrize(
    "url",
    [
        "https://agency.example",
        "http://127.0.0.1:8730/v1",
        "https://a-b.example:8443/x/v1/",
    ],
)
def test_takes_an_address(url):
    """With a port, with a path, and on the loopback without encryption."""
    assert url.rstrip("/") == AgencyHttpSettings(**{**GOOD, "base_url": url}).base_url


@pytest.mark.parametrize("token", ["with blank", "line\nbreak", "ключ"])
def test_refuses_a_token(token):
    """What cannot stand in a header is refused, and not repeated."""
    with pytest.raises(InputError) as caught:
        AgencyHttpSettings(**{**GOOD, "token": Secret(token)})

    assert "token" == caught.value.field
    assert token not in f"{caught.value}"


@pytest.mark.parametrize("account", ["a b", "x" * 101, "\r\nX: y", None])
def test_refuses_an_account(account):
    """It stands in a header, too."""
    with pytest.raises(InputError) as caught:
        AgencyHttpSettings(**{**GOOD, "account": account})

    assert "account" == caught.value.field


def test_refuses_a_secret_for_messages():
    """A secret that is none is found when the plugin is made."""
    settings = AgencyHttpSettings(**GOOD, webhook_secrets=(Secret("guess"),))
    with pytest.raises(SettingsError) as caught:
        HttpAgency(settings)

    assert "guess" not in f"{caught.value}"


def test_the_host_finds_and_attaches_it(monkeypatch):
    """The installed plugin is attached by its id, with secrets from outside."""
    monkeypatch.setenv("AGENCY_TOKEN", "tok-1")
    monkeypatch.setenv("AGENCY_SECRET", "whsec_" + 8 * "c2VjcmV0")
    host = PluginHost(load=["agency-http"])
    made = host.attach(
        "agency-http",
        name="acme-cn",
        settings={
            "base_url": "https://agency.example/v1",
            "token": "env:AGENCY_TOKEN",
            "webhook_secrets": ["env:AGENCY_SECRET"],
        },
        hosts=["agency.example"],
    )

    assert () == host.failures
    assert "acme-cn" == made.name
    assert ["acme-cn"] == list(host.panel().agencies)
    assert "tok-1" not in repr(made)
