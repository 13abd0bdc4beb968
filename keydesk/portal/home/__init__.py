"""The first page: for strangers the landing page, for people with an account what to do next."""
