"""What may go with what: slot templates for each seed taxonomy, their loader and their checker."""

from mappings.checker import Finding, MappingReport, check_mapping
from mappings.loader import MappingInvalid, SlotMapping, Template, load_mapping, parse_mapping

__all__ = [
    "Finding",
    "MappingInvalid",
    "MappingReport",
    "SlotMapping",
    "Template",
    "check_mapping",
    "load_mapping",
    "parse_mapping",
]
