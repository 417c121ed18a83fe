"""
An engine of pmkit for many machines: procrastinate on the same PostgreSQL.
"""

from pmkit_procrastinate.engine import ProcrastinateEngine
from pmkit_procrastinate.installing import SCHEMA, install, is_installed

__all__ = ["SCHEMA", "ProcrastinateEngine", "install", "is_installed"]
