"""Back-propagation for networks of any depth, and the mistakes that can be made in it: one mistake, one file."""
