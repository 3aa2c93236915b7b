"""Every rule of docs/rules.md and the tests that prove it; `page` writes the two together into docs/rule-tests.md."""
