"""Telling people: emails and their delivery. Decides nothing."""
