"""
The far side: the simulated companies as one HTTP application.

`app` is the application, `server` serves it on this machine, `transport` calls it
without a socket.
"""
