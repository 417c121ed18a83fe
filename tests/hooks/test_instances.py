"""Instances in a file: read whole, or refused with the key that is wrong."""

from __future__ import annotations

import os
import pathlib
import tempfile

import pytest
from hypothesis import given, settings as profile, strategies as st

from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.host import PluginHost
from pmkit.hooks.instances import Instance, read_instances

CANARY = "sk-canary-77aa"
WHOLE = """
[instances.acme-cn]
plugin = "acme"
environment = "live"
hosts = ["api.acme.example"]

[instances.acme-cn.settings]
key = "env:ACME_CN"

[instances.acme-test]
plugin = "acme"
exceptions = ["127.0.0.1:8080"]
"""


@pytest.fixture
def read(tmp_path):
    """Give a function that writes a file and reads it."""

    def write(text):
        file = tmp_path / "pmkit.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_instances(file)

    return write


def given_or_refused(file):
    """Read a file; give the words of a typed refusal, and let all else out."""
    try:
        return read_instances(file)
    except SettingsError as error:
        return str(error)


class TestRead:
    """From a file to instances."""

    def test_reads_all(self, read):
        """Each table is an instance; what is left out has its default."""
        live, test = read(WHOLE)

        assert (
            Instance(
                name="acme-cn",
                plugin="acme",
                environment="live",
                hosts=("api.acme.example",),
                settings={"key": "env:ACME_CN"},
            )
            == live
        )
        assert "sandbox" == test.environment
        assert ("127.0.0.1:8080",) == test.exceptions

    def test_an_empty_file_has_none(self, read):
        """A file may wait for its first instance."""
        assert () == read("")

    def test_settings_do_not_print(self, read):
        """An instance may be logged."""
        (found,) = read(
            f'[instances.a]\nplugin = "acme"\nsettings = {{ key = "{CANARY}" }}'
        )

        assert CANARY not in repr(found)

    def test_is_attached_at_once(self, site, read, monkeypatch):
        """A host takes what was read."""
        site.plugin("acme")
        monkeypatch.setenv("ACME_CN", "k-2")
        host = PluginHost(path=site.path)

        (found,) = host.attach_all(read(WHOLE))

        assert "acme-cn" == found.name
        assert "live" == found.environment.value
        assert "k-2" == found.implementation.settings.key.reveal()
        assert ["acme-test"] == [each.instance for each in host.failures]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("x = 1", "x: In "),
            ("instances = 1", "instances: In "),
            ("[instances.Acme]", "is no name of an instance"),
            (f"[instances.'{CANARY} ']", "(a key that is no name)"),
            ("[instances]\na = 1", "a: In "),
            ("[instances.a]", "a: plugin: In "),
            ("[instances.a]\nplugin = ''", "a: plugin: In "),
            ("[instances.a]\nplugin = 3", "a: plugin: In "),
            (f"[instances.a]\nplugin='p'\nkey='{CANARY}'", "a: key: In "),
            (f"[instances.a]\nplugin='p'\nenvironment='{CANARY}'", "a: environment: "),
            (f"[instances.a]\nplugin='p'\nexceptions='{CANARY}'", "a: exceptions: In "),
            ("[instances.a]\nplugin='p'\nhosts=[3]", "a: hosts: In "),
            (f"[instances.a]\nplugin='p'\nsettings='{CANARY}'", "a: settings: In "),
            (f"[instances.a]\nkey = {CANARY}", "it is no TOML at line 2, column 7"),
            ("[instances.a]\n[instances.a]", "it is no TOML at line 2"),
            (b"\xff", "it cannot be read (UnicodeDecodeError)"),
            ("x = " + "[" * 100_000, "it cannot be read (RecursionError)"),
            ("#" * ((1 << 20) + 1), "it is longer than 1 MiB"),
            ("a = 1979-99-99", "it "),
        ],
        ids=range(19),
    )
    def test_refuses_what_is_wrong(self, read, text, reason):
        """Each mistake names file, instance and key, and never the value."""
        with pytest.raises(SettingsError) as caught:
            read(text)

        assert reason in str(caught.value)
        assert "pmkit.toml" in str(caught.value)
        assert CANARY not in f"{caught.value!r}"
        assert caught.value.remedy

    def test_says_that_there_is_no_file(self, tmp_path):
        """A wrong path is told, and a pipe is not waited for."""
        os.mkfifo(tmp_path / "pipe")

        for name in ("absent.toml", "pipe", "."):
            with pytest.raises(SettingsError, match="there is no such file"):
                read_instances(tmp_path / name)

    @given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
    @profile(max_examples=150, deadline=None)
    def test_any_bytes_give_instances_or_a_settings_error(self, data):
        """No file whatever breaks out."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "pmkit.toml"
            file.write_bytes(data)
            found = given_or_refused(file)

        assert isinstance(found, tuple) or str(file) in found
