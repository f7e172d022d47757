"""Keeps the TLS contexts of upstreams, made anew when a file behind one changes, with their sessions.

It does not know connections. Verification is on unless a deployment gives it up by name.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from vanguard.core.errors import UpstreamUnavailable
from vanguard.snapshot.model import UpstreamTls

_LOOK_AGAIN_S = 1.0
_MOST_CONTEXTS = 256
_MOST_SESSIONS = 256
# well below the lifetime of a certificate: a resumed session does not look at it again
_SESSION_S = 1800.0
# how often a session is read: of a server that resumes it, and of one that does not
_RENEWED_S, _REFUSED_S = 600.0, 60.0
ALPN = ["http/1.1"]
_DEPLOYMENTS = " of the deployment"
# SSL_OP_IGNORE_UNEXPECTED_EOF of OpenSSL 3; not every Python has a name for it
_IGNORE_UNEXPECTED_EOF = 0x80

Mark = tuple[int, int, int] | None


class _Known:
    """One host and port: when a session was last read, and the last one that there was."""

    __slots__ = ("looked_at", "session", "taken_at")

    def __init__(self) -> None:
        self.looked_at = -_SESSION_S
        self.taken_at = 0.0
        self.session: ssl.SSLSession | None = None


class Sessions:
    """The last session of each host and port; they belong to one context and die with it.

    Each read of `SSLSocket.session` leaks the copy that it makes (6 KiB; CPython 3.11 with OpenSSL 3.0, seen in
    a soak). So a session serves many connections, and is read seldom, whatever the server does.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], _Known] = OrderedDict()

    def get(self, name: str, port: int, now: float) -> ssl.SSLSession | None:
        """The session to resume, or None."""
        known = self._known.get((name, port))
        if known is None or now - known.taken_at > _SESSION_S:
            return None
        return known.session

    def is_due(self, name: str, port: int, now: float, *, resumed: bool) -> bool:
        """Whether a connection is to read a newer session; after a yes, others are not for a while.

        Args:
            name: and `port`: of the server.
            port: likewise.
            now: monotonic seconds.
            resumed: whether the server has just resumed the one that is known.
        """
        known = self._known.get((name, port))
        if known is None:
            known = self._known[name, port] = _Known()
            if len(self._known) > _MOST_SESSIONS:
                self._known.popitem(last=False)
        if now - known.looked_at < (_RENEWED_S if resumed else _REFUSED_S):
            return False
        known.looked_at = now
        self._known.move_to_end((name, port))
        return True

    def keep(self, name: str, port: int, session: ssl.SSLSession | None, now: float) -> None:
        """Takes a newer session in place of the old one, where there is one."""
        known = self._known.get((name, port))
        if session is not None and known is not None:
            known.session, known.taken_at = session, now

    def __len__(self) -> int:
        """Servers known now."""
        return len(self._known)


class Trust:
    """A context, and what was seen of its files when it was made."""

    def __init__(self, context: ssl.SSLContext, marks: tuple[Mark, ...], now: float) -> None:
        self.context = context
        self.sessions = Sessions()
        self.marks = marks
        self.looked_at = now
        # of newer files that could not be used, and that was told
        self.told: tuple[Mark, ...] | None = None


class Contexts:
    """All contexts towards upstreams of one process."""

    def __init__(self, clock: Callable[[], float], tell: Callable[[str], None]) -> None:
        """`tell` hears what was wrong with newer files, once for each change of them."""
        self._clock = clock
        self._tell = tell
        self._known: OrderedDict[UpstreamTls, Trust] = OrderedDict()
        self._making: asyncio.Lock | None = None

    async def trust(self, options: UpstreamTls) -> Trust:
        """The context for a deployment; files are looked at again at most once a second.

        A changed file that cannot be used leaves the old context in force: whoever replaces
        certificate and key does so one after the other.

        Raises:
            UpstreamUnavailable: a file cannot be read or used, and there is no older context.
        """
        known = self._known.get(options)
        if known is not None and self._clock() - known.looked_at < _LOOK_AGAIN_S:
            return known
        if self._making is None:
            self._making = asyncio.Lock()
        async with self._making:
            known = self._known.get(options)
            now = self._clock()
            if known is not None and now - known.looked_at < _LOOK_AGAIN_S:
                return known
            marks = _marks(options)
            if known is not None:
                known.looked_at = now
                if known.marks == marks:
                    return known
            try:
                # the system's authorities take 25 ms to read, too long for the loop
                context = await asyncio.to_thread(client_context, options)
            except UpstreamUnavailable as error:
                if known is None:
                    raise
                if known.told != marks:
                    known.told = marks
                    self._tell(_still_old(options, error))
                return known
            made = self._known[options] = Trust(context, marks, now)
            self._known.move_to_end(options)
            if len(self._known) > _MOST_CONTEXTS:
                self._known.popitem(last=False)
            return made


