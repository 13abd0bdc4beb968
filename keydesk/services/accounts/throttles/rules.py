"""How long one waits after so many tries in a row. Pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Policy:
    """After ``free_tries`` each further try costs a wait, twice as long as the one before."""

    free_tries: int
    first_wait: timedelta
    longest_wait: timedelta
    forgotten_after: timedelta
    """Without a try for so long, counting starts afresh."""

    def wait_after(self, tries: int) -> timedelta:
        """The wait before another try, once ``tries`` were made in a row; zero while they are free."""
        beyond = tries - self.free_tries
        if beyond < 0:
            return timedelta(0)
        doubled: int = 2 ** min(beyond, 32)
        return min(self.first_wait * doubled, self.longest_wait)


LOGIN = Policy(
    free_tries=5,
    first_wait=timedelta(seconds=15),
    longest_wait=timedelta(minutes=15),
    forgotten_after=timedelta(hours=12),
)
"""Passwords tried for one login ID: about a hundred guesses a day, whoever makes them."""

MAIL = Policy(
    free_tries=10,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    forgotten_after=timedelta(hours=2),
)
"""Emails to one address that somebody who is not logged in asked for."""
