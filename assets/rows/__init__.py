"""Rows and their accounts: table schemas, what a step kept and rejected and why, the ledger."""
