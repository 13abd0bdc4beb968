"""Which emails there are: written down when a fact asks for one, listed for support staff."""
