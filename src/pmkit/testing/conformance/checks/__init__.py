"""
The checks, by group; `pmkit.testing.conformance.registry` lists them.
"""
