"""What is right: a random step with every quantity, in every layout, and its formulas."""
