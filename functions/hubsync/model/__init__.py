"""The nouns: frozen values, standard library only. `docs/glossary.md` has the same words."""
