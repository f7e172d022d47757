"""The order of the steps; the only place where it stands.

It does not know how any step works.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vanguard.core.errors import (
    InternalError,
    InvalidRequest,
    LimitError,
    LimitsUnavailable,
    MethodNotAllowed,
    RouteNotFound,
    ShuttingDown,
    Unauthenticated,
    UnsupportedEncoding,
    VanguardError,
)
from vanguard.core.ids import hash_secret, new_id
from vanguard.dialects.continuing.registry import CONTINUING
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.app import Gateway
from vanguard.gateway.aws.client import AwsClient
from vanguard.gateway.aws.doors import ANY, find_aws_door
from vanguard.gateway.aws.doors import PREFIX as AWS_PREFIX
from vanguard.gateway.aws.listing import find_listing_door, known_name
from vanguard.gateway.call.charged import estimate_input_tokens
from vanguard.gateway.continuing.room import make_room
from vanguard.gateway.continuing.story import Story
from vanguard.gateway.doors import DOORS, Door, PathDoor, find_door
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.google.client import ArrayClient
from vanguard.gateway.google.doors import (
    GoogleDoor,
    RawDoor,
    as_messages,
    find_google_door,
    wants_array,
)
from vanguard.gateway.http.contract import Client
from vanguard.gateway.http.messages import Request
from vanguard.gateway.http.server import Server
from vanguard.gateway.http.tunnel import Tunnel
from vanguard.gateway.limits.borrower import PATIENCE_S
from vanguard.gateway.limits.holding import NotHeld
from vanguard.gateway.local.explain import EXPLAIN_PATH, asked_exchange, explain
from vanguard.gateway.local.models import answer_estimate, answer_models
from vanguard.gateway.local.proxy import Proxied, control_origin, forwarded_head
from vanguard.gateway.local.refusal import id_lines, limit_lines, render_error
from vanguard.gateway.local.status import STATUS_PATHS, answer_status
from vanguard.gateway.logs import limit_of, reason_of
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.foreign import foreign_relay
from vanguard.gateway.relay.passthrough import PassThroughRelay
from vanguard.gateway.relay.wrappers.pinned import PinnedRelay
from vanguard.gateway.relay.wrappers.renamed import renamed
from vanguard.gateway.routing.warmth.pins import BOUND_DIALECTS
from vanguard.gateway.steps.admit import admit, may_fit, reserve
from vanguard.gateway.steps.authenticate import authenticate, credential
from vanguard.gateway.steps.call import Call
from vanguard.gateway.steps.guard import guard_input, guard_output
from vanguard.gateway.steps.route import planned, route
from vanguard.gateway.steps.settle import release, settle
from vanguard.snapshot.model import Deployment, Key

_JSON_LINE = b"content-type: application/json\r\n"


class Neighbours:
    """The other steps, as calling an upstream sees them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def make_relay(self, exchange: Exchange, deployment: Deployment) -> Relay:
        """Pass-through for the client's own dialect, else a translation; guarded where asked."""
        door, peek = exchange.door, exchange.peek
        relay: Relay
        if deployment.dialect != door.dialect and door.dialect not in deployment.also:
            relay = foreign_relay(exchange, deployment)
        else:
            dialect = DIALECTS[door.dialect]
            through = PASS_THROUGHS[door.dialect]
            body = through.edit(exchange.body, peek, deployment.model, exchange.cap_tokens)
            relay = PassThroughRelay(dialect, through, peek, body)
            if peek.model != deployment.model:
                relay = renamed(relay, door.dialect, peek.model)
        return self._wrapped(exchange, deployment, relay) if exchange.lane.wraps else relay

    def _wrapped(self, exchange: Exchange, deployment: Deployment, relay: Relay) -> Relay:
        lane = exchange.lane
        if lane.continuations and exchange.peek.stream and exchange.door.dialect in CONTINUING:
            story = exchange.story
            if not isinstance(story, Story):
                story = Story(exchange, self._gateway.boot.bounds.continued_bytes)
                exchange.story = story
            relay = story.tell(relay, deployment)
        if lane.on_output:
            relay = guard_output(self._gateway, exchange, relay)
        if lane.course.reads_items and not BOUND_DIALECTS.isdisjoint(
            (deployment.dialect, *deployment.also)
        ):
            tenant, account = exchange.key.organisation_id, deployment.account or deployment.id
            pins = self._gateway.router.pins
            return PinnedRelay(relay, lambda data: pins.made(data, tenant, account))
        return relay

    def settle(self, exchange: Exchange, outcome: Outcome) -> None:
        """The settle step."""
        settle(self._gateway, exchange, outcome)

    def refuse(self, exchange: Exchange, error: VanguardError) -> None:
        """An error in place of an answer."""
        self.tell_limits(exchange)
        refuse(self._gateway, error, exchange.client, exchange.door, exchange.id, exchange)

    def tell_limits(self, exchange: Exchange) -> None:
        """Puts into `lines` how the key's limits stand, once."""
        if not exchange.lines:
            standing = self._gateway.limiter.standing(exchange.chain)
            if standing is not None:
                exchange.lines = limit_lines(standing, exchange.door, exchange.arrived_ms)

    def error_event(self, exchange: Exchange, error: VanguardError) -> bytes:
        """An error within a stream."""
        self._gateway.metrics.refusals.add((("code", error.code),))
        dialect = exchange.door.dialect
        body = DIALECTS[dialect].error_body(error, exchange.id)
        return PASS_THROUGHS[dialect].error_event(body)

    def make_room(self, exchange: Exchange, told: Callable[[VanguardError | None], None]) -> None:
        """Reserves anew."""
        make_room(self._gateway, exchange, told)

    def ping_event(self, exchange: Exchange) -> bytes:
        """An event that means nothing."""
        return PASS_THROUGHS[exchange.door.dialect].ping

    def release(self, exchange: Exchange) -> None:
        """Gives back what was reserved."""
        release(self._gateway, exchange)

    def finished(self, exchange: Exchange) -> None:
        """The exchange is over."""
        gateway = self._gateway
        gateway.in_flight -= 1
        if exchange.story is not None:
            exchange.story.end()
        if exchange.reservation is not None and exchange.reservation.open:
            release(gateway, exchange)
        meter = exchange.lane.meter
        meter.request_s.observe(gateway.loop_time() - exchange.arrived)
        meter.requests[exchange.door.dialect, exchange.status] += 1
        if exchange.lost and gateway.log.requests:
            names = ", ".join(exchange.lost)
            gateway.log.info("lost in translation", request_id=exchange.id, names=names)


