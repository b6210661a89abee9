"""The walkthrough's chapters: markdown, formulas, references, what templates may call."""
