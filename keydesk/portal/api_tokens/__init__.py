"""Tokens with which programs use the API in my name."""
