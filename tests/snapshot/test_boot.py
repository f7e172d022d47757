from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.snapshot.boot import Bounds, Deadlines, GatewayBoot

REQUIRED = {
    "worker": "w0",
    "public_fd": 3,
    "snapshot_path": "/h/snapshot.json",
    "journal_dir": "/h/journal/w0",
    "control_socket": "/h/run/control.sock",
}

text = st.text(max_size=30)
seconds = st.floats(0.001, 10**6)
boots = st.builds(
    GatewayBoot,
    text,
    st.integers(-1, 1_000),
    text,
    text,
    text,
    admin_fd=st.integers(-1, 1_000),
    admin_on_public=st.booleans(),
    log_format=st.sampled_from(["json", "text"]),
    log_level=text,
    deadlines=st.builds(Deadlines, *[seconds] * len(Deadlines.__struct_fields__)),
    bounds=st.builds(Bounds, *[st.integers(1, 2**40)] * len(Bounds.__struct_fields__)),
)


@given(boots)
def test_boot_values_survive_the_wire(boot):
    assert msgspec.json.decode(msgspec.json.encode(boot), type=GatewayBoot) == boot


def test_the_least_that_a_gateway_must_be_told():
    boot = msgspec.json.decode(msgspec.json.encode(REQUIRED), type=GatewayBoot)
    assert boot.admin_fd == -1
    assert boot.deadlines == Deadlines()
    assert boot.bounds == Bounds()


@pytest.mark.parametrize("field", REQUIRED)
def test_nothing_of_it_may_be_missing(field):
    rest = {name: value for name, value in REQUIRED.items() if name != field}
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.json.decode(msgspec.json.encode(rest), type=GatewayBoot)


def test_every_default_is_a_bound():
    for limit in (Deadlines(), Bounds()):
        assert all(getattr(limit, field) > 0 for field in limit.__struct_fields__)
