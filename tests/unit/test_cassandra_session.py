"""What of Cassandra's errors is the fault of a value."""

import pytest

from herenow.store.cassandra.session import refuses_value


@pytest.mark.parametrize(
    ("kind", "text", "refused"),
    [
        ("ServerInvalidQuery", "Key length of 70004 is longer than maximum of 65535", True),
        ("ServerInvalidQuery", "table positions does not exist", False),
        ("ServerInvalidQuery", "unconfigured table positions", False),
        ("ServerInvalidQuery", "Write request failed because disk usage exceeds failure threshold", False),
        ("LibInvalidData", "", True),
        ("LibNoHostsAvailable", "", False),
        ("ServerUnauthorized", "", False),
    ],
)
def test_what_an_operator_can_mend_is_no_fault_of_a_value(kind: str, text: str, refused: bool) -> None:
    assert refuses_value(type(f"CassError{kind}", (Exception,), {})(f"Invalid query: {text}")) == refused
