"""Text that becomes batches, and how the two models learn from it."""
