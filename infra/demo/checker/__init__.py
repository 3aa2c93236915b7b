"""What must be true of two applications once a sync has run, worked out without the code that is being checked.

The checker reads whole contents before and after. It knows the rules (docs: matching, direction and conflict, status)
in straight-line code of its own, imports nothing but the standard library, and says in sentences with the records'
ids what is not as it should be.

`rules` what the checker is told of a sync · `normal` when two values are equal · `world` what the applications hold ·
`matching` who belongs to whom · `expectation` what every field must hold, and what a person's edits change of it ·
`verdict` the comparison with what is there.
"""