class Pipeline:
    """Answers requests; the server's handler."""

    def __init__(self, gateway: Gateway, *, metrics_open: bool) -> None:
        self._gateway = gateway
        self._metrics_open = metrics_open
        self._neighbours = Neighbours(gateway)
        self._control = control_origin(gateway.boot.control_socket)
        self.server = Server(self, gateway.boot.deadlines, gateway.boot.bounds)
        gateway.ledger.on_defect = self._log_defect

    # --- the server's handler ----------------------------------------------------------------

    def handle(self, request: Request, connection: Client) -> None:
        """Starts to answer one request."""
        door = DOORS.get(request.path) or find_door(request.path)
        try:
            if door is None:
                self._answer_other(request, connection)
            else:
                self._answer_model_call(request, connection, door)
        except VanguardError as error:
            refuse(self._gateway, error, connection, door, new_id("req"))
        except Exception as error:  # noqa: BLE001 - the border of one request: logged and answered
            self._defect(error, connection, door)

    def upgrade(self, request: Request) -> Tunnel | None:
        """WebSockets go to control; model doors offer none."""
        if _door(request.path) is not None or not self._admin_allowed(request):
            return None
        if request.path.startswith(AWS_PREFIX):
            return None
        if (request.header(b"upgrade") or b"").lower() != b"websocket":
            return None
        head = forwarded_head(request, upgrade=True, secure=self._gateway.boot.tls is not None)
        return Tunnel(self._gateway.boot.control_socket, bytes(head))

    def malformed(self, error: VanguardError, path: str) -> tuple[int, bytes, bytes]:
        """For what never became a request; in the dialect of its door, where its path was read."""
        door = _door(path)
        if door is None and path.startswith(AWS_PREFIX):
            door = ANY
        return render_error(error, door, new_id("req"))

    def end_open(self) -> None:
        """The worker's time is over: every open answer ends with an error, what it used is settled."""
        self._gateway.ending = True
        ends = [one.on_deadline for one in self.server.connections if one.on_deadline is not None]
        for end in (*ends, *(drained.over for drained in self._gateway.drains)):
            try:
                end()
            except Exception as error:  # noqa: BLE001 - the border of one request: the others go on
                self._log_defect(error)

    # --- model calls -------------------------------------------------------------------------

    def _answer_model_call(self, request: Request, client: Client, door: Door) -> None:
        gateway = self._gateway
        if request.method != door.method and (request.method, door.method) != ("HEAD", "GET"):
            raise MethodNotAllowed(f"{request.path} takes {door.method}, not {request.method}")
        arrived_ms = gateway.books.now_ms()
        request_id = new_id("req", arrived_ms)
        if gateway.draining:
            error = ShuttingDown("the gateway is stopping", retry_after_s=1)
            refuse(self._gateway, error, client, door, request_id)
            return
        exchange: Exchange | None = None
        try:
            state = gateway.state
            # `view` says that there is none yet
            exchange = Exchange(request, client, door, state.current or state.view)
            exchange.id = request_id
            exchange.arrived = gateway.loop_time()
            exchange.arrived_ms = arrived_ms
            authenticate(gateway, exchange)
            if door.operation == "models":
                lines = _JSON_LINE + id_lines(request_id)
                client.send(200, lines, answer_models(exchange))
            else:
                self._prepare(exchange)
        except NotHeld as wanted:
            if exchange is not None:
                self._borrow(exchange, wanted)
        except VanguardError as error:
            if exchange is None:
                refuse(self._gateway, error, client, door, request_id)
            else:
                self._refuse(exchange, error)
        except Exception:
            if exchange is not None:
                release(gateway, exchange)
            raise

    def _refuse(self, exchange: Exchange, error: VanguardError) -> None:
        gateway, door = self._gateway, exchange.door
        release(gateway, exchange)
        if isinstance(error, InvalidRequest):
            error = _encoded(exchange.request) or error
        if isinstance(error, LimitError):
            standing = gateway.limiter.standing(exchange.chain)
            if standing is not None:
                exchange.lines = limit_lines(standing, door, exchange.arrived_ms)
        refuse(gateway, error, exchange.client, door, exchange.id, exchange)

    def _borrow(
        self,
        exchange: Exchange,
        wanted: NotHeld,
        tries: int = 0,
        refusal: VanguardError | None = None,
    ) -> None:
        """Shared limits: the request waits for the lender, and then tries again."""
        link = self._gateway.link
        if link is None:
            raise wanted

        def answered(error: VanguardError | None) -> None:
            exchange.client.on_disconnect = None
            again = error is None or (refusal is None and may_fit(exchange, error))
            try:
                if error is not None and not again:
                    # what the lender said once tells more than its silence later
                    silent = isinstance(error, LimitsUnavailable)
                    self._refuse(exchange, (refusal if silent else None) or error)
                elif exchange.reservation is None:
                    self._prepare(exchange)
                else:
                    self._reserve_anew(exchange)
            except NotHeld as more:
                self._borrow(exchange, more, tries + 1, error or refusal)
            except VanguardError as final:
                self._refuse(exchange, final)
            except Exception as defect:  # noqa: BLE001 - as in `handle`
                release(self._gateway, exchange)
                self._defect(defect, exchange.client, exchange.door)

        deadline = exchange.arrived + PATIENCE_S
        exchange.client.on_disconnect = link.ask(wanted, answered, deadline, tries)

    def _prepare(self, exchange: Exchange) -> None:
        """From the known key to the call; what it lacks of shared limits is borrowed first."""
        gateway = self._gateway
        admit(gateway, exchange)
        if exchange.lane.on_input:
            guard_input(gateway, exchange)
        route(gateway, exchange)
        if len(exchange.body) > len(exchange.request.body):
            # masking made the request longer than what was reserved for it
            self._reserve_anew(exchange)
        else:
            self._call(exchange)

    def _reserve_anew(self, exchange: Exchange) -> None:
        release(self._gateway, exchange)
        reserve(self._gateway, exchange)
        self._call(exchange)

    def _call(self, exchange: Exchange) -> None:
        if exchange.attempts:
            self._gateway.in_flight += 1
            Call(self._gateway, exchange, self._neighbours).start()
        else:
            self._answer_estimate(exchange)

    def _answer_estimate(self, exchange: Exchange) -> None:
        self._neighbours.tell_limits(exchange)
        release(self._gateway, exchange)
        lines = _JSON_LINE + b"x-vanguard-estimated: true\r\n"
        lines += id_lines(exchange.id) + exchange.lines
        tokens = estimate_input_tokens(exchange.body)
        exchange.client.send(200, lines, answer_estimate(tokens, exchange.door.dialect))

    # --- everything else ---------------------------------------------------------------------

    def _answer_other(self, request: Request, client: Client) -> None:
        path, google = request.path, find_google_door(request.path)
        if path.startswith(AWS_PREFIX):
            self._answer_aws(request, client)
        elif google is not None:
            self._answer_google(request, client, google)
        elif path in STATUS_PATHS and (path != "/metrics" or self._admin_allowed(request)):
            self._answer_status(request, client)
        elif path.startswith("/v1/responses/"):
            raise RouteNotFound(
                "responses are not kept here, so none can be fetched, deleted, cancelled or"
                " compacted; send the whole conversation in 'input', with store set to false"
            )
        elif path.startswith("/v1/"):
            raise RouteNotFound(f"there is no {request.method} {path[:200]} here")
        elif not self._admin_allowed(request):
            raise RouteNotFound(
                "console, API and metrics are not served on this address (setting admin.public)"
            )
        elif path == EXPLAIN_PATH:
            self._explain(request, client)
        else:

            def unavailable(error: VanguardError) -> None:
                refuse(self._gateway, error, client, None, new_id("req"))

            proxied = Proxied(client, unavailable, secure=self._gateway.boot.tls is not None)
            proxied.start(self._gateway.control_pool, self._control, request)

    def _explain(self, request: Request, client: Client) -> None:
        """Which attempts a request would make: this worker knows, and no one else."""
        if request.method != "POST":
            raise MethodNotAllowed(f"{request.path} takes POST, not {request.method}")
        admin = self._authenticate_admin(request)
        exchange = asked_exchange(self._gateway, request.body, client, admin)
        ask, plan = planned(self._gateway, exchange)
        client.send(200, _JSON_LINE, explain(self._gateway, exchange, ask, plan))

    def _answer_aws(self, request: Request, client: Client) -> None:
        """A call at the AWS door; whatever goes wrong is said in the form of AWS."""
        client = AwsClient(client)
        door = find_aws_door(request.path) or find_listing_door(request.path)
        if door is None:
            error = RouteNotFound(f"there is no {request.method} {request.path[:200]} here")
            refuse(self._gateway, error, client, ANY, new_id("req"))
            return
        try:
            if isinstance(door, PathDoor):
                door = self._known(door)
            self._answer_model_call(request, client, door)
        except VanguardError as refusal:
            refuse(self._gateway, refusal, client, door, new_id("req"))
        except Exception as defect:  # noqa: BLE001 - as in `handle`
            self._defect(defect, client, door)

    def _answer_google(self, request: Request, client: Client, door: Door) -> None:
        """A call at a path of Google's; a stream is an array unless asked otherwise."""
        try:
            if isinstance(door, RawDoor):
                door = as_messages(request, door)
            elif isinstance(door, GoogleDoor) and door.stream and wants_array(request):
                client = ArrayClient(client)
            self._answer_model_call(request, client, door)
        except VanguardError as refusal:
            refuse(self._gateway, refusal, client, door, new_id("req"))
        except Exception as defect:  # noqa: BLE001 - as in `handle`
            self._defect(defect, client, door)

    def _known(self, door: PathDoor) -> PathDoor:
        """By what the snapshot knows of its model: an ARN that a list has told is a name here.

        InvokeModel is for models of every kind: what is asked follows from the model's.
        """
        view = self._gateway.state.current
        if view is None:
            return door
        name = known_name(view, door.model)
        if name != door.model:
            door = msgspec.structs.replace(door, model=name)
        model = view.model(name)
        if door.dialect == "bedrock_invoke" and model is not None and model.kind == "embedding":
            return msgspec.structs.replace(door, operation="embeddings", stream=False)
        return door

    def _admin_allowed(self, request: Request) -> bool:
        return request.admin or self._gateway.boot.admin_on_public

    def _answer_status(self, request: Request, client: Client) -> None:
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(f"{request.path} takes GET, not {request.method}")
        if request.path == "/metrics" and not self._metrics_open:
            self._authenticate_admin(request)
        connections = len(self.server.connections)
        client.send(*answer_status(self._gateway, request.path, connections))

    def _authenticate_admin(self, request: Request) -> Key:
        key = self._gateway.state.view.keys.get(hash_secret(credential(request)))
        if key is None or not key.admin:
            more = " here (setting gateway.metrics)" if request.path == "/metrics" else ""
            raise Unauthenticated(f"{request.path} needs the admin key{more}")
        return key

    def _log_defect(self, error: Exception, request_id: str = "") -> None:
        self._gateway.log.error(
            "defect", request_id=request_id, kind=type(error).__name__, where=_where(error)
        )

    def _defect(self, error: Exception, client: Client, door: Door | None) -> None:
        request_id = new_id("req")
        self._log_defect(error, request_id)
        message = f"a defect of the gateway; its log has the details under {request_id}"
        refuse(self._gateway, InternalError(message), client, door, request_id)


