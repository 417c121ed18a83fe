"""What can never be right on the command line: one line, the field, exit code 2."""

from __future__ import annotations

import pytest

from pmkit import cli


def call(line):
    """Run the command line in this process and give its exit code."""
    with pytest.raises(SystemExit) as left:
        cli.main(line.split())
    return left.value.code


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("deadline report --visit-ended 2026-02-13T17:30", "visit_ended"),
        ("deadline report --visit-ended soon", "visit_ended"),
        ("deadline book --ship-date 2026-02-30", "ship_date"),
        ("deadline book --ship-date 2026-02-27T10:00", "ship_date"),
        ("deadline book --ship-date 2026-02-27 --working-days 0", "working_days"),
        ("deadline book --ship-date 2026-02-27 --working-days -7", "working_days"),
        ("deadline book --ship-date 2026-02-27 --working-days 1.5", "working_days"),
        ("deadline book --ship-date 2026-02-27 --convention roughly", "convention"),
        ("deadline book --ship-date 2026-02-27 --calendar XX", "country"),
        ("deadline book --ship-date 2031-02-27", "day"),
        ("calendar CN --year 1492", "year"),
        ("calendar CN --year 9999999", "year"),
        ("calendar CN --year next", "year"),
        ("aql --lot 1 --aql 2.5", "lot_size"),
        ("aql --lot 0 --aql 2.5", "lot_size"),
        ("aql --lot -5 --aql 2.5", "lot_size"),
        ("aql --lot 5e3 --aql 2.5", "lot_size"),
        ("aql --lot 5000 --aql 2.6", "aql"),
        ("aql --lot 5000 --aql 0", "aql"),
        ("aql --lot 5000 --aql 2.5 --level IV", "level"),
        ("aql --lot 5000 --aql 2.5 --severity mild", "severity"),
    ],
)
def test_is_one_line_with_field_and_remedy(capsys, line, field):
    """The line names the field, says what is wrong and what to do."""
    code = call(line)
    said = capsys.readouterr()

    assert (2, "", 1) == (code, said.out, said.err.count("\n"))
    assert said.err.startswith(f"error: {field}: ")
    # What is wrong is one sentence, the remedy another one.
    assert 1 < said.err.replace("\n", " ").count(". ")
