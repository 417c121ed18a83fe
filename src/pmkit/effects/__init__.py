"""
How calls to plugins are made: from the intended call to what was observed.
"""
