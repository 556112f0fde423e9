"""The sources of the registry."""

import json

from herenow.model.report import Receipt, Rejection
from herenow.sources.article import ArticleConsumer
from herenow.sources.json_reports import JsonReports
from herenow.sources.registry import HTTP
from tests.support.positions import NOW

FIX = {"device_id": "a", "latitude": 60.0, "longitude": 25.0}
WRONG = Rejection(1, "latitude", "expected less")


def test_each_has_a_name_and_a_path_of_its_own() -> None:
    assert len({source.name for source in HTTP}) == len({source.path for source in HTTP}) == len(HTTP)


async def test_reports_are_decoded_with_their_indexes() -> None:
    body = json.dumps([FIX | {"time": NOW}, FIX | {"time": NOW, "latitude": "north"}, FIX | {"time": NOW + 1}])
    reports, rejected = await JsonReports().decode(body.encode())
    assert [(index, report.time) for index, report in reports] == [(0, NOW), (2, NOW + 1)]
    assert [(one.index, one.field) for one in rejected] == [(1, "latitude")]


def test_reports_of_which_some_are_stored_get_a_receipt() -> None:
    reply = JsonReports().reply(Receipt(2, [WRONG]))
    assert (reply.status, reply.media_type) == (200, "application/json")
    assert json.loads(reply.body)["accepted"] == 2


def test_reports_of_which_none_is_stored_get_a_problem_with_the_receipt() -> None:
    reply = JsonReports().reply(Receipt(0, [WRONG]))
    assert (reply.status, reply.media_type) == (422, "application/problem+json")
    problem = json.loads(reply.body)
    assert problem["detail"] == "nothing was accepted; position 1: latitude: expected less"
    assert (problem["accepted"], problem["rejected"][0]["index"]) == (0, 1)


async def test_a_location_of_the_article_that_is_none_is_a_rejection() -> None:
    source = ArticleConsumer()
    reports, rejected = await source.decode(json.dumps(FIX | {"timestamp": NOW, "latitude": "north"}).encode())
    assert (reports, [one.field for one in rejected]) == ([], ["latitude"])
    assert source.reply(Receipt(0, rejected)).status == 422
    assert json.loads(source.reply(Receipt(1, [])).body) == {"status": "broadcasted"}
