"""Pages of several workers become one that Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families

from herenow.api.worker_metrics import merged

PAGE = b"""# HELP herenow_viewers Viewers connected.
# TYPE herenow_viewers gauge
herenow_viewers %d
# HELP herenow_positions_accepted_total Positions that are durable.
# TYPE herenow_positions_accepted_total counter
herenow_positions_accepted_total %d
# HELP herenow_loop_lag_seconds How late the event loop is.
# TYPE herenow_loop_lag_seconds histogram
herenow_loop_lag_seconds_bucket{le="0.005"} 1
herenow_loop_lag_seconds_bucket{le="+Inf"} 2
herenow_loop_lag_seconds_count 2
herenow_loop_lag_seconds_sum 0.25
"""


def test_each_sample_has_the_number_of_its_worker_and_each_family_one_head() -> None:
    page = merged({"10": PAGE % (1, 2), "2": PAGE % (3, 4)})
    assert page.count(b"# TYPE") == 3
    samples = {
        (sample.name, sample.labels["worker"], sample.labels.get("le")): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }
    assert samples["herenow_viewers", "10", None] == 1
    assert samples["herenow_viewers", "2", None] == 3
    assert samples["herenow_positions_accepted_total", "2", None] == 4
    assert samples["herenow_loop_lag_seconds_bucket", "10", "+Inf"] == 2
    assert samples["herenow_loop_lag_seconds_sum", "2", None] == 0.25
    assert len(samples) == 12
