"""What things cost. `make bench` measures the processor's time; the tests count instead, and so say always the same."""
