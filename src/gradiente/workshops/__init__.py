"""The workshops of the course: what a student starts from."""
