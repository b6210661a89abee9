"""Models that `specrecord models` fetches, and how their files become folders that every backend
reads.
"""
