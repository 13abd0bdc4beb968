"""Issued licenses: their files for those who may see them, their keys for the catalog."""
