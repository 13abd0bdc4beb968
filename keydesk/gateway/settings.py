"""What the gateway may be told by its environment."""

from pydantic import Field, field_validator

from keydesk.chassis.settings import RoomSettings
from keydesk.gateway.addresses import Network, parse_networks
from keydesk.gateway.limits.policies import Policies, parse_limits

MEBIBYTE = 1024 * 1024


class GatewaySettings(RoomSettings):
    """Settings of the public door (``KEYDESK_GATEWAY_…``, else ``KEYDESK_…``). Times in seconds."""

    trusted_proxies: str = ""
    """Networks of front proxies whose ``X-Forwarded-For`` counts: ``10.0.0.0/8,fd00::/8``. Empty: none."""
    session_idle: int = Field(default=30 * 60, ge=1)
    """A session ends when it was not used for so long."""
    session_lifetime: int = Field(default=12 * 3600, ge=1)
    """A session ends so long after login, used or not."""
    token_check_lifetime: int = Field(default=30, ge=1, le=30)
    """For how long an API token that accounts has checked is believed without asking again."""
    limits: str = ""
    """Limits in place of the table's, by name: ``sessions=30/300,account=1200/60`` (requests/seconds)."""
    upstream_timeout: float = Field(default=30.0, gt=0)
    """How long a room may be silent before its request is given up."""
    max_body_bytes: int = Field(default=32 * MEBIBYTE, ge=1024)
    event_streams_per_account: int = Field(default=8, ge=1)
    """Open event streams of one account in one gateway process."""
    heartbeat: float = Field(default=15.0, gt=0)
    """Between two comments that keep an event stream alive through proxies."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks_can_be_read(cls, value: str) -> str:
        parse_networks(value)
        return value

    @field_validator("limits")
    @classmethod
    def _limits_can_be_read(cls, value: str) -> str:
        parse_limits(value)
        return value

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """``trusted_proxies``, read."""
        return parse_networks(self.trusted_proxies)

    @property
    def policies(self) -> Policies:
        """The table of limits with ``limits`` applied."""
        return Policies(parse_limits(self.limits))

    @property
    def is_https(self) -> bool:
        """Whether people reach the gateway over TLS; then cookies are Secure and HSTS is sent."""
        return self.public_url.startswith("https://")
