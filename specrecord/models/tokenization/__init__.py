"""Text to ids and back to bytes; chat templates."""
