"""An account as staff see it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from keydesk.services.accounts.contract import AccountStatus


class StaffAccount(BaseModel):
    """One account of the list."""

    id: str
    login_id: str
    email: str
    name: str
    company_name: str
    status: AccountStatus
    verified: bool
    roles: list[Literal["customer", "support", "operator"]]
    country: str
    created_at: datetime
