"""Models computed by mlx-lm: what it is told of them, and caches that can be rolled back."""
