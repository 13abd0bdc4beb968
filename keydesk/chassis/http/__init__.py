"""The HTTP door of a service: application, access rules, transactions, problems, idempotency."""
