"""A student's file: its text, its functions, what they take and give."""
