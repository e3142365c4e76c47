"""The lab: training runs on a page, played, paused, and taken back to any step."""
