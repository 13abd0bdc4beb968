"""The mailbox in a browser. Everything in a message is a stranger's: escaped, or shut in a sandbox.

Only for this machine: requests that name another host are refused, so that no web page can read the mail by
pointing a name of its own at us.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader

from keydesk.deploy.mailbox.store import Mailbox, Message

HOSTS = ("127.0.0.1", "localhost")
MAILBOX = web.AppKey("mailbox", Mailbox)

_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
_MESSAGE_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:"
)
_templates = Environment(loader=PackageLoader("keydesk.deploy.mailbox"), autoescape=True)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mailbox_app(mailbox: Mailbox) -> web.Application:
    """The pages of ``mailbox``."""
    app = web.Application(middlewares=[_this_machine_only])
    app[MAILBOX] = mailbox
    app.add_routes(
        [
            web.get("/", _list_page),
            web.get("/style.css", _style),
            web.get("/livez", _livez),
            web.get("/messages", _list_json),
            web.get("/messages/{id}", _message_page),
            web.get("/messages/{id}/html", _message_html),
        ]
    )
    return app


@web.middleware
async def _this_machine_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.host.rpartition(":")[0] not in HOSTS:
        raise web.HTTPForbidden(text="This mailbox answers at 127.0.0.1 and localhost only.")
    response = await handler(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


async def _livez(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _list_page(request: web.Request) -> web.Response:
    return _page("list.html", messages=request.app[MAILBOX].newest_first())


async def _message_page(request: web.Request) -> web.Response:
    return _page("message.html", message=_message(request))


async def _message_html(request: web.Request) -> web.Response:
    html = _message(request).html
    if html is None:
        raise web.HTTPNotFound(text="This message has no HTML part.")
    # In a frame, a link would open inside it, which the portal refuses.
    shown = html.replace("<head>", '<head><base target="_blank">', 1)
    return web.Response(
        text=shown, content_type="text/html", headers={"Content-Security-Policy": _MESSAGE_POLICY}
    )


async def _list_json(request: web.Request) -> web.Response:
    found = request.app[MAILBOX].newest_first(request.query.get("to"))
    return web.json_response({"items": [_as_json(message) for message in found]})


async def _style(_request: web.Request) -> web.Response:
    return web.Response(text=_templates.get_template("style.css").render(), content_type="text/css")


def _message(request: web.Request) -> Message:
    message = request.app[MAILBOX].get(request.match_info["id"])
    if message is None:
        raise web.HTTPNotFound(text="There is no such message.")
    return message


def _page(template: str, **context: Any) -> web.Response:
    return web.Response(
        text=_templates.get_template(template).render(**context),
        content_type="text/html",
        headers={"Content-Security-Policy": _PAGE_POLICY},
    )


def _as_json(message: Message) -> dict[str, Any]:
    return asdict(message) | {"received_at": message.received_at.isoformat()}
