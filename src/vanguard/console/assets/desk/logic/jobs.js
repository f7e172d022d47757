// A reading job in words and numbers, and the key under which a file is sent but once.
// It does not know how it is drawn.

/** Formats of results with their names for people. */
export const RESULTS = [
  ["markdown", "Markdown"], ["html", "HTML"], ["json", "JSON"], ["text", "Text"],
  ["alto", "ALTO"], ["page", "PAGE"], ["pdf", "PDF"],
];

const STATES = { queued: "Waiting", reading: "Reading", done: "Done", failed: "Failed" };

export const stateWords = ({ state }) => STATES[state] ?? String(state);

/** `{words, part}`: pages done of all, and how many of them failed; `part` is null unless it is being read and all is known. */
export function progressOf({ state, pages }) {
  const done = pages?.done ?? 0;
  const all = pages?.all ?? null;
  const failed = (pages?.failed ? ` · ${pages.failed} failed` : "") + (pages?.unasked ? ` · ${pages.unasked} by OCR alone` : "");
  if (state === "done") return { words: `${all ?? done}${failed}`, part: null };
  if (state !== "reading" && state !== "queued") return { words: all === null ? "" : `${done} of ${all}`, part: null };
  return all ? { words: `${done} of ${all}`, part: done / all } : { words: "", part: null };
}

/** A size for people, in powers of 1,000. */
export function sizeWords(bytes) {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const keys = new WeakMap();

/** The idempotency key of a chosen file: sending the same choice again is the same job. */
export function keyFor(file) {
  if (!keys.has(file)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    keys.set(file, `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  }
  return keys.get(file);
}
