"""The public halves of the keys that sign license files, for whoever verifies one."""
