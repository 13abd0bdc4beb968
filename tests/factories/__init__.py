"""Factories: valid things with one call, each field to be overridden."""
