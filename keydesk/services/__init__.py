"""The services: each owns its data, and knows another only by its contract."""
