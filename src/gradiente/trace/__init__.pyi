"""What gradiente.trace exports, one line each: `__init__.py` and type checkers read it here."""

from gradiente.terms import Closing as Closing
from gradiente.terms import Factor as Factor
from gradiente.terms import Term as Term
from gradiente.trace.entry import Entry as Entry
from gradiente.trace.quantity import Quantity as Quantity
from gradiente.trace.record import Trace as Trace
from gradiente.trace.record import trace as trace
