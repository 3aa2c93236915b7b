"""Lets pytest explain the assertions of the suite, whose modules are no test modules themselves."""

import pytest

pytest.register_assert_rewrite("connector_contract", "further_contracts")
