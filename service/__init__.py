"""Everything that talks: HTTP, index engines, feeds and the command line."""
