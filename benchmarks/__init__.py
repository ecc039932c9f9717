"""How fast Kitsune is, against named references; README.md says how to run each script and what it shows."""
