"""Splits of a data set: at random and class by class, in time, by whole groups; one rule, one file."""