def client_context(options: UpstreamTls) -> ssl.SSLContext:
    """Makes a context; reads the files.

    Raises:
        UpstreamUnavailable: a file cannot be read or used.
    """
    try:
        context = ssl.create_default_context(cafile=options.ca_file or None)
    except OSError as error:
        raise _unusable(f"tls.ca_file{_DEPLOYMENTS}", error) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(ALPN)
    # nobody needs it, and it would let a write wait for a read
    context.options |= ssl.OP_NO_RENEGOTIATION
    tell_ends_apart(context)
    if options.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if options.certificate:
        load_pair(context, options.certificate, options.key, _DEPLOYMENTS)
    return context


def _still_old(options: UpstreamTls, error: UpstreamUnavailable) -> str:
    files = ", ".join(filter(None, (options.ca_file, options.certificate, options.key)))
    return f"the old files stay in force ({files}): {error.message}"


def tell_ends_apart(context: ssl.SSLContext) -> None:
    """Makes an end that only happened an error, whichever way this Python was built.

    Some builds of Python (3.11.2 of Debian 12) take it for one that was said by default; then an answer
    that was cut would look whole.
    """
    context.options &= ~ssl.Options(_IGNORE_UNEXPECTED_EOF)


def is_unsaid_end(error: BaseException | None) -> bool:
    """Whether the peer's end only happened; older Pythons name that by its reason alone."""
    reason = getattr(error, "reason", None)
    return isinstance(error, ssl.SSLEOFError) or reason == "UNEXPECTED_EOF_WHILE_READING"


def load_pair(context: ssl.SSLContext, certificate: str, key: str, whose: str = "") -> None:
    """Loads a certificate and its key; `whose` they are stands behind them where that is said.

    Raises:
        UpstreamUnavailable: unreadable, no PEM, encrypted, or not of one another.
    """
    try:
        context.load_cert_chain(certificate, key or None, password=_no_password)
    except OSError as error:
        raise _unusable(f"tls.certificate or tls.key{whose}", error) from None


def server_name(options: UpstreamTls, host: str) -> str:
    """The name to ask for and to verify: without the dot that ends a full name."""
    return options.server_name or host.rstrip(".")


def _no_password() -> NoReturn:
    # without an answer OpenSSL would ask at the terminal, and wait
    raise PermissionError(0, "the key is encrypted; keys must be readable without a password")


def _unusable(setting: str, error: OSError) -> UpstreamUnavailable:
    reason = reason_of(error) if isinstance(error, ssl.SSLError) else error.strerror
    return UpstreamUnavailable(f"{setting} cannot be used: {reason}")


def reason_of(error: ssl.SSLError) -> str:
    """OpenSSL's reason in words, without the names and addresses that its own message has."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_NAME:
            return "the certificate is for another name"
        return f"the certificate is not accepted: {error.verify_message}"
    reason = getattr(error, "reason", None) or "the peer broke off"
    return str(reason).lower().replace("_", " ")


def said_by_tls(error: Exception | None) -> str:
    """What TLS said at a connection's end, as the end of a sentence; empty where it said nothing.

    Under TLS 1.3 a server refuses a client's certificate when that client believes to be through.
    """
    if not isinstance(error, ssl.SSLError) or is_unsaid_end(error):
        return ""
    return f": {reason_of(error)}"


# X509_V_ERR_HOSTNAME_MISMATCH, _EMAIL_MISMATCH, _IP_ADDRESS_MISMATCH: their text has the name
_OTHER_NAME = frozenset({62, 63, 64})


def _marks(options: UpstreamTls) -> tuple[Mark, ...]:
    authorities = options.ca_file or ssl.get_default_verify_paths().cafile or ""
    return tuple(mark_of(path) for path in (authorities, options.certificate, options.key))


def mark_of(path: str) -> Mark:
    """What changes whenever a file is replaced or written; None when there is none."""
    if not path:
        return None
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
