"""The verdict on a training, from its measures: what is wrong, the numbers that show it, why, and what to type."""

from gradiente.diagnosis.finding import Diagnosis, Finding
from gradiente.diagnosis.subject import Subject
from gradiente.diagnosis.verdict import diagnose

__all__ = ["Diagnosis", "Finding", "Subject", "diagnose"]
