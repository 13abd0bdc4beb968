"""Access rules: each route declares who may call it, and a route that declares nothing stops the start.

>>> @router.post("/registrations")
... def start(caller: Annotated[Caller, Depends(accounts("licenses:write"))]) -> ...: ...

These rules decide by *who* calls (kind, role, scope). What a caller may do with one license or one
registration is decided in the use case, where the data is.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant

from keydesk.chassis.identity import HEADER, Caller, IdentityRefused, IdentityVerifier
from keydesk.chassis.problems import (
    AgreementDue,
    EmailNotVerified,
    Forbidden,
    InPersonOnly,
    Problem,
    ScopeMissing,
    Unauthenticated,
    ViewOnly,
)
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Access:
    """A dependency that admits a caller or refuses. Compare the named makers below."""

    anonymous: bool = False
    scope: str | None = None
    roles: frozenset[str] = frozenset()
    """At least one of these; empty admits every role."""
    services: frozenset[str] = frozenset()
    """Rooms that may call; such a route is internal and no person may."""
    verified: bool = False
    agreed: bool = False
    in_person: bool = False
    """Not for whoever views the portal as the account."""

    def __call__(self, request: Request) -> Caller:
        """The caller, if this rule admits it."""
        caller = identify(request)
        if self.services:
            if caller.kind != "service" or caller.service not in self.services:
                raise Forbidden
            return caller
        if caller.kind == "service":
            raise Forbidden
        self._refuse_viewers(caller, request.method)
        if self.anonymous:
            return caller
        if caller.kind != "account":
            raise Unauthenticated
        self._refuse_accounts(caller)
        return caller

    def _refuse_viewers(self, caller: Caller, method: str) -> None:
        """Who views the portal as somebody else only looks. The gateway sees to it; no room trusts that."""
        if caller.in_person:
            return
        if method not in SAFE_METHODS:
            raise ViewOnly
        if self.in_person:
            raise InPersonOnly

    def _refuse_accounts(self, caller: Caller) -> None:
        if self.scope is not None and not caller.has_scope(self.scope):
            raise ScopeMissing(scope=self.scope)
        if self.roles and not (self.roles & caller.roles):
            raise Forbidden
        if self.verified and not caller.verified:
            raise EmailNotVerified
        if self.agreed and not caller.agreed:
            raise AgreementDue

    def problems(self) -> tuple[type[Problem], ...]:
        """The problems with which this rule can refuse, for the documentation."""
        if self.services:
            return (Unauthenticated, Forbidden)
        if self.anonymous:
            return (Unauthenticated, Forbidden)
        found: list[type[Problem]] = [Unauthenticated, Forbidden]
        if self.scope is not None:
            found.append(ScopeMissing)
        if self.verified:
            found.append(EmailNotVerified)
        if self.agreed:
            found.append(AgreementDue)
        if self.in_person:
            found.append(InPersonOnly)
        return tuple(found)

    def documented(self) -> dict[str, Any]:
        """This rule as members of an OpenAPI operation: how to prove oneself, and the roles it takes."""
        if self.anonymous:
            return {"security": []}
        found: dict[str, Any] = {"security": [{"session": []}, {"token": [self.scope] if self.scope else []}]}
        return {**found, "x-roles": sorted(self.roles)} if self.roles else found


def anyone() -> Access:
    """Everybody, logged in or not (the request still comes through the gateway)."""
    return Access(anonymous=True)


def accounts(scope: str, *, verified: bool = False, agreed: bool = False, in_person: bool = False) -> Access:
    """Any account whose session or token covers ``scope``; ``in_person``: and nobody who views as it."""
    return Access(scope=scope, verified=verified, agreed=agreed, in_person=in_person)


def staff(*roles: str, scope: str) -> Access:
    """Accounts that have one of ``roles`` (``support``, ``operator``) and ``scope``."""
    return Access(scope=scope, roles=frozenset(roles))


def services(*names: str) -> Access:
    """Only these rooms, in their own name."""
    return Access(services=frozenset(names))


def access_of(dependant: Dependant) -> Access | None:
    """The access rule among a route's dependencies, if it declares one."""
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Access):
            return dependency.call
        nested = access_of(dependency)
        if nested is not None:
            return nested
    return None


def identify(request: Request) -> Caller:
    """The request's verified identity; raises `Unauthenticated` where there is none that holds."""
    known = getattr(request.state, "caller", None)
    if isinstance(known, Caller):
        return known
    verifier: IdentityVerifier = request.app.state.verifier
    token = request.headers.get(HEADER)
    if token is None:
        raise Unauthenticated
    try:
        caller = verifier.verify(token)
    except IdentityRefused as refusal:
        log.warning("identity_refused", reason=str(refusal))
        raise Unauthenticated from None
    request.state.caller = caller
    return caller
