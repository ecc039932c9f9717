"""Shoppers by the hundred: Locust users, what they ask for, and the thresholds that say whether a run was good.

`locustfile`, `seeds`, `corrupt` and `thresholds` need Locust and nothing of Kitsune's: they run from a mounted folder.
"""
