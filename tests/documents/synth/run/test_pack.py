"""Shards and lines for trainers, each read with what a trainer would read it."""

import hashlib
import io
import json
import sys
import tarfile

import pyarrow.parquet
import pytest
from PIL import Image

from support.synthetic import settings
from vanguard.core.errors import SettingsError
from vanguard.documents.prompts import NOTHING
from vanguard.documents.synth.run import pack
from vanguard.documents.synth.run.options import Options
from vanguard.documents.synth.run.store import Store
from vanguard.documents.synth.run.work import Job, write
from vanguard.documents.train.examples import load


@pytest.fixture
def store(tmp_path):
    job = Job(Options(2, kinds=("letter",)), settings(dpi=50), tmp_path)
    for page in range(2):
        write(job, page)
    return Store(tmp_path)


def records(store):
    return list(store.records(range(2)))


def test_webdataset(store):
    made = records(store)
    pack.shard(store, "webdataset", made)
    path = store.out / "shards" / "pages-00000.tar"
    with tarfile.open(path) as tar:
        names = tar.getnames()
        read = {name: tar.extractfile(name).read() for name in names}
    keys = [name.partition(".")[0] for name in names]
    assert keys == sorted(keys)
    assert {name.partition(".")[2] for name in names} == {"png", "pdf", "json", "md", "meta.json"}
    for record in made:
        name, digest = record.files["image"]
        assert hashlib.sha256(read[name.rpartition("/")[2]]).hexdigest() == digest
        assert not (store.out / name).exists()
        assert json.loads(read[f"{record.key}.meta.json"])["seed"] == record.seed


def test_packing_again_after_a_kill_only_cleans_up(store):
    made = records(store)
    path = store.out / "shards" / "pages-00000.tar"
    path.parent.mkdir()
    path.write_bytes(b"whole")
    pack.shard(store, "webdataset", made)
    assert path.read_bytes() == b"whole"
    assert not (store.out / made[0].files["pdf"][0]).exists()


def test_parquet(store):
    made = records(store)
    text = (store.out / made[1].files["markdown"][0]).read_text("utf-8")
    pack.check("parquet")
    pack.shard(store, "parquet", made)
    rows = pyarrow.parquet.read_table(store.out / "shards" / "pages-00000.parquet").to_pylist()
    assert [row["key"] for row in rows] == ["page-00000000", "page-00000001"]
    assert rows[1]["markdown"] == text
    assert Image.open(io.BytesIO(rows[0]["image"]["bytes"])).size[0] == made[0].width_px
    assert json.loads(rows[0]["document"])["pages"][0]["number"] == 1


def test_parquet_without_its_library_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SettingsError, match=r"pip install 'vanguard-ai\[parquet\]'"):
        pack.check("parquet")
    pack.check("webdataset")


def test_chat(store):
    pack.chat(store, records(store))
    lines = (store.out / "chat.jsonl").read_text("utf-8").splitlines()
    conversation = json.loads(lines[0])
    assert [message["role"] for message in conversation["messages"]] == ["user", "assistant"]
    assert conversation["messages"][0]["content"].startswith("<image>")
    assert "الموضوع" in conversation["messages"][1]["content"]
    assert (store.out / conversation["images"][0]).is_file()
    assert len(lines) == 2


def test_a_page_on_which_nothing_is_printed_is_answered_as_the_reader_is_told_to(store):
    one, two = records(store)
    (store.out / one.files["markdown"][0]).write_text("\n", "utf-8")
    pack.chat(store, [one, two])
    first, second = load(store.out).examples
    assert first.answer == NOTHING
    assert "الموضوع" in second.answer


def test_shards_cover_all_pages_once():
    assert pack.shards("folder", 5, 0) == []
    of_each = [pack.shards("parquet", 450, page)[0] for page in range(450)]
    assert all(page in pages for page, pages in enumerate(of_each))
    assert sorted({len(pages) for pages in of_each}) == [50, 200]
