"""What every test shares: steady examples.

A build says the same of the same code, so hypothesis draws its examples from the tests themselves. To look further, as
one does over night, let it draw anew: `HYPOTHESIS_PROFILE=explore make test-all`.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
