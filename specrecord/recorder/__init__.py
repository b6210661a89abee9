"""One run, recorded: request, session, the process that writes."""
