// The text as words that can be walked through, each with its reader's confidence in colour and line.
// It does not know the page's picture. Words are plain inline pieces of one paragraph: isolating each of
// them would turn the order of two Latin words in an Arabic line around.

import { pieces } from "../logic/bidi.js";
import { percent } from "../logic/words.js";
import { h } from "./dom.js";

const SAID = { sure: "sure", unsure: "unsure", doubtful: "doubtful", unknown: "confidence not told", changed: "changed" };

/** Upper part of the right pane. `pointed(i)` and `focused(i)` tell of a word by its place in the text. */
export class Reading {
  constructor({ pointed, focused }) {
    this.pointed = pointed;
    this.focused = focused;
    this.current = -1;
    this.spans = [];
    this.element = h("div", {
      class: "vd-reading",
      role: "group",
      "aria-label": "Text as it will be saved, word by word",
      onkeydown: (event) => this.walk(event),
    });
  }

  /** Draws a text whose words are `shown`; `marks` shows invisible characters by their names. */
  show(text, shown, { direction, marks }) {
    this.direction = direction;
    this.element.dir = direction;
    this.element.lang = direction === "rtl" ? "ar" : "";
    this.element.classList.toggle("shows-marks", marks);
    this.spans = shown.map((word, i) => this.word(word, i));
    const parts = [];
    let end = 0;
    shown.forEach((word, i) => {
      parts.push(...written(text.slice(end, word.start)), this.spans[i]);
      end = word.end;
    });
    parts.push(...written(text.slice(end)));
    this.element.replaceChildren(...parts);
    this.element.classList.toggle("is-empty", shown.length === 0);
    this.light(Math.min(this.current, shown.length - 1));
  }

  word({ text, level, confidence }, i) {
    const told = level === "changed" ? "" : `, ${percent(confidence)}`;
    return h(
      "span",
      {
        class: "vd-word",
        "data-level": level,
        role: "button",
        tabindex: "-1",
        "aria-label": `${text}, ${SAID[level]}${told}`,
        title: `${SAID[level]}${told}`,
        onpointerenter: () => this.pointed(i),
        onpointerleave: () => this.pointed(-1),
        onfocus: () => this.focused(i),
        onclick: () => this.spans[i].focus(),
      },
      ...written(text),
    );
  }

  /** Makes one word the current one: it alone is in the tab order. */
  light(index, { focus = false, scroll = true } = {}) {
    this.current = index;
    this.spans.forEach((span, i) => {
      span.tabIndex = i === Math.max(0, index) ? 0 : -1;
      span.classList.toggle("is-lit", i === index);
      if (i === index) span.setAttribute("aria-current", "true");
      else span.removeAttribute("aria-current");
    });
    if (focus) (this.spans[index] ?? this.spans[0])?.focus({ preventScroll: !scroll });
  }

  /** Draws one word as pointed at from elsewhere. */
  hint(index) {
    this.spans.forEach((span, i) => span.classList.toggle("is-hinted", i === index));
  }

  walk(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const onwards = this.direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = this.direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const steps = { [onwards]: this.current + 1, [back]: this.current - 1, Home: 0, End: this.spans.length - 1 };
    const target = this.spans[steps[event.key]];
    if (!target) return;
    event.preventDefault();
    target.focus();
  }
}

/** Text with invisible characters followed by their names, which style sheets show or not. */
function written(text) {
  return pieces(text).flatMap(({ text: piece, mark }) =>
    mark ? [piece, h("span", { class: "vd-mark", "data-mark": mark, "aria-hidden": "true" })] : [piece],
  );
}
