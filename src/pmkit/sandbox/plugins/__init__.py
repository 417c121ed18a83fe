"""
The simulated companies as plugins, like those of anybody: over HTTP, by manifest.

`manifests` is what their entry points name.
"""
