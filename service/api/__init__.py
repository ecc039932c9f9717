"""REST v1: routes, schemas and problem+json."""
