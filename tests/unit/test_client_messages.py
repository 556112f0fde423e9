"""What clients say on a live socket, where JSON does not know a number in it, and where it is malformed."""

import json

import pytest

from herenow.errors import BadRequest
from herenow.wire.client_messages import ReportMessage, decode_client_message
from herenow.wire.reports import decode_reports
from tests.support.positions import NOW

GOOD = {"device_id": "a", "time": NOW, "latitude": 1.5, "longitude": 2.5}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", [9, 9.0, "NaN of Infinity 🚍"])
def test_a_number_that_json_does_not_know_costs_its_own_position_only(number: float, name: object) -> None:
    positions = [GOOD, GOOD | {"speed": number}, GOOD | {"device_id": "NaN", "attributes": {"n": 1}}]
    message = decode_client_message(json.dumps({"type": "report", "id": name, "positions": positions}).encode())
    assert isinstance(message, ReportMessage)
    assert message.id == name
    good, (bad,) = decode_reports(bytes(message.positions))
    assert [(index, report.device_id) for index, report in good] == [(0, "a"), (2, "NaN")]
    assert (bad.index, bad.field) == (1, "speed")
    assert bad.reason == f"expected a finite number, got {json.dumps(number)}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b'{"type":"report","id":9,"positions":[{]}', 'expected {"type": "report"'),
        (b'{"type":"report","id":NaN,"positions":[]}', 'expected {"type": "report"'),
        (b'{"type":"report","id":9,"positions":[NaN,]}', 'expected {"type": "report"'),
        (b'{"id":9,"type":"report","positions":' + b"[" * 5000, 'expected {"type": "report"'),
        (b'{"type":"report","id":9}', 'expected {"type": "report"'),
        (b'{"type":"report","id":"\xff","positions":[]}', 'expected {"type": "report"'),
        (b'{"type":"view","bbox":[NaN,1,2,3]}', 'expected {"type": "view"'),
        (b'{"type":"view","bbox":[NaN,1,2,3],"positions":[]}', 'expected {"type": "view"'),
        (b'{"type":"command","id":1,"device_id":"a","command":NaN}', 'expected {"type": "command"'),
        (b'{"type":"ack","id":"1","ok":tru}', 'expected {"type": "ack"'),
        (b'{"type":"vew","bbox":[NaN]}', "type: expected view or report or command or ack, got 'vew'"),
        (b"hello", "expected JSON with a type"),
        (b"[NaN]", "expected JSON with a type"),
        (b'{"positions":[NaN]}', "expected JSON with a type"),
    ],
)
def test_a_message_that_is_malformed_is_explained_by_its_own_type(text: bytes, says: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decode_client_message(text)
    assert str(caught.value).startswith(says)
