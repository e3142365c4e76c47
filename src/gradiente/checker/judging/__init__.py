"""Every function of the workshops, judged."""
