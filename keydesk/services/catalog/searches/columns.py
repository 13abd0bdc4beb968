"""The columns of a list of licenses whose owner never chose. Pure."""

USUAL = (
    "serial_number", "product", "product_version", "order_number", "host_id", "quantity", "registered_at",
    "status",
)  # fmt: skip
"""Before the fields of their own that belong in the list; `contract.COLUMNS` says what each is called."""
