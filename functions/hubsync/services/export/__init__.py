"""Exports: a list of records made into a file, in the background and in constant memory (rule 8.5)."""
