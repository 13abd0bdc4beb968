"""People: accounts, credentials, agreements, roles, verification, API tokens. Never licenses."""
