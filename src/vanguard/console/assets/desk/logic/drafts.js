// What was typed: its steps back and forth, and its copy in the tab, which outlives a reload or a signing in.
// It does not know tasks beyond their id.

const STEPS = 200;
const KEPT = 20;
const STORED = "vanguard-desk-drafts";

/** The states of one text; typing on within `pause_ms` is one step. */
export class Steps {
  constructor(text, { pause_ms = 600, now = () => Date.now() } = {}) {
    this.states = [text];
    this.at = 0;
    this.pause_ms = pause_ms;
    this.now = now;
    this.typedAt = -Infinity;
  }

  get text() {
    return this.states[this.at];
  }

  /** Takes a new state up; `whole` makes it a step of its own. */
  put(text, { whole = false } = {}) {
    if (text === this.text) return;
    const now = this.now();
    const goesOn = !whole && this.at > 0 && now - this.typedAt < this.pause_ms;
    this.states.length = this.at + (goesOn ? 0 : 1);
    this.states.push(text);
    if (this.states.length > STEPS) this.states.splice(1, this.states.length - STEPS);
    this.at = this.states.length - 1;
    this.typedAt = whole ? -Infinity : now;
  }

  /** One step back (-1) or forth (1); the text that is then there. */
  go(step) {
    this.at = Math.min(this.states.length - 1, Math.max(0, this.at + step));
    this.typedAt = -Infinity;
    return this.text;
  }
}

/** Drafts by task, in the tab's own storage; the oldest go first. */
export class Drafts {
  constructor(storage) {
    this.storage = storage;
  }

  all() {
    try {
      const found = JSON.parse(this.storage.getItem(STORED) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch { return []; } // a draft that cannot be read is none
  }

  /** The text that was typed for a task, or null. */
  of(task) {
    return this.all().find(([id]) => id === task)?.[1] ?? null;
  }

  /** Keeps a text; null forgets it. Whether it could be kept. */
  keep(task, text) {
    const others = this.all().filter(([id]) => id !== task);
    const drafts = text === null ? others : [...others, [task, text]].slice(-KEPT);
    try {
      this.storage.setItem(STORED, JSON.stringify(drafts));
      return true;
    } catch { return false; } // full or forbidden: the text is still in the page
  }
}
