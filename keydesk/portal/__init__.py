"""The web pages in ten languages. It holds no rule and no fact that no API has."""
