from support.gateway import deployment
from vanguard.gateway.routing.course import Course, seat_of
from vanguard.snapshot.model import Model, Quota, Routing


def place(name, **more):
    return deployment("http://127.0.0.1:1/v1", name=name, **more)


def course(*able, attempts=4, behind=(), **routing):
    model = Model("m", "chat", tuple(one.id for one in able), routing=Routing(**routing))
    return Course(model, able, attempts, tuple(behind))


def test_in_order_each_is_a_tier_of_its_own_after_its_priority():
    last, first, second = place("a", priority=1), place("b"), place("c")
    assert course(last, first, second).tiers == ((first,), (second,), (last,))
    assert course(last, first, second, policy="weighted").tiers == ((first, second), (last,))


def test_one_without_a_quota_of_its_own_is_plain():
    assert course(place("a")).plain
    assert course(place("a", quota=Quota(counting="used"))).plain
    assert not course(place("a", quota=Quota(tokens_per_minute=5))).plain
    assert not course(place("a"), place("b")).plain


def test_conversations_have_a_place_only_where_there_is_a_choice_among_equals():
    two = place("a"), place("b")
    assert course(*two, policy="weighted").affine
    assert not course(*two).affine
    assert not course(*two, policy="weighted", affinity_s=0).affine
    assert not course(place("a"), place("b", priority=1), policy="weighted").affine


def test_items_are_bound_where_several_accounts_make_such():
    bound = {"dialect": "openai_responses"}
    assert course(place("a", **bound), place("b", **bound)).bound
    assert not course(place("a", account="x", **bound), place("b", account="x", **bound)).bound
    assert not course(place("a"), place("b")).bound


def test_half_of_the_attempts_at_most_are_left_to_fallbacks():
    behind = [course(place(name), policy="weighted") for name in ("x", "y", "z")]
    assert course(place("a")).most == 4
    assert course(place("a"), behind=behind[:1]).most == 3
    assert course(place("a"), behind=behind).most == 2
    assert course(place("a"), behind=behind, attempts=1).most == 1


def test_a_deployment_belongs_to_the_model_that_it_serves():
    behind = course(place("x"), place("y"), policy="weighted")
    made = course(place("a"), behind=[behind])
    assert made.of(place("x")) is behind
    assert made.of(place("a")) is made
    assert made.reads_prefix
    assert made.falls_back_on("failure")
    assert not made.falls_back_on("content_policy")
    assert not course(place("a")).falls_back_on("failure")


def test_an_account_and_a_model_share_a_seat():
    assert seat_of(place("a", account="acc")) == seat_of(place("b", account="acc"))
    assert seat_of(place("a")) != seat_of(place("b"))
