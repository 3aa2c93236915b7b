"""What must be true of two applications once a sync has run, worked out without the code that is being checked.

The checker reads whole contents before and after. It knows the rules (docs: matching, direction and conflict, status)
in straight-line code of its own, imports nothing but the standard library, and says in sentences with the records'
ids what is not as it should be.

`rules` what the checker is told of a sync · `normal` when two values are equal · `world` what the applications hold ·
`matching` who belongs to whom · `pairs` what two records that are one must hold · `initial` what must come of two
worlds · `links` who must be linked to whom · `expectation` all of it, and what people's work changes of it · `verdict`
the comparison with what is there · `plan` whether a plan came true.
"""
