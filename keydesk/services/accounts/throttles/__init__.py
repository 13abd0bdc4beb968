"""Counters that slow down guessing and mail floods, kept in the database."""
