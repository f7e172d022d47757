// Asks `/api` as the signed-in user: JSON in and out, the CSRF token, errors as `Problem`.
// It does not know what is asked for.

/** What went wrong: `status` is 0 when nobody answered. `message` is for people. */
export class Problem extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The problem that an answer which is not ok tells of. */
export async function problemOf(answer) {
  let told = null;
  try { told = (await answer.json()).error; } catch { /* no envelope: the status must do */ }
  const words = told?.message || `the platform answered with status ${answer.status}`;
  return new Problem(answer.status, told?.code ?? "", words);
}

/** One user's way to the platform. */
export class Api {
  /** `signedOut` is called when the session has ended. */
  constructor({ signedOut = () => {}, fetcher = (...given) => fetch(...given) } = {}) {
    this.signedOut = signedOut;
    this.fetcher = fetcher;
    this.csrf = "";
    this.reviewer = ""; // without a name each session is a reviewer of its own
  }

  async get(path) {
    return this.read(await this.ask(path, { headers: { accept: "application/json" } }));
  }

  /** Sends a change; `body` is JSON unless it is a FormData. Returns the answer, null when empty. */
  async send(method, path, body = undefined, { keepalive = false, headers = {} } = {}) {
    const form = body instanceof FormData;
    const request = () => ({
      method,
      keepalive,
      headers: {
        accept: "application/json",
        "x-csrf-token": this.csrf,
        ...(body === undefined || form ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined || form ? body : JSON.stringify(body),
    });
    if (!this.csrf) await this.freshToken();
    let answer = await this.ask(path, request());
    if (answer.status === 403) {
      // somebody signed in anew in another tab: the token belongs to the session
      await this.freshToken();
      answer = await this.ask(path, request());
    }
    return this.read(answer);
  }

  async freshToken() {
    this.csrf = (await this.get("/api/session")).csrf_token;
  }

  async ask(path, request) {
    const who = this.reviewer ? { "x-reviewer": encodeURIComponent(this.reviewer) } : {};
    try {
      return await this.fetcher(path, { ...request, headers: { ...request.headers, ...who } });
    } catch {
      throw new Problem(0, "unreachable", "The platform does not answer. Is it running?");
    }
  }

  async read(answer) {
    if (answer.status === 401) this.signedOut();
    if (!answer.ok) throw await problemOf(answer);
    if (answer.status === 204) return null;
    try {
      const text = await answer.text();
      return text ? JSON.parse(text) : null;
    } catch {
      throw new Problem(answer.status, "unreadable", "The answer of the platform cannot be read.");
    }
  }
}
