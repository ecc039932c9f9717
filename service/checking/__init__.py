"""Behavioural checks: what a bundle does over a home's catalogue, asked as a request asks, held against limits."""
