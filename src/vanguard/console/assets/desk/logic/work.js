// One person's way through a queue: claims a task at a time, decides it, undoes, lets go.
// It does not know what a task is about, nor pages.

import { Problem } from "./api.js";
import { Lease } from "./lease.js";

export const LEASE_S = 300;
const UNDOABLE = 50;

/** Whether an error says that a task is no longer ours to decide. */
export const isGone = (error) => error instanceof Problem && (error.status === 409 || error.status === 404);

/** The queue as one person works on it; `leaseChanged(state)` is told of the claim's fate. */
export class Work {
  constructor(api, { queue, tag = "", prefix = "" }, leaseChanged = () => {}) {
    this.api = api;
    this.queue = queue;
    this.tag = tag;
    this.prefix = prefix;
    this.leaseChanged = leaseChanged;
    this.task = null;
    this.lease = null;
    this.skipped = 0;
    this.decided = [];
  }

  /** Claims the most doubtful task of those asked for; null when there is none. */
  async next() {
    this.hold(null);
    const body = { count: 1, lease_s: LEASE_S, tag: this.tag || null, subject_prefix: this.prefix || null };
    const { tasks } = await this.api.send("POST", `/api/review/queues/${encodeURIComponent(this.queue)}/claims`, body);
    return this.hold(tasks[0] ?? null);
  }

  /** Claims one task by its id; null when somebody else has it, or it is decided or gone. */
  async take(id) {
    try {
      return this.hold(await this.claim(id));
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  claim(id) {
    return this.api.send("PUT", `/api/review/tasks/${id}/claim`, { lease_s: LEASE_S });
  }

  hold(task) {
    this.task = task;
    this.lease = task && new Lease({
      lease_s: LEASE_S,
      renew: async () => {
        const now = await this.claim(task.id);
        // claimed anew after it ran out: what was read may have been replaced meanwhile
        if (now && now.version !== task.version) throw new Problem(409, "conflict", "The block was changed meanwhile.");
      },
      isLost: isGone,
      changed: (state) => { if (this.task === task) this.leaseChanged(state); },
    });
    return task;
  }

  /** Decides the task at hand. Rejects with a Problem of status 409 when it moved on meanwhile. */
  async decide(verdict, { text = null, note = "" } = {}) {
    const { id, version } = this.task;
    const body = { verdict, value: text === null ? null : { text }, note, version };
    const after = await this.api.send("POST", `/api/review/tasks/${id}/decisions`, body);
    if (verdict === "skip") this.skipped += 1;
    this.decided.push({ id, version: after.version, verdict, text });
    this.decided.splice(0, this.decided.length - UNDOABLE);
    this.hold(null);
    return after;
  }

  /** Takes the last decision of this tab back and holds its task again: `{task, text}`; null for nothing. */
  async undo() {
    const last = this.decided.at(-1);
    if (!last) return null;
    try {
      await this.api.send("POST", `/api/review/tasks/${last.id}/undo`, { version: last.version });
    } catch (error) {
      if (isGone(error)) this.decided.pop(); // it moved on: asking again would not help
      throw error;
    }
    this.decided.pop();
    if (last.verdict === "skip") this.skipped -= 1;
    const left = this.task;
    const task = await this.take(last.id);
    if (left && task) await this.letGo(left);
    return { task, text: last.text };
  }

  /** A task as it is now, with its history. */
  look(id) {
    return this.api.get(`/api/review/tasks/${id}`);
  }

  /** `{open, claimed, decided}` of the queue, or null when it has none. */
  async counts() {
    const { queues } = await this.api.get("/api/review/queues");
    return queues.find(({ name }) => name === this.queue) ?? null;
  }

  /** Gives a claim back; what cannot be given back runs out by itself. */
  async letGo({ id }, options = {}) {
    try {
      await this.api.send("DELETE", `/api/review/tasks/${id}/claim`, undefined, options);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** Gives the claim back while the page goes away. */
  leave() {
    if (this.task) this.letGo(this.task, { keepalive: true });
  }
}
