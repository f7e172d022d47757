// The little that the page does by itself: theme, signing out, and leaving when the session ended.
globalThis.vanguardConsole = (() => {
  const kept = () => { try { return localStorage.getItem("vanguard-theme"); } catch { return null; } };

  /** To the login, which leads back here. */
  function comeBack() {
    try { sessionStorage.setItem("vanguard-return", location.pathname + location.search); } catch { /* to the front page, then */ }
    location.replace("/login");
  }

  async function leaveIfSignedOut() {
    try {
      const answer = await fetch("/api/session", { headers: { accept: "application/json" } });
      if (answer.status === 401) comeBack();
    } catch { /* the platform is away: the socket goes on trying */ }
  }

  async function signOut() {
    try {
      const session = await fetch("/api/session");
      if (session.ok) {
        const { csrf_token } = await session.json();
        const answer = await fetch("/api/logout", { method: "POST", headers: { "x-csrf-token": csrf_token } });
        if (!answer.ok && answer.status !== 401) throw new Error(`status ${answer.status}`);
      } else if (session.status !== 401) {
        throw new Error(`status ${session.status}`);
      }
      location.replace("/login");
    } catch (error) {
      Quasar.Notify.create({ message: `Signing out failed: ${error.message}`, type: "negative" });
    }
  }

  function switchTheme() {
    const dark = !document.body.classList.contains("body--dark");
    Quasar.Dark.set(dark);
    try { localStorage.setItem("vanguard-theme", dark ? "dark" : "light"); } catch { /* private mode */ }
  }

  const start = setInterval(() => {
    if (!globalThis.socket || !globalThis.Quasar?.Dark) return;
    clearInterval(start);
    if (kept()) Quasar.Dark.set(kept() === "dark");
    globalThis.socket.on("connect_error", leaveIfSignedOut);
    globalThis.socket.on("disconnect", leaveIfSignedOut);
  }, 20);

  return { comeBack, signOut, switchTheme };
})();
