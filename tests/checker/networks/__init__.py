"""Right networks of a file's own, one form each, and the edits that plant one mistake in them.

A module has `SOURCE` and `EDITS`: (the right text, the wrong one, the key of the mistake).
"""
