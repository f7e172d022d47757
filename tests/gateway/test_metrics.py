from vanguard.gateway.metrics import Histogram, Metrics


def test_histogram_is_cumulative():
    histogram = Histogram((0.1, 1.0))
    histogram.observe(0.05)
    histogram.observe_all([0.1, 0.5, 7.0])
    assert list(histogram.lines("x", (("a", "b"),))) == [
        'x_bucket{a="b",le="0.1"} 2',
        'x_bucket{a="b",le="1.0"} 3',
        'x_bucket{a="b",le="+Inf"} 4',
        'x_sum{a="b"} 7.65',
        'x_count{a="b"} 4',
    ]


def test_text_format():
    metrics = Metrics()
    metrics.model('a"\\\n').input_tokens += 1_500_001
    metrics.model("b").requests["openai_chat", "ok"] = 2
    metrics.model("b").first_token.observe(0.3)
    metrics.attempted("b/0", "failed")
    metrics.overhead.observe(0.0001)
    metrics.in_flight.set((), 3)
    text = metrics.render().decode()
    for line in (
        "# TYPE vanguard_tokens_total counter",
        'vanguard_tokens_total{model="a\\"\\\\\\n",kind="input"} 1500001',
        'vanguard_requests_total{model="b",dialect="openai_chat",status="ok"} 2',
        'vanguard_time_to_first_token_seconds_count{model="b"} 1',
        'vanguard_upstream_attempts_total{deployment="b/0",status="failed"} 1',
        "vanguard_overhead_seconds_count 1",
        "vanguard_requests_in_flight 3",
    ):
        assert line in text.splitlines()
    assert text.endswith("\n")
