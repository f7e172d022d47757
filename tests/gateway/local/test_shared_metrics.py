import os
import subprocess

from vanguard.gateway.local.shared_metrics import (
    merge,
    publish_metrics,
    shared_metrics,
    withdraw_metrics,
)
from vanguard.gateway.metrics import Metrics


def numbers(count, seconds):
    metrics = Metrics()
    metrics.in_flight.set((), count)
    metrics.refusals.add((("code", 'odd "{ }" code'),), count)
    metrics.model("m").first_token.observe(seconds)
    return metrics.render()


def test_every_family_stands_once_and_every_series_has_its_worker():
    text = merge({"w0": numbers(1, 0.1), "w1": numbers(2, 3.0)}).decode()
    lines = text.splitlines()
    assert 'vanguard_requests_in_flight{worker="w0"} 1' in lines
    assert 'vanguard_requests_in_flight{worker="w1"} 2' in lines
    code = r'code="odd \"{ }\" code"'
    assert f'vanguard_refusals_total{{worker="w1",{code}}} 2' in lines
    name = "vanguard_time_to_first_token_seconds"
    assert f'{name}_count{{worker="w1",model="m"}} 1' in lines
    for kind in ("HELP", "TYPE"):
        found = [line.split()[2] for line in lines if line.startswith(f"# {kind} ")]
        assert len(found) == len(set(found))
    # all series of a family stand together, below its heading
    first = lines.index(f"# TYPE {name} histogram")
    own = [number for number, line in enumerate(lines) if line.startswith(name)]
    assert own == list(range(first + 1, first + 1 + len(own)))


def test_who_is_asked_answers_for_those_who_live(tmp_path):
    folder = tmp_path / "metrics"
    publish_metrics(folder, "w1", numbers(7, 1.0))
    publish_metrics(folder, "w0", numbers(1, 1.0))
    # killed: nobody took its numbers away, and the clock has gone back since
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead = folder / f"dead~{ended.pid}.prom"
    dead.write_bytes(numbers(9, 1.0))
    (folder / "nobody.prom").write_bytes(numbers(9, 1.0))
    os.utime(dead, (2**32, 2**32))
    text = shared_metrics(folder, "w0", numbers(2, 1.0)).decode()
    assert 'in_flight{worker="w0"} 2' in text
    assert 'in_flight{worker="w1"} 7' in text
    assert "dead" not in text
    assert "nobody" not in text
    assert not dead.exists()
    withdraw_metrics(folder, "w1")
    withdraw_metrics(folder, "w1")
    assert "w1" not in shared_metrics(folder, "w0", numbers(2, 1.0)).decode()
