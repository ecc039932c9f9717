"""From a shop's feed to the record, and from the record to bundles: the offline door into `model`."""
