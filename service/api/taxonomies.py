"""What the catalogue is sorted into, and what each taxonomy may be dressed with."""

from fastapi import APIRouter, Request, Response

from service.api import schemas
from service.api.answers import answer, documented
from service.api.deps import leased
from service.api.problems import Refusal
from service.errors import UnknownTaxonomy
from service.taxonomy import TaxonomyCount

router = APIRouter(tags=["taxonomies"])


@router.get("/v1/taxonomies", responses=documented(schemas.Taxonomies, 422, 503, 504))
async def list_taxonomies(request: Request) -> Response:
    """List the taxonomies that hold products."""
    async with leased(request) as release:
        tree = await release.index.taxonomies()
        counts = [TaxonomyCount(name, tree.path(name), count) for name, count in sorted(tree.counts.items())]
        return answer({"taxonomies": counts})


@router.get("/v1/mappings/{taxonomy:path}", responses=documented(schemas.Mapping, 404, 422, 503, 504))
async def get_mapping(request: Request, taxonomy: str) -> Response:
    """Show the templates of a taxonomy, or of its nearest ancestor that has any."""
    async with leased(request) as release:
        tree = await release.index.taxonomies()
        name = tree.name(taxonomy)
        if name is None:
            # In a path the taxonomy is what is looked for, so its absence is a 404.
            error = UnknownTaxonomy("The address", tree.closest(taxonomy))
            raise Refusal(404, error.code, error.detail)
        templates, inherited = release.mapping.templates_for(name, tree.path(name))
        return answer({"taxonomy": name, "templates": templates, "inherited": inherited})
