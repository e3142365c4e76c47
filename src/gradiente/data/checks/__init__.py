"""The checks of data before training: what is odd about them, the numbers that show it, and what to type."""

from gradiente.data.checks.check import check_data, check_parts
from gradiente.data.checks.finding import DataReport, Finding

__all__ = ["DataReport", "Finding", "check_data", "check_parts"]
