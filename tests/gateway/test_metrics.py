from vanguard.gateway.metrics import Histogram, Metrics


def test_histogram_is_cumulative():
    histogram = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(value)
    assert list(histogram.lines("x", (("a", "b"),))) == [
        'x_bucket{a="b",le="0.1"} 2',
        'x_bucket{a="b",le="1.0"} 3',
        'x_bucket{a="b",le="+Inf"} 4',
        'x_sum{a="b"} 7.65',
        'x_count{a="b"} 4',
    ]


def test_text_format():
    metrics = Metrics()
    metrics.tokens.add((("model", 'a"\\\n'), ("kind", "input")), 1_500_000)
    metrics.tokens.add((("model", 'a"\\\n'), ("kind", "input")), 1)
    metrics.in_flight.set((), 3)
    text = metrics.render().decode()
    assert (
        '# TYPE vanguard_tokens_total counter\nvanguard_tokens_total{model="a\\"\\\\\\n",kind="input"} 1500001\n'
        in text
    )
    assert "\nvanguard_requests_in_flight 3\n" in text
    assert text.endswith("\n")
