"""What was sold, told to the catalog: which serial numbers there are, and whose order is whose."""
