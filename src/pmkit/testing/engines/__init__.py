"""
What every engine has to do: a suite of tests, and a world outside to watch it from.
"""
