"""Files that a service gives and the browser saves."""

from starlette.responses import Response

from keydesk.portal.api import ApiAnswer


def passed_on(answer: ApiAnswer) -> Response:
    """A service's file as it came, under the name that the service gave it."""
    names = ("content-type", "content-disposition")
    headers = {name: answer.headers[name] for name in names if name in answer.headers}
    return Response(answer.content, headers=headers)
