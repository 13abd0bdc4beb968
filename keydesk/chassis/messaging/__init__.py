"""Facts and jobs: outbox, relay, bus, inbox, job factory, parked messages, sweeps."""
