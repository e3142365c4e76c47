"""One training step as data: every quantity, its formula, its value, and what each number is made of."""

from gradiente.terms import Closing, Factor, Term
from gradiente.trace.entry import Entry
from gradiente.trace.quantity import Quantity
from gradiente.trace.record import Trace, trace

__all__ = ["Closing", "Entry", "Factor", "Quantity", "Term", "Trace", "trace"]
