"""A real Elasticsearch whose security is on: two keys, each for what it is for, over TLS that is checked."""
