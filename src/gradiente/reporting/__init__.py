"""What a run looks like afterwards: lines of text, and one HTML file."""

from gradiente.reporting.report import write_report
from gradiente.reporting.text import epoch_line, metrics_table

__all__ = ["epoch_line", "metrics_table", "write_report"]
