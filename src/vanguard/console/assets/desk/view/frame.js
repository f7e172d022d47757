// The desk's frame: what stands where, the bar of decisions, progress, the live region, the empty states.
// It does not know what an action does; it names it.

import { levelOf, percent } from "../logic/words.js";
import { button, h, own, plural } from "./dom.js";
import { legend, Notice } from "./parts.js";

const TAGS = [["", "Everything"], ["digits", "Confusable digits"], ["table", "Tables"], ["vocalised", "Vocalised text"]];
const LEASES = {
  held: "",
  resting: "Claim rests: the page is not used",
  expired: "Claim ran out",
  lost: "Claim lost",
};

/** Everything that is seen; `act(name)` when a button was pressed, `filtered(tag)` for the filter. */
export class Frame {
  constructor({ parts, tag, prefix, queue, filtered, act, reviewer, named }) {
    this.parts = parts;
    this.queue = queue;
    this.live = h("div", { class: "vd-live", role: "status", "aria-live": "polite" });
    this.notice = new Notice();
    this.others = h("div", {});
    this.note = h("input", { id: "vd-note", class: "vd-note", maxlength: 1000, autocomplete: "off", dir: "auto" });
    this.name = h("input", { id: "vd-reviewer", class: "vd-note vd-who", value: reviewer, maxlength: 100, dir: "auto", autocomplete: "name", placeholder: "your name", onchange: () => named(this.name.value.trim()) });
    this.element = h("div", { class: "vd-desk" }, this.buildBar(tag, prefix, filtered), this.live, this.buildBody(act), parts.help.element);
    this.act = act;
  }

  buildBar(tag, prefix, filtered) {
    const known = TAGS.some(([value]) => value === tag) ? TAGS : [...TAGS, [tag, tag]];
    this.filter = h(
      "select",
      { id: "vd-filter", class: "vd-select", onchange: () => filtered(this.filter.value) },
      known.map(([value, words]) => h("option", { value, selected: value === tag }, words)),
    );
    this.counts = h("span", { class: "vd-counts" });
    this.progress = h("progress", { class: "vd-progress", max: "1", value: "0", "aria-label": "Decided" });
    this.lease = h("span", { class: "vd-lease" });
    this.busy = h("span", { class: "vd-busy" });
    return h(
      "div",
      { class: "vd-bar" },
      h("h2", { class: "vd-title" }, "Correction desk"),
      h("label", { for: "vd-filter", class: "vd-soft" }, "Show"),
      this.filter,
      prefix && h("span", { class: "vd-soft", title: prefix }, "one document · ", h("a", { href: `/desk?queue=${encodeURIComponent(this.queue)}` }, "show all")),
      this.progress,
      this.counts,
      this.lease,
      this.busy,
      h("span", { class: "vd-grow" }),
      h("label", { for: "vd-reviewer", class: "vd-soft" }, "Reviewer"),
      this.name,
      h("a", { class: "vd-button", href: "/api/documents/corrections?format=zip", download: "corrections.zip", title: "All corrections as training pairs: pictures and texts" }, "Export corrections"),
      button("Keys", { key: "?" }, () => this.act("help")),
    );
  }

  buildBody(act) {
    const { sheet, reading, candidates, editor } = this.parts;
    this.about = h("div", { class: "vd-about" });
    this.reasons = h("ul", { class: "vd-reasons", "aria-label": "Why it is here" });
    this.historyArea = h("div", {});
    this.historyButton = button("History", { key: "h", class: "vd-button vd-small", "aria-expanded": "false" }, () => act("history"));
    this.marksButton = button("Invisible", { key: "m", title: "Show characters that cannot be seen", class: "vd-button vd-small", "aria-pressed": "false" }, () => act("marks"));
    this.acceptButton = button("Accept", { key: "a", class: "vd-button vd-main" }, () => act("accept"));
    this.correctButton = button("Save correction", { key: "c", class: "vd-button" }, () => act("correct"));
    this.decisions = h(
      "div",
      { class: "vd-decisions", role: "group", "aria-label": "Decide" },
      this.acceptButton,
      this.correctButton,
      button("Reject", { key: "r", title: "This is no text" }, () => act("reject")),
      button("Skip", { key: "s" }, () => act("skip")),
      button("Undo", { key: "u", title: "Take the last decision back" }, () => act("undo")),
    );
    this.text = h(
      "section",
      { class: "vd-text vd-card vg-card", "aria-label": "Text" },
      this.about,
      this.reasons,
      h("div", { class: "vd-row vd-legend-row" }, legend(), this.marksButton),
      reading.element,
      candidates.element,
      editor.element,
      h("div", { class: "vd-row" }, h("label", { for: "vd-note", class: "vd-soft" }, "Note"), this.note),
      this.others,
      h("div", { class: "vd-row" }, this.historyButton),
      this.historyArea,
    );
    this.side = h("div", { class: "vd-side" }, this.notice.element, this.text, this.decisions);
    this.empty = h("div", { class: "vd-empty vg-card", hidden: true });
    this.elsewhere = h("p", { class: "vd-soft" });
    this.body = h("div", { class: "vd-body", hidden: true }, sheet.element, this.side);
    return h("div", { class: "vd-whole" }, this.empty, this.body);
  }

