"""Things that a process makes once from its settings and then keeps: keys, ciphers, clients."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from keydesk.chassis.settings import RoomSettings

Resource = TypeVar("Resource")


class Resources:
    """One of each resource per process, made on first use. Thread-safe."""

    def __init__(self, settings: RoomSettings) -> None:
        self.settings = settings
        self._made: dict[Any, Any] = {}
        self._lock = threading.RLock()

    def get(self, factory: Callable[[Any], Resource]) -> Resource:
        """What ``factory(settings)`` makes; the same object every time."""
        with self._lock:
            if factory not in self._made:
                self._made[factory] = factory(self.settings)
            made: Resource = self._made[factory]
            return made

    def put(self, factory: Callable[[Any], Resource], made: Resource) -> None:
        """Use ``made`` where ``factory`` would have been called (a fake in a test)."""
        with self._lock:
            self._made[factory] = made


def resource(factory: Callable[[Any], Resource]) -> Any:
    """A FastAPI dependency: ``cipher: Annotated[KeyCipher, resource(KeyCipher.from_settings)]``."""
    from fastapi import Depends, Request  # noqa: PLC0415 - background processes never load a web framework

    def get(request: Request) -> Resource:
        resources: Resources = request.app.state.resources
        return resources.get(factory)

    return Depends(get)
