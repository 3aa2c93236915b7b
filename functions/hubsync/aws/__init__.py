"""The ports that AWS stands behind, stores excepted: queues, state machines, KMS, mail."""
