// Small parts around the text: the legend, other readers' whole texts, the history, the help, a notice.
// They do not know how anything is decided.

import { ACTIONS } from "../logic/keys.js";
import { decisionLine } from "../logic/task.js";
import { align, SURE, tokensOf, UNSURE } from "../logic/words.js";
import { button, h, own } from "./dom.js";

const LEVELS = [
  ["sure", `sure, from ${SURE * 100} %`],
  ["unsure", `unsure, from ${UNSURE * 100} %`],
  ["doubtful", "doubtful"],
  ["unknown", "not told"],
  ["changed", "changed"],
];

/** What the lines and colours mean. */
export function legend() {
  return h(
    "ul",
    { class: "vd-legend", "aria-label": "What the lines mean" },
    LEVELS.map(([level, words]) => h("li", {}, h("span", { class: "vd-word", "data-level": level, "aria-hidden": "true" }, "أبجد"), ` ${words}`)),
  );
}

/** Other readers' texts; what differs from `words` is marked. `taken(i)` when one is to be put in. */
export function alternatives(found, words, direction, taken) {
  if (found.length === 0) return null;
  const own_texts = words.map((word) => word.text);
  return h(
    "section",
    { class: "vd-alternatives", "aria-label": "Other readers" },
    h("h3", { class: "vd-small-title" }, "Other readers"),
    found.map(({ reader, text }, i) =>
      h(
        "div",
        { class: "vd-alternative" },
        h("div", { class: "vd-row" }, own(reader, { class: "vd-source" }), button("Take this text", { class: "vd-button vd-small", key: found.length === 1 ? "t" : "", "aria-label": `Take the text of ${reader}` }, () => taken(i))),
        h("div", { class: "vd-reading", dir: direction, lang: direction === "rtl" ? "ar" : null }, ...marked(text, own_texts)),
      ),
    ),
  );
}

function marked(text, words) {
  const tokens = tokensOf(text);
  const known = align(words, tokens.map((token) => token.text));
  const parts = [];
  let end = 0;
  tokens.forEach((token, i) => {
    parts.push(text.slice(end, token.start));
    parts.push(words[known[i]] === token.text ? token.text : h("mark", {}, token.text));
    end = token.end;
  });
  return [...parts, text.slice(end)];
}

/** What was decided about a task, the newest first, and everything else that happened to it. */
export function historyList({ history, trail }) {
  const decisions = (history ?? []).toReversed().map(decisionLine);
  const events = (trail ?? []).toReversed();
  return h(
    "div",
    { class: "vd-history" },
    decisions.length === 0 && h("p", { class: "vd-soft" }, "Nobody has decided about this block yet."),
    decisions.length > 0 && h("ol", { reversed: true }, decisions.map(({ who, what, at, text, note }) => h(
      "li",
      {},
      h("strong", {}, what || "?"),
      ...by(who, at),
      text && h("div", { class: "vd-history-text", dir: "auto" }, text),
      note && h("div", { class: "vd-soft" }, "Note: ", own(note)),
    ))),
    events.length > 0 && h("details", {}, h("summary", { class: "vd-soft" }, `Everything that happened (${events.length})`), h("ul", {}, events.map(
      ({ action, reviewer, at }) => h("li", {}, own(String(action)), ...by(String(reviewer ?? ""), new Date(at))),
    ))),
  );
}

function by(who, at) {
  const known = at && !Number.isNaN(at.getTime());
  return [
    ...(who ? [" by ", own(who)] : []),
    ...(known ? [" · ", h("time", { datetime: at.toISOString() }, at.toLocaleString())] : []),
  ];
}

/** A dialog with every key, and the switch that turns single keys off. */
export class Help {
  constructor({ single, switched }) {
    this.single = h("input", { type: "checkbox", id: "vd-single", checked: single, onchange: () => switched(this.single.checked) });
    this.element = h(
      "dialog",
      { class: "vd-help", "aria-labelledby": "vd-help-title" },
      h("div", { class: "vd-row" }, h("h2", { id: "vd-help-title" }, "Keys"), button("Close", { key: "Esc" }, () => this.element.close())),
      h("p", { class: "vd-soft" }, "Letters count by their place on the keyboard where it is an Arabic one. Within the text field only those with Ctrl, Alt or Esc act. ← and → walk from word to word."),
      h("p", {}, this.single, " ", h("label", { for: "vd-single" }, "Single letters and digits act")),
      h("dl", { class: "vd-keys" }, ACTIONS.map(({ keys, shown, help }) => [
        h("dt", {}, (shown ? [shown] : keys).flatMap((key, i) => [i ? " or " : "", h("kbd", {}, key)])),
        h("dd", {}, help),
      ])),
    );
  }

  toggle() {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }
}

/** A message with what can be done about it; `alert` for what must be heard at once. */
export class Notice {
  constructor() {
    this.element = h("div", { class: "vd-notice", role: "alert" });
  }

  show(tone, words, ...actions) {
    this.element.dataset.tone = tone;
    this.element.replaceChildren(h("div", { class: "vd-notice-words" }, words), h("div", { class: "vd-notice-actions" }, actions));
    this.element.scrollIntoView({ block: "nearest" }); // on a phone it may be far above
  }

  clear() {
    this.element.replaceChildren();
  }
}
