"""What a recorder alone shows."""

from fastapi import FastAPI
from fastapi.routing import APIRoute

from herenow import __version__
from herenow.api.errors import add_problems
from herenow.api.routes import health


def create_recorder_app(well: health.HealthChecks) -> FastAPI:
    """Whether it is well."""
    app = FastAPI(title="Herenow recorder", version=__version__, docs_url=None, redoc_url=None)
    app.state.health = well
    app.include_router(health.router)
    add_problems(app, [one for one in health.router.routes if isinstance(one, APIRoute)])
    return app
