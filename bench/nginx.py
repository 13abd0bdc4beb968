"""nginx as Debian packages it: what answers at once, and what a proxy costs at the least."""

import os
import shutil
from pathlib import Path

from keydesk.deploy.servers.ports import accepts
from keydesk.deploy.supervisor import Program

_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr error;
events {{ worker_connections 512; }}
http {{
  access_log off; default_type application/json; keepalive_requests 10000000;
  client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  {upstream}
  server {{ listen 127.0.0.1:{port}; location / {{ {action} }} }}
}}
"""


def answering(folder: Path, port: int, body: str) -> Program:
    """A room that answers every request with the same JSON."""
    return _nginx(folder, "nginx-room", port, f"return 200 '{body}';")


def proxying(folder: Path, port: int, room_port: int) -> Program:
    """A proxy in front of the room on ``room_port`` that keeps its connections to it."""
    upstream = f"upstream room {{ server 127.0.0.1:{room_port}; keepalive 32; }}"
    action = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://room;'
    return _nginx(folder, "nginx-proxy", port, action, upstream)


def _nginx(folder: Path, name: str, port: int, action: str, upstream: str = "") -> Program:
    """One process, which is what the gateway is too."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if program is None:
        raise RuntimeError("nginx is needed to compare with; install it with: apt-get install nginx-light")
    own = folder / name
    own.mkdir()
    configuration = own / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=own, port=port, action=action, upstream=upstream))
    command: list[str | Path] = [program, "-p", own, "-c", configuration]
    return Program(name, command, {"PATH": os.defpath}, ready=lambda: accepts(port))
