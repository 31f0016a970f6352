"""Measurements of emtwin, each run as ``python -m benchmarks.NAME``.

In: command line options. Out: a table, a JSON file where ``--out`` asks for one, an exit code.
Never: part of the installed package; never a target that was lowered because it was missed.
"""