  /** Says something to those who listen, and shows it for a moment to those who look. */
  say(words) {
    this.live.textContent = words;
  }

  /** A decision that was made, before what comes next is said. */
  decided(words) {
    this.last = words;
    this.live.textContent = words;
  }

  /** Another block begins at its beginning, however far the last one was read. */
  toTop() {
    this.text.scrollTo(0, 0);
  }

  setBusy(words) {
    this.busy.textContent = words;
    this.element.toggleAttribute("aria-busy", Boolean(words));
  }

  setChanged(changed) {
    this.acceptButton.classList.toggle("vd-main", !changed);
    this.correctButton.classList.toggle("vd-main", changed);
  }

  setMarks(on) {
    this.marksButton.setAttribute("aria-pressed", String(on));
  }

  showLease(state) {
    this.lease.textContent = LEASES[state];
    this.lease.dataset.state = state;
  }

  showCounts(counts) {
    const { open, claimed, decided } = counts ?? { open: 0, claimed: 0, decided: 0 };
    const all = open + claimed + decided;
    this.progress.value = all ? decided / all : 0;
    this.elsewhere.textContent = claimed > 0 ? `${plural(claimed, "block")} ${claimed === 1 ? "is" : "are"} being worked on by others.` : "";
    this.counts.textContent = `${decided.toLocaleString("en")} of ${all.toLocaleString("en")} decided · ${open.toLocaleString("en")} open`;
  }

  showBlock(block) {
    this.empty.hidden = true;
    this.body.hidden = false;
    this.showLease("held");
    this.about.replaceChildren(
      h("h3", { class: "vd-name" }, own(block.name)),
      h(
        "p",
        { class: "vd-soft" },
        block.page ? `page ${block.page} · ` : "",
        block.kind,
        ...(block.reader ? [" · read by ", own(block.reader)] : []),
        " · ",
        h("span", { class: "vd-chip", "data-level": levelOf(block.confidence) }, `confidence ${percent(block.confidence)}`),
        ` · doubt ${Math.round(block.doubt * 100)} %`,
      ),
    );
    this.reasons.replaceChildren(...block.reasons.map((reason) => h("li", { dir: "auto" }, reason)));
  }

  showHistory(content) {
    this.historyButton.setAttribute("aria-expanded", String(Boolean(content)));
    this.historyArea.replaceChildren(...(content ? [content] : []));
  }

  /** Nothing is at hand, and why has been said. */
  showNothing() {
    this.body.hidden = true;
    this.empty.hidden = false;
    this.empty.replaceChildren(this.notice.element, h("p", { class: "vd-soft" }, "Nothing is shown: see above."));
  }

  /** Nothing is left to do. */
  showEmpty({ tag, prefix, skipped }) {
    this.body.hidden = true;
    this.empty.hidden = false;
    const filtered = tag || prefix;
    this.empty.replaceChildren(
      h("h3", { class: "vd-name" }, filtered ? "Nothing of this kind is left" : "Nothing is left to correct"),
      h("p", { class: "vd-soft" }, filtered
        ? "No open block matches what is asked for above."
        : "Blocks that a reader was not sure of come here when a document was read."),
      this.elsewhere,
      skipped > 0 ? h("p", { class: "vd-soft" }, `${plural(skipped, "block")} that you skipped in this tab stay open for others.`) : "",
      h("div", { class: "vd-row" },
        filtered && h("a", { class: "vd-button", href: `/desk?queue=${encodeURIComponent(this.queue)}` }, "Show everything"),
        h("a", { class: "vd-button", href: "/documents" }, "Upload a document"),
        button("Undo", { key: "u" }, () => this.act("undo")),
        button("Look again", {}, () => location.reload()),
      ),
    );
  }
}
