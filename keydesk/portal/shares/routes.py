"""The pages of sharing: what I share, choosing what to share, and what others share with me."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi import Form as FormInput
from starlette.responses import Response

from keydesk.chassis.ids import id_type
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render
from keydesk.portal.shares.entries import Sent, last_day_of, values_of, with_chosen

router = APIRouter(prefix="/shares")

SHARES = "/api/v1/shares"
PER_PAGE = 50
NUMBERS_PER_PAGE = 500
"""As many as one share takes."""
MOST_FIELDS = 2_000
"""Above the customer numbers and licenses of one share."""

ShareId = Annotated[str, Path(), id_type("shr")]
Word = Annotated[str | None, Query(max_length=512)]


async def _sent(request: Request) -> Sent:
    form = await request.form(max_fields=MOST_FIELDS)
    return Sent.of([(name, value) for name, value in form.multi_items() if isinstance(value, str)])


SentForm = Annotated[Sent, Depends(_sent)]


@router.get("")
def show_shares(request: Request, _: CurrentPerson, api: CurrentApi, cursor: Word = None) -> Response:
    """What I share, and the first step of sharing more: with whom."""
    return _shares_page(request, api, Form(), cursor=cursor)


@router.get("/new")
def choose(
    *,
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    login_id: Word = None,
    license: Annotated[str | None, Query(pattern=r"^(lic_[0-9a-z]{26})?$")] = None,
    cursor: Word = None,
) -> Response:
    """The second step: what to share, how far, and until when."""
    if not (login_id or "").strip():
        return _shares_page(request, api, Form({"license": license}))
    try:
        recipient = _recipient(api, login_id)
    except ApiProblem as problem:
        if problem.status not in (404, 422):
            raise
        return _shares_page(request, api, Form({"login_id": login_id, "license": license}, problem))
    values = {"license": license, "license_ids": [license] if license else [], "once": _once()}
    return _choice_page(request, api, recipient, Form(values), cursor=cursor)


@router.post("")
def share(request: Request, _: CurrentPerson, api: CurrentApi, sent: SentForm) -> Response:
    """Share what was chosen, once however often the button is pressed."""
    recipient = _recipient(api, sent.text("login_id"))
    if sent.text("action") in ("all", "none"):
        return _chosen_anew(request, api, recipient, sent)
    body = {**sent.body(), "login_id": recipient["login_id"]}
    try:
        api.post("catalog", SHARES, json=body, headers={"idempotency-key": sent.text("once") or _once()})
    except ApiProblem as problem:
        if problem.status not in (409, 422, 429):
            raise
        return _choice_page(request, api, recipient, Form(sent.values(), problem))
    return to("/shares", done="shared")


@router.get("/received")
def show_received(
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    *,
    hidden: Annotated[str | None, Query(pattern="^(true)?$")] = None,
    cursor: Word = None,
) -> Response:
    """What others share with me, by who does."""
    asked = {"hidden": "true" if hidden else "false"}
    params = {**asked, "limit": PER_PAGE, "cursor": cursor}
    page = api.get("catalog", f"{SHARES}/received", params=params).body
    return render(
        request,
        "shares/received.html",
        page=page,
        sharers=_by_sharer(page["items"]),
        hidden=bool(hidden),
        kept={"hidden": "true" if hidden else None},
        is_first=cursor is None,
    )


@router.post("/received/{share_id}/hidden")
def hide_received(
    _: CurrentPerson, api: CurrentApi, share_id: ShareId, hidden: Annotated[str, FormInput()] = "yes"
) -> Response:
    """Put a share out of my sight, or back."""
    api.put("catalog", f"{SHARES}/received/{share_id}/hidden", json={"hidden": hidden == "yes"})
    done = "share-hidden" if hidden == "yes" else "share-in-sight"
    return to("/shares/received", done=done)


@router.get("/{share_id}/edit")
def edit(
    request: Request, _: CurrentPerson, api: CurrentApi, share_id: ShareId, cursor: Word = None
) -> Response:
    """A share in the form it was made with."""
    answer = api.get("catalog", f"{SHARES}/{share_id}")
    form = Form({**values_of(answer.body), "etag": answer.headers.get("etag", "")})
    return _choice_page(request, api, answer.body["recipient"], form, share=answer.body, cursor=cursor)


@router.post("/{share_id}/edit")
def save(request: Request, _: CurrentPerson, api: CurrentApi, share_id: ShareId, sent: SentForm) -> Response:
    """Save what was changed, unless it was changed elsewhere since the form was opened."""
    path = f"{SHARES}/{share_id}"
    answer = api.get("catalog", path)
    found = answer.body
    if sent.text("action") in ("all", "none"):
        return _chosen_anew(request, api, found["recipient"], sent, share=found)
    body = sent.body(shown_last_day=last_day_of(found["ends_at"]))
    headers = {"if-match": sent.text("etag")} if sent.text("etag") else None
    try:
        api.patch("catalog", path, json=body, headers=headers)
    except ApiProblem as problem:
        if problem.status not in (409, 412, 422, 429):
            raise
        # Whoever saves again has seen that it was changed elsewhere.
        form = Form({**sent.values(), "etag": answer.headers.get("etag", "")}, problem)
        return _choice_page(request, api, found["recipient"], form, share=found)
    return to("/shares", done="saved")


@router.get("/{share_id}/remove")
def ask_to_remove(request: Request, _: CurrentPerson, api: CurrentApi, share_id: ShareId) -> Response:
    """What removing would do, before it is done."""
    return render(request, "shares/remove.html", share=api.get("catalog", f"{SHARES}/{share_id}").body)


@router.post("/{share_id}/remove")
def remove(_: CurrentPerson, api: CurrentApi, share_id: ShareId) -> Response:
    """Share this no longer."""
    api.delete("catalog", f"{SHARES}/{share_id}")
    return to("/shares", done="share-removed")


def _shares_page(request: Request, api: Api, form: Form, *, cursor: str | None = None) -> Response:
    page = api.get("catalog", SHARES, params={"limit": PER_PAGE, "cursor": cursor}).body
    return render(
        request, "shares/list.html", status=form.status, page=page, form=form, is_first=cursor is None
    )


def _choice_page(
    request: Request,
    api: Api,
    recipient: Mapping[str, Any],
    form: Form,
    *,
    share: Mapping[str, Any] | None = None,
    cursor: str | None = None,
) -> Response:
    params = {"limit": NUMBERS_PER_PAGE, "cursor": cursor}
    offered = api.get("catalog", f"{SHARES}/customer-numbers", params=params).body
    license = _single(api, form.value("license"))
    return render(
        request,
        "shares/choice.html",
        status=form.status,
        recipient=recipient,
        share=share,
        form=form,
        offered=with_chosen(offered["items"], form.values.get("customer_numbers", ())),
        # A page that answers a POST has no address of its own to go on from.
        next_cursor=offered["next_cursor"] if request.method == "GET" else None,
        is_first=cursor is None,
        singles=[*(share["licenses"] if share else ()), *([license] if license else ())],
    )


def _chosen_anew(
    request: Request,
    api: Api,
    recipient: Mapping[str, Any],
    sent: Sent,
    *,
    share: Mapping[str, Any] | None = None,
) -> Response:
    """The form with every customer number chosen, or none; for browsers without choices.js."""
    chosen: list[str] = []
    if sent.text("action") == "all":
        params = {"limit": NUMBERS_PER_PAGE}
        offered = api.get("catalog", f"{SHARES}/customer-numbers", params=params).body["items"]
        chosen = [each["customer_number"] for each in offered]
    return _choice_page(
        request, api, recipient, Form({**sent.values(), "customer_numbers": chosen}), share=share
    )


def _recipient(api: Api, login_id: str | None) -> dict[str, Any]:
    params = {"login_id": login_id}
    return dict(api.get("catalog", f"{SHARES}/recipients", params=params).body)


def _single(api: Api, license_id: str) -> dict[str, Any] | None:
    """The license that sharing began at, as a choice; none where it is not the reader's to share."""
    if not license_id:
        return None
    found = api.get("catalog", f"/api/v1/catalog/licenses/{license_id}").body
    if "share" not in found["options"]:
        return None
    return {"id": found["id"], "serial_number": found["serial_number"], "product": found["product"]["name"]}


def _by_sharer(shares: Sequence[dict[str, Any]]) -> Sequence[tuple[dict[str, Any], list[dict[str, Any]]]]:
    sharers: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for share in shares:
        sharers.setdefault(share["from"]["account_id"], (share["from"], []))[1].append(share)
    return list(sharers.values())


def _once() -> str:
    """A key for one page of the form: sent twice, it shares once."""
    return secrets.token_urlsafe(16)
