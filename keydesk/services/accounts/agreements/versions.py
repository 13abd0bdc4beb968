"""The versions of the user agreement, as data. The text is English here and translated when it is shown.

A published version is never edited, since people accepted these very words: a change is a new version,
added to `AGREEMENTS`. Which one is in force is a setting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from keydesk.chassis.i18n import N_


@dataclass(frozen=True)
class Section:
    """One numbered part of an agreement."""

    heading: str
    text: str


@dataclass(frozen=True)
class Agreement:
    """One version of the user agreement; every text is marked for translation."""

    version: str
    published_on: date
    title: str
    intro: str
    sections: Sequence[Section]


_FIRST = Agreement(
    version="2026-01",
    published_on=date(2026, 1, 15),
    title=N_("User Agreement of the Licensing Portal"),
    intro=N_(
        "This agreement is between you, together with the company for which you use this portal, and the "
        "company that runs it and sells you its software (“we”). It covers your account and what you do "
        "here. It does not replace the license terms of any product. Please read it to its end before you "
        "accept it."
    ),
    sections=(
        Section(
            N_("Who may have an account"),
            N_(
                "You may have an account if you look after software licenses for your company, or for "
                "yourself. You confirm that your company allows you to do so, that what you told us when "
                "you signed up is true, and that you will keep it up to date. An account belongs to one "
                "person. Colleagues who need access have accounts of their own."
            ),
        ),
        Section(
            N_("Keeping your account safe"),
            N_(
                "Choose a password that you use nowhere else, and tell nobody what it is; we never ask you "
                "for it. API tokens act in your name, so keep them as safe as your password and revoke "
                "those that you no longer need. If you think that somebody else has used your account, "
                "change your password and tell us at once."
            ),
        ),
        Section(
            N_("Serial numbers and license keys"),
            N_(
                "Register only serial numbers that your company bought or that it may register for someone "
                "else. A license key is for the product, the quantity and, where the product asks for it, "
                "the host that you name. Do not publish license keys or license files, and do not pass them "
                "on to anyone whom the license terms do not cover. What you may do with a product is set "
                "out in its own license terms, and they prevail where the two differ."
            ),
        ),
        Section(
            N_("What you must not do"),
            N_(
                "Do not guess serial numbers, try to reach what belongs to other customers, get round "
                "limits of the portal, or load it in a way that disturbs others. You may test how safe your "
                "own account is, but never at the expense of others. Programs may use the portal through "
                "its API, within the limits that the API states."
            ),
        ),
        Section(
            N_("Your data"),
            N_(
                "We keep your name, company, address, phone number and email addresses, what you registered, "
                "and a record of what was done with your account and when. We use this to issue licenses, "
                "to tell you about them, to help you, and to protect both of us against misuse. We do not "
                "sell it. You may see and correct your details at any time, and ask us to erase them; what "
                "the law or the proof of an issued license requires, we keep for as long as that lasts."
            ),
        ),
        Section(
            N_("Messages from us"),
            N_(
                "We send emails that belong to the service: to verify an address, to confirm a registration, "
                "and to warn you when something about your account changes. You may name an additional "
                "address, such as that of a team, to receive confirmations as well. Its owner has to agree "
                "first."
            ),
        ),
        Section(
            N_("Availability and liability"),
            N_(
                "We run the portal with care, and may interrupt it for maintenance or change how it works. "
                "Licenses that were issued stay valid while it is away. We are liable without limit for "
                "intent and gross negligence and wherever the law does not allow a limit. Otherwise our "
                "liability for the portal itself is limited to damage that one could typically foresee."
            ),
        ),
        Section(
            N_("Changes and the end of this agreement"),
            N_(
                "When this agreement changes, we ask you to accept the new version the next time you log "
                "in. You may end the agreement at any time by asking us to close your account; licenses of "
                "your company are not affected. We may suspend an account that breaks this agreement, and "
                "will tell you why. If a part of the agreement does not hold, the rest still does."
            ),
        ),
    ),
)

AGREEMENTS: Mapping[str, Agreement] = {agreement.version: agreement for agreement in (_FIRST,)}
"""Every version that was ever in force."""

LATEST = _FIRST.version
