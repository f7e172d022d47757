from vanguard.core.usage import Usage
from vanguard.gateway.routing.quota.account import AccountQuota, Need
from vanguard.gateway.routing.quota.told import Told
from vanguard.snapshot.model import Quota

NOW = 1_000.0


def test_asked_counts_input_and_cap_and_keeps_them():
    quota = AccountQuota(Quota(tokens_per_minute=1_000))
    need = quota.need(300, 500, 0.9)
    taken = quota.take(need, NOW)
    assert quota.lacks(need, NOW) == "tokens"
    quota.settle(taken, Usage(300, 10), NOW)
    assert quota.standing(NOW)["tokens"] == (1_000, 200)


def test_reserved_gives_back_what_was_not_used_at_the_rate_of_its_output():
    # Bedrock: input and max_tokens at the start; input that was not read from a cache and five times
    # the output at the end
    quota = AccountQuota(Quota(tokens_per_minute=10_000, counting="reserved", output_burndown=5))
    taken = quota.take(quota.need(4_000, 4_000, 0.0), NOW)
    assert quota.standing(NOW)["tokens"] == (10_000, 2_000)
    quota.settle(taken, Usage(4_000, 100, cache_read_tokens=3_000), NOW + 1)
    assert quota.standing(NOW + 1)["tokens"] == (10_000, 8_500)
    more = quota.take(quota.need(10, 10, 0.0), NOW + 1)
    quota.settle(more, Usage(10, 1_000), NOW + 2)
    assert quota.standing(NOW + 2)["tokens"] == (10_000, 8_500 - 5_010)


def test_used_counts_no_cache_reads_and_input_and_output_apart():
    rule = Quota(input_tokens_per_minute=1_000, output_tokens_per_minute=100, counting="used")
    quota = AccountQuota(rule)
    warm = quota.need(5_000, 50, 0.9)
    assert quota.lacks(warm, NOW) == ""
    taken = quota.take(warm, NOW)
    quota.settle(taken, Usage(5_000, 90, cache_read_tokens=4_900), NOW)
    assert quota.standing(NOW) == {"input": (1_000, 900), "output": (100, 10)}
    assert quota.lacks(quota.need(10, 50, 0.0), NOW) == "output"
    failed = quota.take(quota.need(500, 5, 0.0), NOW)
    quota.settle(failed, None, NOW)
    assert quota.standing(NOW)["input"] == (1_000, 900)


def test_a_request_that_no_quota_could_hold_goes_when_all_is_free():
    quota = AccountQuota(Quota(tokens_per_minute=1_000))
    need = quota.need(50_000, 0, 0.0)
    assert quota.lacks(need, NOW) == ""
    quota.take(quota.need(100, 0, 0.0), NOW)
    assert quota.lacks(need, NOW) == "tokens"


def test_a_refusal_keeps_others_away_for_as_long_as_it_says():
    quota = AccountQuota(None)
    need = quota.need(10, 10, 0.0)
    quota.refused(7.0, NOW)
    assert quota.lacks(need, NOW + 6.9) == "refused a moment ago"
    assert quota.free_in_s(NOW + 5) == 2.0
    assert quota.lacks(need, NOW + 7.1) == ""


def test_an_answer_to_what_was_sent_after_a_refusal_ends_it():
    quota = AccountQuota(None)
    need = quota.need(10, 10, 0.0)
    quota.refused(3_600.0, NOW)
    # sent before it, as the refused one was
    quota.answered(NOW - 1, NOW + 2)
    assert quota.lacks(need, NOW + 2) == "refused a moment ago"
    quota.answered(NOW + 1, NOW + 2)
    assert (quota.lacks(need, NOW + 2), quota.free_in_s(NOW + 2)) == ("", 0.0)
    quota.refused(5.0, NOW + 3)
    quota.answered(NOW + 2, NOW + 4)
    assert quota.free_in_s(NOW + 4) == 4.0


def test_one_request_a_minute_asks_whether_a_longer_refusal_still_holds():
    quota = AccountQuota(None)
    need = quota.need(10, 10, 0.0)
    quota.refused(3_600.0, NOW)
    assert quota.lacks(need, NOW + 59) == "refused a moment ago"
    for minute in (60, 120):
        assert quota.lacks(need, NOW + minute) == ""
        quota.take(need, NOW + minute)
        assert quota.lacks(need, NOW + minute) == "refused a moment ago"
    assert quota.free_in_s(NOW + 120) == 3_480.0


