"""Files that a coverage-guided fuzzer finds, read by both readers."""
