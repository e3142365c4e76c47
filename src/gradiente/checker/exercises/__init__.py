"""Exercises as data: a network, and how the functions of a file are called and what they give."""
