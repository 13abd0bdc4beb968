"""What a page says after a redirect, by a code in its address (``?done=saved``): no state is kept for it."""

from collections.abc import Mapping

from keydesk.chassis.i18n import N_

NOTICES: Mapping[str, str] = {
    "saved": N_("Your changes are saved."),
    "logged-out": N_("You are logged out. See you soon."),
    "password-changed": N_("Your password is changed. Other devices were logged out."),
    "password-reset": N_("Your new password is set. Log in with it now."),
    "email-pending": N_(
        "Saved. We sent a link to your new email address; it counts once you have opened the link."
    ),
    "additional-email-pending": N_(
        "Saved. We sent a link to the additional email address; it gets messages once the link was opened."
    ),
    "agreement-accepted": N_("Thank you. You accepted the user agreement."),
    "email-queued": N_("The email is queued and sent again. Look again in a moment to see what came of it."),
    "field-added": N_("The field is added. You find it on the page of each of your licenses."),
    "field-deleted": N_("The field is deleted, with what it said of your licenses."),
    "comment-added": N_("Your comment is added."),
    "columns-chosen": N_("The list has the columns that you chose."),
    "search-saved": N_("The search is kept. You find it above the list."),
    "search-removed": N_("The search is removed."),
    "token-revoked": N_("The token no longer works."),
    "request-made": N_("Support has your request. You get an email when something happens to it."),
    "request-withdrawn": N_("The request is withdrawn."),
    "request-taken": N_("You take care of this request now."),
    "request-returned": N_("The request is back in the queue."),
    "request-handed-over": N_("A colleague takes care of the request now."),
    "request-approved": N_("The request is approved and carried out now."),
    "request-approved-first": N_("Your approval is kept. A second person has to approve as well."),
    "view-saved": N_("The view is kept. You find it above the queue."),
    "view-removed": N_("The view is removed."),
    "requests-approved": N_("The chosen requests are approved. See below what still waits."),
    "requests-approved-first": N_(
        "Your approvals are kept. Where two people have to approve, a second person has to as well."
    ),
    "request-rejected": N_("The request is rejected, and the requester gets your reason."),
    "account-unlocked": N_("Wrong passwords are forgotten. The person can log in at once."),
    "file-attached": N_("The file is on the request."),
    "viewing-stopped": N_("You are yourself again."),
    "message-sent": N_("Your message is sent."),
    "shared": N_("The licenses are shared, and the other person gets an email."),
    "share-removed": N_("These licenses are no longer shared, and the other person gets an email."),
    "share-hidden": N_("Hidden here. You can still see and use the licenses."),
    "share-in-sight": N_("It is in sight again."),
    "customer-number-added": N_("The customer number is added to your account."),
    "customer-number-removed": N_("The customer number is removed from your account."),
    "license-moved": N_("The license is at its new address."),
    "addition-removed": N_("The license is no longer in your catalog."),
    "sign-up-declined": N_(
        "You declined the agreement, so no account was made, and what you had typed is deleted."
    ),
    "sign-up-expired": N_("Your entries were kept for 30 minutes and are deleted now. Please start again."),
}
