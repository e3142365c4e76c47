"""The mistakes, one file each."""