def _encoded(request: Request) -> VanguardError | None:
    """Why a body cannot be read, when it is compressed: looked at only once it could not be read."""
    coding = (request.header(b"content-encoding") or b"identity").strip().lower()
    if coding == b"identity":
        return None
    named = coding[:40].decode("ascii", "replace")
    return UnsupportedEncoding(
        f"the body is sent with Content-Encoding: {named}; send it as it is, without a coding"
    )


def _door(path: str) -> Door | None:
    return find_door(path) or find_google_door(path)


def refuse(
    gateway: Gateway,
    error: VanguardError,
    client: Client,
    door: Door | None,
    request_id: str,
    exchange: Exchange | None = None,
) -> None:
    """Answers with an error, counts it and logs it; the exchange says who asked, and has lines for the head."""
    status, lines, body = render_error(error, door, request_id)
    gateway.metrics.refusals.add((("code", error.code),))
    if gateway.log.requests and door is not None:
        told = {} if exchange is None else exchange.asked()
        told |= limit_of(error)
        if why := reason_of(error):
            told["reason"] = why
        gateway.log.info("refused", request_id=request_id, status=status, code=error.code, **told)
    client.send(status, lines if exchange is None else lines + exchange.lines, body)


def _where(error: Exception) -> str:
    """File and line of the innermost frames, without any values."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-6:]))
