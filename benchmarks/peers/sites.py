"""Site builds: ours with its chapters and ten recordings, MkDocs and marimo with the chapters'
text. They do not do the same: MkDocs renders pages, marimo exports one notebook, ours renders the
chapters with their figures and a page for each recording.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "site" / "chapters").glob("*.md"))
RECORDINGS = 10


def builds(env: Path, repeats: int) -> dict[str, Any]:
    """Seconds of whole processes, in turn, and the bytes that each wrote."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = commands(env, folder)
        times: dict[str, list[float]] = {kind: [] for kind in words}
        for _ in range(repeats):
            for kind, (command, output) in words.items():
                shutil.rmtree(output, ignore_errors=True)
                start = time.perf_counter()
                subprocess.run(command, cwd=folder, check=True, capture_output=True)
                times[kind].append(time.perf_counter() - start)
        return {
            kind: {
                "median": statistics.median(times[kind]),
                "least": min(times[kind]),
                "most": max(times[kind]),
                "bytes": sum(file.stat().st_size for file in output.rglob("*") if file.is_file()),
            }
            for kind, (_, output) in words.items()
        }


def commands(env: Path, folder: Path) -> dict[str, tuple[list[str], Path]]:
    """What builds each site, from inputs written to `folder`, and where it writes."""
    for name in ("recordings", "docs"):
        (folder / name).mkdir()
    for recording in sorted((ROOT / "recordings").glob("*.specrec"))[:RECORDINGS]:
        shutil.copy(recording, folder / "recordings")
    (folder / "mkdocs.yml").write_text("site_name: chapters\n")
    (folder / "docs" / "index.md").write_text("# Chapters\n")
    cells = []
    for chapter in CHAPTERS:
        shutil.copy(chapter, folder / "docs")
        cells.append(f"@app.cell\ndef _(mo):\n    mo.md({chapter.read_text()!r})\n    return\n")
    head = "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    import marimo as mo\n"
    notebook = "\n\n".join([head + "    return (mo,)\n", *cells])
    (folder / "notebook.py").write_text(notebook)
    out = {name: folder / f"out-{name}" for name in ("own", "mkdocs", "marimo")}
    peers = env / "bin"
    export = [str(peers / "marimo"), "export", "html", "notebook.py", "-f", "-o"]
    return {
        f"specrecord, chapters and {RECORDINGS} recordings": (
            [sys.executable, "-m", "specrecord", "build", "recordings", "-o", str(out["own"])],
            out["own"],
        ),
        "MkDocs, chapters as text": (
            [str(peers / "mkdocs"), "build", "-q", "-d", str(out["mkdocs"])],
            out["mkdocs"],
        ),
        "marimo, chapters as one notebook": (
            [*export, str(out["marimo"] / "index.html")],
            out["marimo"],
        ),
    }
