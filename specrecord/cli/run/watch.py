"""`specrecord live --watch`: wires the recorder's process, the runs and the live server
together.
"""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from specrecord.cli.arguments import say, show
from specrecord.publish.assets import assets
from specrecord.recorder.process import RecorderProcess
from specrecord.registry import pairs_here
from specrecord.serve.live import LiveServer, serve_live
from specrecord.serve.runs import Runs


def watch(
    request: Mapping[str, Any],
    output: Path | None,
    *,
    force: bool,
    host: str | None,
    port: int,
    open_page: bool,
) -> None:
    """Serve the live page until interrupted. A prompt in `request` starts a run at once; others
    start on the page.
    """
    recorder = RecorderProcess()
    folder = output.parent if output else Path()
    runs = Runs(recorder, folder, request, say, pairs_here())

    def ready(address: str) -> None:
        show(address)
        say("the address holds a secret: whoever has it can look and start runs; Ctrl-C ends this")
        if open_page and _has_screen():
            webbrowser.open(address)
        if request["prompt"]:
            runs.start({}, output, overwrite=force)

    async def run() -> None:
        server = LiveServer(
            runs,
            assets().player,
            host=host or "127.0.0.1",
            port=port,
            host_asked=host is not None,
        )
        await serve_live(server, say, ready)

    try:
        asyncio.run(run())
    finally:
        runs.close()


def _has_screen() -> bool:
    """Whether a browser would open a window; one that runs in the terminal is not what was
    meant.
    """
    return sys.platform == "darwin" or not os.environ.keys().isdisjoint(
        ("DISPLAY", "WAYLAND_DISPLAY")
    )
