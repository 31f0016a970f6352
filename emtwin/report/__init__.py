"""Reports of a campaign for people and for programs.

In: a finished `Campaign` and the files of its pictures.
Out: report.html (English or Korean), a terminal table, JSON, JUnit XML.
Never: a verdict of its own; it shows what compliance decided and on what ground.
"""

from __future__ import annotations

from emtwin.report.convergence import convergence_notes, convergence_tables
from emtwin.report.html import write_report
from emtwin.report.junit import junit_xml, write_junit
from emtwin.report.machine import as_json
from emtwin.report.terminal import run_table, stage_table, verdict_table

__all__ = [
    "as_json",
    "convergence_notes",
    "convergence_tables",
    "junit_xml",
    "run_table",
    "stage_table",
    "verdict_table",
    "write_junit",
    "write_report",
]
