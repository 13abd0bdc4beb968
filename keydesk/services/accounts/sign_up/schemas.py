"""The sign-up form (guide, “Create an Account”)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from keydesk.services.accounts.agreements.schemas import Version
from keydesk.services.accounts.people.schemas import (
    EmailText,
    Language,
    LoginText,
    PasswordText,
    PersonFields,
)


class SignUpForm(PersonFields):
    """What a person fills in before the user agreement is shown."""

    email: EmailText = Field(examples=["anna.lindqvist@lindqvist.example"])
    email_repeated: EmailText
    additional_email: EmailText | None = Field(
        None, description="Receives confirmations too, once it is confirmed"
    )
    additional_email_repeated: EmailText | None = None
    login_id: LoginText | None = Field(None, description="Default: the email address")
    password: PasswordText
    password_repeated: PasswordText
    language: Language | None = Field(None, description="Default: the language of the request")


class AcceptedAgreement(BaseModel):
    """The user agreement as it was read to its end."""

    model_config = ConfigDict(extra="forbid")

    version: Version
    accepted: Literal[True]


class SignUp(SignUpForm):
    """The form and the accepted agreement."""

    agreement: AcceptedAgreement


class VerificationSent(BaseModel):
    """The same for everyone: the owner of the address is told by email what comes next."""

    status: Literal["verification_sent"] = "verification_sent"
    email: Annotated[str, Field(examples=["anna.lindqvist@lindqvist.example"])]
