// The field in which the text is corrected: its direction is the block's, its steps can be taken back.
// It does not know confidence or pages, and it adds no character that was not typed or chosen.

import { added, withoutAdded } from "../logic/bidi.js";
import { Steps } from "../logic/drafts.js";
import { button, h } from "./dom.js";

const LONGEST = 100_000;

/** `changed(text)` at each change, `moved(offset)` when the caret was moved, `turned(direction)` by hand. */
export class Editor {
  constructor({ changed, moved, turned }) {
    this.changed = changed;
    this.turned = turned;
    this.moved = moved;
    this.read = "";
    this.steps = new Steps("");
    this.field = h("textarea", {
      id: "vd-field", class: "vd-field", rows: "4", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
      maxlength: LONGEST, "aria-describedby": "vd-added",
      oninput: () => this.typed(),
      onbeforeinput: (event) => this.historyKey(event, event.inputType === "historyUndo" ? -1 : event.inputType === "historyRedo" ? 1 : 0),
      onkeydown: (event) => this.historyKey(event, stepOf(event)),
      onclick: () => this.moved(this.field.selectionStart),
      onkeyup: () => this.moved(this.field.selectionStart),
    });
    this.added = h("p", { id: "vd-added", class: "vd-added", role: "status" });
    this.turn = button("⇄ Direction", { class: "vd-button vd-small", "aria-pressed": "false", title: "Lay the text out the other way; its characters stay the same" }, () => this.turnAround());
    this.element = h(
      "div",
      { class: "vd-editor" },
      h("div", { class: "vd-row" }, h("label", { for: "vd-field", class: "vd-label" }, "Correction"), this.turn),
      this.field,
      this.added,
    );
  }

  get text() {
    return this.field.value;
  }

  get isChanged() {
    return this.text !== this.read;
  }

  /** Starts with a text as it was read, and with what was typed for it before, if anything. */
  start(read, draft, direction) {
    this.read = read;
    this.steps = new Steps(read);
    this.field.value = read;
    this.lay(direction);
    this.turn.setAttribute("aria-pressed", "false");
    if (draft !== null && draft !== read) this.put(draft);
    else this.show();
  }

  /** Puts a whole text in, as one step that can be taken back. */
  put(text) {
    this.field.value = text;
    this.steps.put(this.field.value, { whole: true });
    this.show();
  }

  /** Puts a text in the place of a part of it; the caret goes behind it. */
  replace(start, end, text) {
    const { text: before } = this;
    this.put(before.slice(0, start) + text + before.slice(end));
    this.select(start + text.length, start + text.length);
  }

  /** Selects a part of the text without taking the focus. */
  select(start, end) {
    this.field.setSelectionRange(start, end, "forward");
  }

  typed() {
    this.steps.put(this.text);
    this.show();
  }

  historyKey(event, step) {
    if (!step) return;
    event.preventDefault();
    const caret = this.field.selectionStart;
    this.field.value = this.steps.go(step);
    this.select(Math.min(caret, this.text.length), Math.min(caret, this.text.length));
    this.show();
  }

  show() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    this.sayAdded();
    this.changed(this.text);
  }

  sayAdded() {
    const marks = added(this.read, this.text);
    if (marks.length === 0) {
      this.added.replaceChildren();
      return;
    }
    const names = marks.map(({ mark, count }) => `${count} × ${mark}`).join(", ");
    this.added.replaceChildren(
      `Characters that cannot be seen came in with what was typed or pasted: ${names}. `,
      button("Take them out", { class: "vd-button vd-small" }, () => { this.put(withoutAdded(this.read, this.text)); this.field.focus(); }),
    );
  }

  turnAround() {
    this.lay(this.field.dir === "rtl" ? "ltr" : "rtl");
    this.turn.setAttribute("aria-pressed", this.turn.getAttribute("aria-pressed") === "true" ? "false" : "true");
    this.turned(this.field.dir);
    this.field.focus();
  }

  lay(direction) {
    this.field.dir = direction;
    this.field.lang = direction === "rtl" ? "ar" : "";
  }
}

function stepOf(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return 0;
  if (event.code === "KeyZ") return event.shiftKey ? 1 : -1;
  return event.code === "KeyY" ? 1 : 0;
}
