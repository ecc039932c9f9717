"""Product indexes: one protocol, one engine a file, and the lifecycle that all engines share."""
