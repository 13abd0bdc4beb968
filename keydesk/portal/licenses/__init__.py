"""Manage my licenses: the License Catalog and one license's details (guide: License Key Details)."""
