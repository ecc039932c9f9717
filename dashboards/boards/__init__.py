"""One board a module; what it builds lies beside it as JSON."""
