// A review task of kind `documents.block` as the desk shows it; what is missing or odd becomes empty.
// It does not know how it is drawn.

import { plainLines } from "./bidi.js";

export const KIND = "documents.block";

const isText = (value) => typeof value === "string";
const list = (value) => (Array.isArray(value) ? value : []);
const record = (value) => (value !== null && typeof value === "object" ? value : {});

/** The task's payload with every field of its right type. */
export function blockOf(task) {
  const payload = record(task.payload);
  const page_size = sizeOf(payload.page_size);
  return {
    task: task.id,
    subject: task.subject,
    version: task.version,
    doubt: Number(task.doubt) || 0,
    document: isText(payload.document) ? payload.document : "",
    name: isText(payload.name) && payload.name ? payload.name : task.subject,
    page: Number.isInteger(payload.page) ? payload.page : 0,
    isTable: payload.kind === "table",
    kind: isText(payload.kind) ? payload.kind.replaceAll("_", " ") : "block",
    text: isText(payload.text) ? plainLines(payload.text) : "",
    words: list(payload.words).filter((word) => isText(record(word).text)).map((word) => ({
      text: word.text,
      confidence: Number.isFinite(word.confidence) ? word.confidence : null,
      place: placed(word.box, page_size),
    })),
    confidence: Number.isFinite(payload.confidence) ? payload.confidence : null,
    reader: isText(payload.reader) ? payload.reader : "",
    tier: isText(payload.tier) ? payload.tier : "",
    reasons: list(payload.reasons).map(reasonOf).filter(Boolean),
    alternatives: list(payload.alternatives)
      .filter((one) => isText(record(one).text))
      .map((one) => ({ reader: isText(one.reader) ? one.reader : "another reader", text: plainLines(one.text) })),
    direction: payload.direction === "ltr" ? "ltr" : "rtl",
    place: placed(payload.box, page_size),
    page_size,
  };
}

function reasonOf(reason) {
  if (isText(reason)) return reason;
  const { says, code } = record(reason);
  return [says, code].find(isText) ?? "";
}

function sizeOf(size) {
  const [width, height] = list(size).map(Number);
  return width > 0 && height > 0 ? { width, height } : null;
}

/** A box as parts of its page, 0 to 1: `{left, top, width, height}`; null where there is none. */
export function placed(box, page_size) {
  const sides = list(box).map(Number);
  if (!page_size || sides.length !== 4 || !sides.every(Number.isFinite)) return null;
  const [left, top, right, bottom] = sides;
  if (right <= left || bottom <= top) return null;
  const { width, height } = page_size;
  return {
    left: left / width,
    top: top / height,
    width: (right - left) / width,
    height: (bottom - top) / height,
  };
}

/** The address of the picture of the block's page. */
export function pictureOf(block) {
  return block.document && block.page
    ? `/api/documents/${encodeURIComponent(block.document)}/pages/${block.page}/image`
    : "";
}

/** A decision as a line of the history: `{who, what, at, text, note}`. */
export function decisionLine(decision) {
  const { verdict, value, reviewer, at, note } = record(decision);
  return {
    who: isText(reviewer) ? reviewer : "",
    what: isText(verdict) ? verdict : "",
    at: isText(at) || Number.isFinite(at) ? new Date(at) : null,
    text: isText(record(value).text) ? value.text : "",
    note: isText(note) ? note : "",
  };
}

/** Lines with text; a table's text has one for each line of its cells, and is put back line by line. */
export function lineCount(text) {
  return text.split("\n").filter((line) => line.trim()).length;
}

/** The text that stands: of the last correction that was not undone, else as it was read. */
export function standingText({ history, payload }) {
  const undone = new Set(list(history).map((decision) => decision.undoes).filter(Boolean));
  const last = list(history).findLast(({ id, verdict }) => verdict !== "undo" && verdict !== "skip" && !undone.has(id));
  const text = record(last?.value).text ?? record(payload).text;
  return isText(text) ? text : "";
}
