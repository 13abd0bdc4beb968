"""Adding licenses to my catalog that nobody registered yet."""
