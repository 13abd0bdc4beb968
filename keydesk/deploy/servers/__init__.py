"""Private servers out of Python wheels and Debian packages: PostgreSQL, Valkey, RabbitMQ.

Each module turns a folder, a port and a password into programs for the supervisor. Each server listens on
the loopback address only, keeps all that it has in its folder, and runs in the foreground.
"""
