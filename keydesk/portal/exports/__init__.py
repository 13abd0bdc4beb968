"""The list of licenses as a file to take along: asked for, watched, downloaded."""
