"""Creating an account: the form, the agreement, the message that a link is on its way."""
