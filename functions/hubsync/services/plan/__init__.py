"""Plans: the very code of a run, over an index and connectors that keep every write to themselves (rule 1.10)."""
