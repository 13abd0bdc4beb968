"""What was sold and what was issued: products, orders, registrations, license keys and files."""
