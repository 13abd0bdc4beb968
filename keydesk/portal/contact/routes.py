"""The page of contact details; for everybody, logged in or not."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.chassis.i18n import Text
from keydesk.portal.contact.contacts import NAMES, Contacts
from keydesk.portal.reader import CurrentReader
from keydesk.portal.rendering import render

router = APIRouter()


@router.get("/contact")
def show_contacts(request: Request, reader: CurrentReader) -> Response:
    """How to reach support in each region."""
    contacts: Contacts = request.app.state.contacts
    shown = [
        {
            "id": each.region,
            "name": Text(NAMES[each.region]).to(reader.language),
            "email": each.email,
            "calls": each.calls,
            "opens": each.hours[0],
            "closes": each.hours[1],
            "zone": each.time_zone.replace("_", " "),
            "languages": ", ".join(each.languages_in(reader.language)),
        }
        for each in contacts.regions
    ]
    return render(request, "contact/contact.html", regions=shown)
