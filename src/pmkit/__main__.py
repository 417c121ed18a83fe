"""Run the command line: ``python -m pmkit``."""

from __future__ import annotations

from pmkit.cli import main

if __name__ == "__main__":
    main()
