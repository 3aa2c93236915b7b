"""What is remembered: the ports, and two implementations, DynamoDB for AWS and memory for the simulation."""
