"""The report of a run: one HTML file."""

from gradiente.reporting.report import write_report

__all__ = ["write_report"]
