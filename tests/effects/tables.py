"""Reading the answers that were worked out by hand."""

from __future__ import annotations

import csv
import pathlib

import pytest

_ANSWERS = pathlib.Path(__file__).parents[1] / "answers"


def answers(name):
    """Read the answers of a file, with what each kills as its test id."""
    with (_ANSWERS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [pytest.param(row, id=f"{n}-{row['kills']}") for n, row in enumerate(rows)]
