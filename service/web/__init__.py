"""The lookbook: pages for people, made by the very requests that the REST answers are made by.

finding, families, colours      ways to a seed: words, taxonomies, colours, chance
dropping                        a photo as a seed
query, looks, board, requests   a look's address, its page, what the page shows, the same by API
coverage, card, reports         what the mapping covers, what is served, how it was evaluated
photos, cutouts, assets         pictures of products; styles and scripts
reference                       the API, to be read and tried
rendering                       templates, errors as pages, the content security policy
"""

from service.web import assets, dropping, finding, looks, photos, reference, reports

ROUTES = (
    *finding.router.routes,
    *looks.router.routes,
    *dropping.router.routes,
    *reports.router.routes,
    *reference.router.routes,
    *photos.router.routes,
    assets.mount,
    reference.mount,
)
"""Every page and file; none of them is part of the documented API."""
