"""The family of mistakes, and the search for those that give a student's numbers."""
