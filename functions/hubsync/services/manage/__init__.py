"""Connections and syncs as people set them: apply a document, turn on and off, delete, compare, and look."""
