"""The engine for catalogues that outgrow one machine: generations are Elasticsearch indices behind an alias.

    connection.py   clients, and what their errors mean
    documents.py    a product as a document, and the mapping of its fields
    layouts.py      which field and which shard hold a taxonomy
    planning.py     which layout a catalogue gets, and what it is expected to cost
    standing.py     writes to products that already stand somewhere
    queries.py      the bodies of searches: a caller's words are values in them, never structure
    engine.py       the `ProductIndex`
    building.py     a generation out of the record: created, filled, checked
    generations.py  the lifecycle: which generations there are, and the one alias
    keys.py         the two keys that a shop needs, and what each may do

The only package that imports `elasticsearch`; nothing imports it before the engine is asked for.
"""
