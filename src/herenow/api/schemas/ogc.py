"""The JSON of OGC API, as the standard defines it."""

import msgspec


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    rel: str
    href: str
    type: str
    title: str | None = None


class LandingPage(msgspec.Struct, frozen=True):
    title: str
    description: str
    links: list[Link]


class Conformance(msgspec.Struct, frozen=True, rename="camel"):
    conforms_to: list[str]


class Collection(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    title: str
    description: str
    item_type: str
    crs: list[str]
    links: list[Link]


class Collections(msgspec.Struct, frozen=True):
    collections: list[Collection]
    links: list[Link]
