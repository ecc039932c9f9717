"""An evaluation as files for people: a report with pictures, and a page on which looks are rated blind."""
