"""
One service on its whole road, as a story: what ``pmkit demo`` tells.

Every line of it is the real desk on a real file; only the companies and the clock are
simulated.  One module for each stretch of the road: book, pay, visit, report.
"""

from __future__ import annotations

from pmkit.sandbox.demo.journey import Journey, travel
from pmkit.sandbox.demo.notes import Refusal, Step

__all__ = ["Journey", "Refusal", "Step", "travel"]
