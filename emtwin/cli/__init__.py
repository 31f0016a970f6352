"""Command line: arguments, progress and exit codes, and nothing else.

In: what the user typed.
Out: tables, plain lines or JSON, files where the user wants them, and an exit code.
Never: physics or files of its own; a heavy library before the command that needs it.
"""

from emtwin.cli.app import main
from emtwin.cli.exits import ExitCode

__all__ = ["ExitCode", "main"]
