from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.doors import DOORS, UPSTREAM_PATHS, find_door


def test_every_door_has_a_dialect_and_an_upstream_path():
    for door in DOORS.values():
        assert door.dialect in PASS_THROUGHS
        assert door.operation == "models" or (door.dialect, door.operation) in UPSTREAM_PATHS


def test_paths():
    assert find_door("/v1/models/a%2Fb") is DOORS["/v1/models"]
    assert find_door("/v1/messages/count_tokens").operation == "count_tokens"
    assert find_door("/v1/messages/") is None
    assert find_door("/api/keys") is None
