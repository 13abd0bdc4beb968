"""What a service tells the gateway for its documentation is what `keydesk openapi` reads in the code."""

import pytest

from keydesk.chassis.http.app import openapi_of
from keydesk.rooms import room
from tests.conftest import ClientOf, SettingsOf
from tests.identities import KeyRing, a_caller


@pytest.mark.feature("B1")
def test_a_service_tells_its_document_to_the_gateway_and_to_nobody_else(
    settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing
) -> None:
    client = client_of(settings_of("catalog"))

    told = client.get("/internal/openapi.json", headers=ring.service_headers("gateway", "catalog"))
    portal = client.get("/internal/openapi.json", headers=ring.service_headers("portal", "catalog"))
    person = client.get(
        "/internal/openapi.json", headers=ring.headers(a_caller("acc_1", roles=("operator",)), "catalog")
    )

    blank = room("catalog").create_app(room("catalog").settings.model_construct(room="catalog"))
    assert told.json() == openapi_of(blank)  # type: ignore[arg-type]  # every service is a FastAPI
    assert (portal.status_code, person.status_code) == (403, 403)
