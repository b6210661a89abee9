"""The HTTP side of a remote target: transport, rate limit, faults."""
