"""What the operator runs and records: registry, approval gate, ledger."""
