"""Whether what is asked and generated is still like what the bundle was made for.

window.py    what came in the last requests: an observer fills it
judging.py   a full window beside its reference; needs the [drift] extra
keeping.py   windows and references as the home keeps them
monitor.py   the observer: collects on the event loop, judges in a thread of its own
hook.py      a command or an address that is told
metrics.py   what Prometheus is told
"""
