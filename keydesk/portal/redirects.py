"""Redirects after a form was sent (POST → redirect → GET), so that reloading repeats nothing."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse


def to(path: str, **parameters: str | None) -> RedirectResponse:
    """See ``path``, a path of ours, with ``parameters`` in its query (those that are None left out)."""
    given = urlencode({name: value for name, value in parameters.items() if value is not None})
    return RedirectResponse(f"{path}?{given}" if given else path, status_code=303)
