"""`specrecord audit`: does every verdict of a recording follow from its recorded numbers?"""

import click

from specrecord.cli.arguments import show
from specrecord.errors import FindingError, RecordingError, UsageError
from specrecord.recording.audit import audit_report
from specrecord.recording.reader import name_of, parse_recording, read_bytes
from specrecord.recording.signature import SUFFIX, PublicKey, check_signature, read_public_key


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option("--key", help="A public key, its file or its line: RUN.minisig must be by it.")
def audit(runs: tuple[str, ...], key: str | None) -> None:
    """Recompute every verdict, draw and residual of each RUN (- for standard input) from its own
    numbers.

    Exit code 1 if anything does not follow, if a recording is not whole, or if it is not signed by
    the key that is given.

    \b
    Example:
      specrecord audit recordings/*.specrec
      specrecord audit run.specrec --key me.pub
    """
    public = None if key is None else read_public_key(key)
    if public is not None and "-" in runs:
        raise UsageError("the signature of standard input is nowhere; give a file with --key")
    failed = 0
    for run in runs:
        data = read_bytes(run)
        recording = parse_recording(data, name_of(run))
        report = audit_report(recording)
        findings = report.findings
        for finding in findings:
            show(f"{run}: {finding}")
        for note in report.notes:
            show(f"{run}: {note} (noted, and no finding)")
        unsigned = public and _unsigned(run, data, public)
        if unsigned:
            show(f"{run}: {unsigned}")
        failed += bool(findings or unsigned)
        if not findings:
            show(f"{run}: all {len(recording.events):,} events follow")
    if failed:
        raise FindingError(f"{failed} of {len(runs)} recordings failed the audit")


def _unsigned(run: str, data: bytes, key: PublicKey) -> str | None:
    """What is wrong with a recording's signature; who signed is shown where nothing is."""
    try:
        comment = check_signature(data, read_bytes(run + SUFFIX), key)
    except (RecordingError, FindingError) as error:
        return str(error)
    show(f"{run}: signed by key {key} ({comment})")
    return None
