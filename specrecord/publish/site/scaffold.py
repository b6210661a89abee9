"""The files that a new site of one's own begins with."""

from pathlib import Path

from specrecord import __version__
from specrecord.errors import UsageError
from specrecord.publish.assets import assets
from specrecord.publish.site.source import CONFIG

_WORKFLOW = Path(".github/workflows/site.yml")


def start_site(folder: Path) -> list[Path]:
    """Make a site's folder, without touching any file that is there. Returns what was made.

    Raises UsageError when the folder is a site already, or cannot be written.
    """
    if (folder / CONFIG).exists():
        raise UsageError(
            f"{folder / CONFIG}: there is a site here already; change that file, or choose "
            "another folder"
        )
    scaffold = assets().site / "scaffold"
    texts = {
        path.relative_to(scaffold): path.read_text(encoding="utf-8")
        for path in sorted(scaffold.rglob("*"))
        if path.is_file()
    }
    name = folder.resolve().name.replace('"', "'")
    texts[Path(CONFIG)] = texts[Path(CONFIG)].replace("NAME", name)
    texts[_WORKFLOW] = texts[_WORKFLOW].replace("VERSION", __version__)
    texts |= {Path("recordings/.gitkeep"): "", Path(".gitignore"): "_site/\n"}
    written = []
    try:
        for near, text in texts.items():
            path = folder / near
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); choose another"
        ) from None
    return written
