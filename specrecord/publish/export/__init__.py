"""A recording in other forms: a JSON document, a table, a trace for Perfetto, a poster, one page
that stands alone.
"""
