"""The command line `security-info`; the one package that may import every service.

Modules import what a command needs inside the command, so that `--help` and `serve` start quickly.
"""

from services.cli.program import main

__all__ = ["main"]
