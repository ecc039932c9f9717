"""A real Elasticsearch for tests, and for people without Docker: `make elasticsearch`."""
