"""What somebody may do with a license; licensing asks before it hands out a license file."""
