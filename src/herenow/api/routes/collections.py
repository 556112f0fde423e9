"""What there is in the words of OGC API: a landing page, the classes that are kept, and one collection of devices."""

from fastapi import APIRouter

from herenow.api.ogc import GEOJSON, ROOT, Links, StandardRoute, WithLinks
from herenow.api.openapi import MEDIA_TYPE
from herenow.api.schemas.ogc import Collection, Collections, Conformance, LandingPage
from herenow.errors import NotFound

COLLECTION = "devices"

# Those of Moving Features want collections and features to be made, changed and deleted, too.
_CLASSES = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
]

router = APIRouter(tags=["moving features"], route_class=StandardRoute)


@router.get(ROOT)
async def landing_page(links: WithLinks) -> LandingPage:
    """Where everything else is."""
    found = [
        *links.page(None),
        links.related("service-desc", "openapi.json", MEDIA_TYPE),
        links.to("conformance", "conformance"),
        links.to("data", "collections"),
    ]
    return LandingPage("Herenow", "Devices, and where they have been", found)


@router.get(f"{ROOT}/conformance")
async def conformance() -> Conformance:
    """The classes of OGC API that are kept."""
    return Conformance(_CLASSES)


@router.get(f"{ROOT}/collections")
async def collections(links: WithLinks) -> Collections:
    """There is one collection."""
    return Collections([_collection(links)], links.page(None))


@router.get(f"{ROOT}/collections/{{collection_id}}")
async def collection(collection_id: str, links: WithLinks) -> Collection:
    """One collection."""
    check(collection_id)
    return _collection(links)


def check(collection_id: str) -> None:
    """Raises NotFound for a collection that is none."""
    if collection_id != COLLECTION:
        raise NotFound(f"expected the collection {COLLECTION!r}, got {collection_id[:80]!r}")


def _collection(links: Links) -> Collection:
    return Collection(
        id=COLLECTION,
        title="Devices",
        description="Whatever reports positions, each with where it has been",
        item_type="movingfeature",
        crs=["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        links=[
            links.to("self", "collections", COLLECTION),
            links.to("items", "collections", COLLECTION, "items", kind=GEOJSON),
        ],
    )
