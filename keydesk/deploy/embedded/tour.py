"""What somebody who tries the demo data needs to know: a test holds it against the data itself."""

PASSWORD = "keydesk-demo-2026"  # noqa: S105 - of people who do not exist, printed for everybody to use
CUSTOMERS = ("anna", "ben", "carla")
STAFF = ("support", "operator")