def test_refusals_that_do_not_say_how_long_keep_others_away_for_longer_each_time():
    quota, now = AccountQuota(None), NOW
    need = quota.need(10, 10, 0.0)
    for wait_s in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0):
        for _ in range(20):  # asked before the first of them was refused
            quota.refused(None, now)
        assert quota.free_in_s(now) == wait_s
        assert quota.lacks(need, now + wait_s - 0.1) == "refused a moment ago"
        now += wait_s
        assert quota.lacks(need, now) == ""
    quota.answered(now, now)
    quota.refused(0.0, now + 1)
    assert quota.free_in_s(now + 1) == 1.0


def test_who_answers_others_meanwhile_has_not_run_out():
    quota = AccountQuota(None)
    quota.answered(NOW, NOW)
    quota.refused(None, NOW + 0.4)
    assert quota.lacks(quota.need(10, 10, 0.0), NOW + 0.4) == ""
    quota.refused(3.0, NOW + 0.4)
    assert quota.free_in_s(NOW + 0.4) == 3.0
    later = AccountQuota(None)
    later.answered(NOW, NOW)
    later.refused(None, NOW + 0.6)
    assert later.free_in_s(NOW + 0.6) == 1.0


def test_who_comes_after_others_waits_until_theirs_is_taken_too():
    quota = AccountQuota(None)
    quota.told(Told(requests=(60, 0), tokens=(600, 60)), NOW)
    need = quota.need(20, 10, 0.0)
    assert quota.wait_s(need, NOW) == 1.0
    assert quota.wait_s(need, NOW, need.plus(need)) == 3.0
    # three of ten tokens, and the thirty of this one, sixty of which are there
    assert quota.wait_s(need, NOW, Need(3.0, 330.0)) == 30.0
    quota.refused(40.0, NOW)
    assert quota.wait_s(need, NOW, need) == 40.0


def test_headers_are_learned_and_settings_taken_up():
    quota = AccountQuota(None)
    assert quota.standing(NOW) == {}
    quota.told(Told(requests=(10, 0), tokens=(600, 500)), NOW)
    assert quota.lacks(quota.need(1, 1, 0.0), NOW) == "requests"
    assert quota.lacks(quota.need(1, 1, 0.0), NOW + 7) == ""
    quota.configure(Quota(tokens_per_minute=100))
    assert quota.standing(NOW)["tokens"] == (100, 100)


def test_a_refusal_that_tells_which_limit_it_was_teaches_nothing_else():
    quota = AccountQuota(None)
    quota.take(quota.need(100, 50, 0.0), NOW)
    quota.told(Told(input=(600, 500)), NOW)
    quota.refused(2.0, NOW)
    assert quota.standing(NOW + 2) == {"input": (600, 520)}
    quota.refused(2.0, NOW + 4)
    assert quota.standing(NOW + 4) == {"input": (600, 0)}


def test_a_refusal_teaches_no_limit():
    """A worker that has just begun has asked for next to nothing: that is not what is allowed."""
    quota = AccountQuota(None)
    need = quota.need(100, 50, 0.0)
    quota.take(need, NOW)
    quota.refused(2.0, NOW)
    assert quota.standing(NOW + 2) == {}
    for _ in range(100):
        assert quota.lacks(need, NOW + 2) == ""
        quota.take(need, NOW + 2)
    known = AccountQuota(Quota(tokens_per_minute=1_000))
    known.take(need, NOW)
    known.refused(2.0, NOW)
    assert known.standing(NOW + 2) == {"tokens": (1_000, 850)}


def test_estimates_are_held_against_what_was_counted():
    quota = AccountQuota(Quota(tokens_per_minute=1_000))
    for _ in range(100):
        quota.compare(100, Usage(150, 1))
    assert 149 < quota.need(100, 0, 0.0).tokens <= 150
    for _ in range(100):
        quota.compare(1, Usage(10**9, 1))
        quota.compare(0, Usage(10, 1))
        quota.compare(100, Usage(0, 1))
    assert quota.need(100, 0, 0.0).tokens <= 400
    before = quota.need(100, 0, 0.0)
    quota.compare(100, Usage(1, 1, estimated=True))
    assert quota.need(100, 0, 0.0) == before
