"""Tests: unit, contract, integration, end-to-end, fault."""
