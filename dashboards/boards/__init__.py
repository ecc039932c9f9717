"""One board a module, but for shoppers.py, which has rows of Outfits; what they build lies beside them as JSON."""
