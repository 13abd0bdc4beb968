"""The names of exchanges, queues and streams, so that several stacks can share one broker."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Everything on the broker begins with ``prefix``."""

    prefix: str = "keydesk"

    @property
    def events(self) -> str:
        """The topic exchange, or the stream, of facts."""
        return f"{self.prefix}.events"

    @property
    def dead(self) -> str:
        """The exchange of dead letters."""
        return f"{self.prefix}.dead"

    def queue(self, name: str) -> str:
        """The queue of a consumer or of a kind of work: ``licensing.issuance``."""
        return f"{self.prefix}.{name}"

    def dead_queue(self, name: str) -> str:
        """Where what kills its reader again and again ends up."""
        return f"{self.prefix}.{name}.dead"
