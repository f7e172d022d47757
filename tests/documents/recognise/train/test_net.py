import pytest

pytestmark = pytest.mark.fonts  # torch takes long to load: with the slow ones


def test_any_width_goes_through_and_is_said_in_steps_of_two():
    import torch

    from vanguard.documents.recognise.train.net import OUT_STEP_PX, build, log_probabilities

    net = build(36).eval()
    for wide in (24, 100):
        out = log_probabilities(net, torch.zeros(2, 1, 32, wide))
        assert out.shape == (wide // OUT_STEP_PX, 2, 36)
        assert torch.allclose(out.exp().sum(2), torch.ones(wide // OUT_STEP_PX, 2), atol=1e-4)


def test_it_is_small():
    from vanguard.documents.recognise.train.net import build

    assert sum(one.numel() for one in build(36).parameters()) < 300_000
