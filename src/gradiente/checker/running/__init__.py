"""The process in which a student's code runs."""
