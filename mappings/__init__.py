"""What may go with what: slot templates for each seed taxonomy, their loader and their checker."""

from mappings.categories import Categories, Category
from mappings.checker import Finding, MappingReport, check_mapping
from mappings.loader import PACKAGED, MappingInvalid, load_mapping, parse_mapping
from mappings.mapping import WEARERS, SlotMapping, Template, Wearer

__all__ = [
    "PACKAGED",
    "WEARERS",
    "Categories",
    "Category",
    "Finding",
    "MappingInvalid",
    "MappingReport",
    "SlotMapping",
    "Template",
    "Wearer",
    "check_mapping",
    "load_mapping",
    "parse_mapping",
]
