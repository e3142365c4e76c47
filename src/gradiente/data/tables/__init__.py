"""Tables in files: how one is written, its cells as text, its columns as numbers or categories."""
