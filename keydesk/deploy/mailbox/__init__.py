"""A mail server that delivers to nobody: it keeps what it is given and shows it in a browser.

For the local stack, demos and tests. ``python -m keydesk.deploy.mailbox`` runs it; what it shows is at ``/``
for people and at ``/messages`` as JSON.
"""
