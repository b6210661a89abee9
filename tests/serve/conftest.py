"""The fixtures of this folder."""

from live_server import live

__all__ = ["live"]
