"""Records the gallery, the runs over a network, and the benches that pages show."""
