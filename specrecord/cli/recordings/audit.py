"""`specrecord audit`: does every verdict of a recording follow from its recorded numbers?"""

import click

from specrecord.cli.arguments import show
from specrecord.errors import FindingError
from specrecord.recording.audit import audit_report
from specrecord.recording.reader import read_recording


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
def audit(runs: tuple[str, ...]) -> None:
    """Recompute every verdict, draw and residual of each RUN (- for standard input) from its own
    numbers.

    Exit code 1 if anything does not follow, or if a recording is not whole.

    \b
    Example:
      specrecord audit recordings/*.specrec
    """
    failed = 0
    for run in runs:
        recording = read_recording(run)
        report = audit_report(recording)
        findings = report.findings
        for finding in findings:
            show(f"{run}: {finding}")
        for note in report.notes:
            show(f"{run}: {note} (noted, and no finding)")
        failed += bool(findings)
        if not findings:
            show(f"{run}: all {len(recording.events):,} events follow")
    if failed:
        raise FindingError(f"{failed} of {len(runs)} recordings failed the audit")
