"""Real engines, started and recorded."""
