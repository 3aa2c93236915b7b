"""One short module per Lambda."""
