"""One account as staff see it, and unlocking it. Who may is the API's decision."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from keydesk.chassis.i18n import Text
from keydesk.chassis.ids import id_type
from keydesk.portal.addresses import countries, country_of
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.customer_types import CUSTOMER_TYPES
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.reader import CurrentPerson, reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/staff/accounts")

ACCOUNTS = "/api/v1/staff/accounts"

AccountId = Annotated[str, Path(), id_type("acc")]


@router.get("/{account_id}")
def show_account(request: Request, _: CurrentPerson, api: CurrentApi, account_id: AccountId) -> Response:
    """An account, whole."""
    return account_page(request, api, account_id)


@router.post("/{account_id}/unlock")
def unlock(
    request: Request, _: CurrentPerson, api: CurrentApi, account_id: AccountId, typed: TypedForm
) -> Response:
    """Have wrong passwords forgotten, and show the account again."""
    try:
        api.post("accounts", f"{ACCOUNTS}/{account_id}/unlock", json={"reason": typed.get("reason", "")})
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        return account_page(request, api, account_id, unlocking=Form(typed, problem))
    return to(f"/staff/accounts/{account_id}", done="account-unlocked")


def account_page(
    request: Request,
    api: Api,
    account_id: str,
    *,
    unlocking: Form | None = None,
    viewing: Form | None = None,
) -> Response:
    """The page of an account, with what was wrong with the form that was sent."""
    form = unlocking or viewing or Form()
    account = api.get("accounts", f"{ACCOUNTS}/{account_id}").body
    country = country_of(countries(api), account["country"])
    kind = CUSTOMER_TYPES.get(account["customer_type"])
    return render(
        request,
        "staff/account.html",
        status=form.status,
        account=account,
        country=country["name"] if country else account["country"],
        customer_type=Text(kind).to(reader_of(request).language) if kind else account["customer_type"],
        form=form,
        unlocking=unlocking or Form(),
        viewing=viewing or Form(),
    )
