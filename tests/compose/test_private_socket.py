import socket
import stat

import pytest

from vanguard.compose.private_socket import listen_privately


def test_only_the_owner_may_enter(tmp_path):
    path = tmp_path / "private.sock"
    with listen_privately(path) as listener:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            served, _ = listener.accept()
            served.close()


def test_one_left_by_a_killed_process_is_replaced(tmp_path):
    path = tmp_path / "private.sock"
    listen_privately(path).close()
    assert path.exists()
    listen_privately(path).close()


def test_no_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        listen_privately(tmp_path / "none" / "private.sock")
