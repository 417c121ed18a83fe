"""Notices reach the file whole, one to a line."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading

import attrs
import pytest

from pmkit.core.errors import PluginError
from pmkit.core.parties import Role
from pmkit.core.ports import Notice
from pmkit.sandbox import FileNotifier, MemoryNotifier

NOTICE = Notice(
    id="n-1",
    order_id="o-1",
    to=Role.BUYER,
    party="Muster GmbH",
    at=dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC),
    subject="Task received",
    text="The agency has your task.",
)


def lines(path):
    """Read the notices of a file."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


class TestFileNotifier:
    """Notices in a file."""

    def test_writes_a_line_of_json(self, tmp_path):
        """A notice is one object with all that it says."""
        path = tmp_path / "notices.jsonl"

        FileNotifier(path).send(NOTICE)

        assert [
            {
                "id": "n-1",
                "order_id": "o-1",
                "to": "buyer",
                "party": "Muster GmbH",
                "at": "2026-01-20T01:00:00+00:00",
                "subject": "Task received",
                "text": "The agency has your task.",
            }
        ] == lines(path)

    def test_appends(self, tmp_path):
        """Later notices follow, also by another notifier on the same file."""
        path = tmp_path / "notices.jsonl"
        FileNotifier(str(path)).send(NOTICE)
        FileNotifier(path).send(attrs.evolve(NOTICE, id="n-2"))

        assert ["n-1", "n-2"] == [line["id"] for line in lines(path)]

    @pytest.mark.parametrize(
        "text", ["a\nb", 'quote " and \\', "唛头不符", "\u2028", "\0", "\ud800"]
    )
    def test_no_text_breaks_out_of_its_line(self, tmp_path, text):
        """Any text is read back as it was given."""
        path = tmp_path / "notices.jsonl"

        FileNotifier(path).send(attrs.evolve(NOTICE, text=text))

        assert [text] == [line["text"] for line in lines(path)]

    def test_writes_chinese_as_itself(self, tmp_path):
        """The file is UTF-8 that a person can read."""
        path = tmp_path / "notices.jsonl"

        FileNotifier(path).send(attrs.evolve(NOTICE, subject="唛头不符"))

        assert "唛头不符" in path.read_text(encoding="utf-8")

    def test_several_writers_do_not_mix_their_lines(self, tmp_path):
        """Four writers of long lines leave as many whole lines as they sent."""
        path = tmp_path / "notices.jsonl"
        notice = attrs.evolve(NOTICE, text="x" * 20_000)

        def send_many():
            for _ in range(50):
                FileNotifier(path).send(notice)

        writers = [threading.Thread(target=send_many) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        assert 200 == len(lines(path))

    def test_says_that_it_could_not(self, tmp_path):
        """A file that cannot be written is an error, never silence."""
        with pytest.raises(PluginError, match="'n-1' was not written"):
            FileNotifier(tmp_path).send(NOTICE)

    def test_a_line_cut_short_is_an_error(self, tmp_path, monkeypatch):
        """A disk that takes only a part of a line is told, not passed over."""
        monkeypatch.setattr(os, "write", lambda _, line: len(line) - 1)

        with pytest.raises(PluginError, match="not written whole"):
            FileNotifier(tmp_path / "notices.jsonl").send(NOTICE)

    def test_only_its_owner_reads_the_file(self, tmp_path):
        """Notices are about people's orders, so others cannot read them."""
        path = tmp_path / "notices.jsonl"

        FileNotifier(path).send(NOTICE)

        assert 0 == path.stat().st_mode & 0o077

    def test_touches_nothing_before_the_first_notice(self, tmp_path):
        """Offering a notifier opens no file."""
        FileNotifier(tmp_path / "notices.jsonl")

        assert [] == list(tmp_path.iterdir())


class TestMemoryNotifier:
    """Notices in memory."""

    def test_keeps_them_in_order(self):
        """What was sent is there, oldest first, repeats too."""
        notifier = MemoryNotifier()
        notifier.send(NOTICE)
        notifier.send(NOTICE)

        assert [NOTICE, NOTICE] == notifier.notices
