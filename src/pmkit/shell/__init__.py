"""The shell: everything that knows a clock, chance, ids, files or a database."""
