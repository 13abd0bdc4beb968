"""Sessions: opened at login, looked up for every request, ended when anything says so."""
