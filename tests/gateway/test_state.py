import errno

import msgspec
import pytest

from support.gateway import ADMIN, REPLY, chat, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.core.ids import hash_secret
from vanguard.gateway.logs import Log
from vanguard.gateway.state import State
from vanguard.snapshot.file import write_snapshot
from vanguard.snapshot.model import Model, Probe, Routing


async def test_a_bad_snapshot_never_replaces_a_good_one(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        (tmp_path / "snapshot.json").write_bytes(b'{"half":')
        await until(lambda: running.gateway.state.error)
        assert (await chat(client, running)).status_code == 200
        ready = (await client.get(running.base_url + "/readyz")).json()
        assert "not a snapshot" in ready["snapshot_error"]


async def test_a_deployment_without_an_address_is_left_out_and_the_rest_counts(
    runner, client, monkeypatch
):
    logged = []
    monkeypatch.setattr(Log, "error", lambda _self, event, **more: logged.append((event, more)))
    async with Upstream([whole(200, REPLY)] * 2) as upstream:
        good = deployment(upstream.base_url)
        bad = deployment("http://127.0.0.1:80800/v1", name="m/1", probe=Probe("/health", 1))
        running = await runner.start(snapshot([good]))
        revoked = snapshot([bad, good])
        del revoked.keys[hash_secret(ADMIN)]
        for version in (2, 3):
            running.publish(msgspec.structs.replace(revoked, version=version))
            await until(lambda: running.gateway.state.view.version == version)  # noqa: B023
        assert (await chat(client, running, headers={"x-api-key": ADMIN})).status_code == 401
        assert (await chat(client, running)).status_code == 200
        assert (await chat(client, running)).status_code == 200
        assert [one.deployment for one in running.intents()] == ["m/0", "m/0"]
        why = "what follows the host's colon is no port, a number from 1 to 65535"
        assert logged == [("unusable_deployment", {"deployment": "m/1", "reason": why})]


async def test_a_model_of_which_no_deployment_can_be_used_says_so_and_others_serve(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        places = [deployment("http:///v1"), deployment(upstream.base_url, name="w/0")]
        models = {
            "m": Model("m", "chat", ("m/0",)),
            "w": Model("w", "chat", ("w/0",), routing=Routing(fallbacks=("m",))),
        }
        running = await runner.start(
            snapshot(places, models=models, names={"m": "m", "w": "w"}, patterns=())
        )
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert answer.json()["error"]["message"] == (
            "no deployment of 'm' can be used; the gateway's log says why"
        )
        assert (await chat(client, running, model="w")).status_code == 200


async def test_a_refused_snapshot_is_told_to_log_and_metrics(runner, client, tmp_path, monkeypatch):
    logged = []
    monkeypatch.setattr(Log, "error", lambda _self, event, **more: logged.append((event, more)))
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1")]))

    async def gauge():
        answer = await client.get(running.base_url + "/metrics", headers={"x-api-key": ADMIN})
        return next(
            line for line in answer.text.splitlines() if line.startswith("vanguard_snapshot_r")
        )

    assert await gauge() == "vanguard_snapshot_refused 0"
    (tmp_path / "snapshot.json").write_bytes(b'{"half":')
    await until(lambda: running.gateway.state.error)
    assert await gauge() == "vanguard_snapshot_refused 1"
    assert logged == [("snapshot_refused", {"reason": running.gateway.state.error})]


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
    told = []
    state = State(disk, lambda view, before: None, told.append)
    assert state.refresh()
    write_snapshot(disk.path, snapshot_of(2))
    disk.fault = OSError(errno.EMFILE, "Too many open files")
    for _ in range(2):
        assert not state.refresh()
        assert (state.view.version, state.error) == (
            1,
            "the snapshot cannot be read: Too many open files",
        )
    assert told == [state.error]  # and not at every look
    disk.fault = None
    assert state.refresh()
    assert (state.view.version, state.error) == (2, "")


def test_a_damaged_snapshot_is_not_read_again_until_it_changes(disk):
    disk.path.write_bytes(b'{"half":')
    told = []
    state = State(disk, lambda view, before: None, told.append)
    assert not state.refresh()
    assert not state.refresh()
    assert disk.opened == 1
    assert told == [state.error]
    write_snapshot(disk.path, snapshot_of(3))
    assert state.refresh()
    assert state.view.version == 3
