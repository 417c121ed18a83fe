"""
The conformance kit: what proves a plugin right, and what proves the kit right.

An author writes one `Harness` with a simulator of the far side.  The kit lets things go
wrong at every request and judges by what the far side really did, not by what the
plugin says.  Import from `pmkit.testing`.
"""
