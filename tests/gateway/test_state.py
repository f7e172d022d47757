import errno

import pytest

from support.gateway import REPLY, chat, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.gateway.state import State
from vanguard.snapshot.file import write_snapshot


async def test_a_bad_snapshot_never_replaces_a_good_one(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        (tmp_path / "snapshot.json").write_bytes(b'{"half":')
        await until(lambda: running.gateway.state.error)
        assert (await chat(client, running)).status_code == 200
        ready = (await client.get(running.base_url + "/readyz")).json()
        assert "not a snapshot" in ready["snapshot_error"]


class Disk:
    """Stands in the place of a snapshot's path, and cannot always open it."""

    def __init__(self, path):
        self.stat = path.stat
        self.path = path
        self.opened = 0
        self.fault = None

    def read_bytes(self):
        self.opened += 1
        if self.fault is not None:
            raise self.fault
        return self.path.read_bytes()


@pytest.fixture
def disk(tmp_path):
    path = tmp_path / "snapshot.json"
    return Disk(path)


def snapshot_of(version):
    return snapshot(
        [deployment("http://127.0.0.1:1")], version=version, models={}, names={}, patterns=()
    )


def test_a_snapshot_that_could_not_be_opened_is_tried_again(disk):
    write_snapshot(disk.path, snapshot_of(1))
    state = State(disk, lambda view, before: None)
    assert state.refresh()
    write_snapshot(disk.path, snapshot_of(2))
    disk.fault = OSError(errno.EMFILE, "Too many open files")
    for _ in range(2):
        assert not state.refresh()
        assert (state.view.version, state.error) == (
            1,
            "the snapshot cannot be read: Too many open files",
        )
    disk.fault = None
    assert state.refresh()
    assert (state.view.version, state.error) == (2, "")


def test_a_damaged_snapshot_is_not_read_again_until_it_changes(disk):
    disk.path.write_bytes(b'{"half":')
    state = State(disk, lambda view, before: None)
    assert not state.refresh()
    assert not state.refresh()
    assert disk.opened == 1
    write_snapshot(disk.path, snapshot_of(3))
    assert state.refresh()
    assert state.view.version == 3
