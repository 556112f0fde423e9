"""The promises of the pipeline while its links to the broker break."""

from urllib.parse import urlsplit

import pytest

from tests.support.broken_link import Proxy, open_proxy
from tests.support.cluster import standing
from tests.support.delivery_checker import Load, judge
from tests.support.dose import dose, long
from tests.support.processes import until

CUTS = dose(2, full=6)


@long
@pytest.mark.parametrize("fault", ["cut", "frozen", "confirms dropped"])
async def test_a_link_to_the_broker_that_breaks_loses_nothing(cassandra_url: str, amqp_url: str, fault: str) -> None:
    port = urlsplit(amqp_url).port
    assert port
    async with (
        open_proxy("127.0.0.1", port) as proxy,
        standing(cassandra_url, amqp_url.replace(f":{port}", f":{proxy.port}")) as stand,
    ):
        load = Load(stand.urls)
        async with load.flowing():
            for _ in range(CUTS if fault == "cut" else 1):
                await load.accepts(3)
                await _break(proxy, fault)
            await load.accepts(3)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict


async def _break(proxy: Proxy, fault: str) -> None:
    """Returns once each link was lost and one was made in its place."""
    again = proxy.accepted + proxy.open
    if fault == "cut":
        proxy.cut()
    elif fault == "frozen":
        proxy.freeze()
    else:
        proxy.mute()
    await until(lambda: proxy.accepted >= again)
    proxy.thaw()
