"""
Plugins with one planted bug each: what proves that the checks check.

`pmkit.testing.conformance.self_check` runs them all.
"""
