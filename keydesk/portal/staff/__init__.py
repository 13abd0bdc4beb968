"""Pages for operators and support staff: imports with their reports, orders, accounts."""
