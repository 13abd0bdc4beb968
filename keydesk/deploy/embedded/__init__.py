"""The whole of Keydesk on one machine: servers, rooms, a mailbox and demo data, from one command."""

from keydesk.deploy.embedded.options import Broker, PortBusy, StackOptions, StackRuns
from keydesk.deploy.embedded.stack import EmbeddedStack

__all__ = ["Broker", "EmbeddedStack", "PortBusy", "StackOptions", "StackRuns"]
