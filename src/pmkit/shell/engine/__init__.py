"""
Engines: what makes a desk do by itself what is due, on one machine or on many.
"""
