"""Redis scripts (Lua): what must happen in one step, for the gateway's processes and its consumers alike."""

from importlib.resources import files

NAMES = ("admit", "open_session", "end_session", "refresh_account", "keep_token", "begin_view", "end_view")

SCRIPTS = {name: (files(__package__) / f"{name}.lua").read_text() for name in NAMES}
"""Each script's text by its name."""
