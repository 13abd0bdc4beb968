"""How Alembic runs the migrations of notifications."""

from keydesk.chassis.migrations import run_env
from keydesk.services.notifications.models import METADATA

run_env(METADATA)
