"""
The pure core: values in, values out.

Nothing in this folder reads a clock, draws a random number, makes an id, opens
a file or a socket, or knows that plugins exist.  The moment, the ids and the
facts of the world come in as arguments; decisions go out as events.
"""
