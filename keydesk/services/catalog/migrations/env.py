"""The catalog's Alembic environment."""

from keydesk.chassis.migrations import run_env
from keydesk.services.catalog.models import METADATA

run_env(METADATA)
