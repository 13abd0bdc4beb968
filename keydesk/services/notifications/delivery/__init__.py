"""How one email is sent: claimed, composed, handed to the mail server, and what came of it."""
