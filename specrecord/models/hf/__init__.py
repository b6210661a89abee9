"""Models computed by transformers and torch: loaded whole, with caches that can be rolled back."""
