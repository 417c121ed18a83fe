"""
The sockets: where agencies, payment methods and notifiers attach.

`specs` says on one page what a plugin may offer; `panel` loads what is installed.
"""
