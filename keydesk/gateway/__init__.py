"""The one door: sessions, tokens, limits, routes, live progress. No business rule, no database."""
