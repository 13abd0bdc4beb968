"""How Alembic runs licensing's migrations."""

from keydesk.chassis.migrations import run_env
from keydesk.services.licensing.models import METADATA

run_env(METADATA)
