"""Live progress: facts become events of the accounts that they concern, streamed to whoever listens (SSE)."""
