"""`specrecord sign`: a signature beside a recording."""

import time
from pathlib import Path

import click

from specrecord.cli.arguments import force_option, show
from specrecord.errors import RecordingError, UsageError
from specrecord.recording.output_file import write_file
from specrecord.recording.reader import parse_recording, read_bytes
from specrecord.recording.signature import SUFFIX, make_keys, read_secret_key, signature_of

_KEY = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--key", type=_KEY, help="Your secret key, in minisign's format.")
@click.option("--comment", help="A line that is signed, too; else when and what was signed.")
@click.option("--new-key", type=_KEY, metavar="NAME", help="Make NAME.key and NAME.pub, and stop.")
@force_option
def sign(
    runs: tuple[Path, ...], key: Path | None, comment: str | None, new_key: Path | None, force: bool
) -> None:
    """Sign each RUN, a whole recording, by your KEY: RUN.minisig is written beside it.

    `specrecord audit RUN --key NAME.pub` and `minisign -V -m RUN -p NAME.pub` check it. A signature
    says who stands for what no number in a recording proves. Publish NAME.pub, keep NAME.key.

    \b
    Example:
      specrecord sign --new-key me
      specrecord sign run.specrec --key me.key
    """
    if new_key is not None:
        for path in make_keys(new_key):
            show(path)
        return
    if key is None or not runs:
        raise UsageError("say what to sign, and by which key: specrecord sign RUN --key me.key")
    secret = read_secret_key(key, lambda: click.prompt("Password", hide_input=True, err=True))
    for run in runs:
        data = read_bytes(run)
        problem = parse_recording(data, str(run)).problem
        if problem is not None:
            raise RecordingError(f"{run}: {problem}; only a whole recording is signed")
        signed_comment = comment or f"timestamp:{int(time.time())}\tfile:{run.name}\thashed"
        path = run.with_name(run.name + SUFFIX)
        write_file(path, [signature_of(data, secret, signed_comment)], overwrite=force)
        show(path)
