"""Everything that computes: arrays in, arrays out. Knows no product id, no HTTP and no engine."""
