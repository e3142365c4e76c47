"""One training step as data: every quantity, its formula, its value, and what each number is made of."""

from gradiente.trace.entry import Entry
from gradiente.trace.quantity import Quantity
from gradiente.trace.record import Trace, trace
from gradiente.trace.terms import Closing, Factor, Term

__all__ = ["Closing", "Entry", "Factor", "Quantity", "Term", "Trace", "trace"]
