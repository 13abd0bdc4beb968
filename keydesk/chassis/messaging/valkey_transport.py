"""How a worker waits for jobs on Valkey, so that it also looks for jobs whose worker died."""

from kombu.transport import redis


class Transport(redis.Transport):  # type: ignore[misc] # Kombu has no types
    """Kombu's, which waits on the server for longer than the worker's loop waits for an answer (2 s).

    A loop that ends without any answer, and only such a one, gives out again what nobody acknowledged in
    time. Kombu's own wait of one second has an answer ready each time, "nothing": a job that was taken along
    by a killed worker was found when a worker started, and never after.
    """

    brpop_timeout = 5
