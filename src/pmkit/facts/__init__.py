"""
Facts of the world that pmkit ships, each with its source.
"""
