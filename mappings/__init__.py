"""What may go with what: slot templates for each seed taxonomy, their loader, their checker and their miner."""

from mappings.categories import Categories, Category
from mappings.checker import Finding, MappingReport, check_mapping
from mappings.loader import PACKAGED, MappingInvalid, load_mapping, parse_mapping
from mappings.mapping import WEARERS, SlotMapping, Template, Wearer
from mappings.miner import Allowed, Mined, Outfit, Score, allowed, as_yaml, mine, popular, score

__all__ = [
    "PACKAGED",
    "WEARERS",
    "Allowed",
    "Categories",
    "Category",
    "Finding",
    "MappingInvalid",
    "MappingReport",
    "Mined",
    "Outfit",
    "Score",
    "SlotMapping",
    "Template",
    "Wearer",
    "allowed",
    "as_yaml",
    "check_mapping",
    "load_mapping",
    "mine",
    "parse_mapping",
    "popular",
    "score",
]
