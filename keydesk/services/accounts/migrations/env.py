"""The Alembic environment of accounts."""

from keydesk.chassis.migrations import run_env
from keydesk.services.accounts.models import METADATA

run_env(METADATA)
