// The correction desk: puts picture, text and decisions of one block together, and hears the keys.
// It does not know HTTP, nor how a claim is kept or lost.

import { act } from "./actions.js";
import { Collisions } from "./collisions.js";
import { Api, Problem, problemOf } from "./logic/api.js";
import { Drafts } from "./logic/drafts.js";
import { inSet } from "./logic/digits.js";
import { actionOf } from "./logic/keys.js";
import { blockOf, KIND, lineCount, pictureOf } from "./logic/task.js";
import { Work } from "./logic/work.js";
import { nextDoubtful, shownWords } from "./logic/words.js";
import { Candidates } from "./view/candidates.js";
import { button, h, plural } from "./view/dom.js";
import { Editor } from "./view/editor.js";
import { Frame } from "./view/frame.js";
import { alternatives, Help, historyList } from "./view/parts.js";
import { Reading } from "./view/reading.js";
import { Sheet } from "./view/sheet.js";

const HELD = "vanguard-desk-task";
const REVIEWER = "vanguard-desk-reviewer";
const SINGLE = "vanguard-desk-single-keys";
const DECIDING = new Set(["accept", "correct", "reject", "skip", "undo"]);
const TICK_MS = 1_000;
const COUNTS_MS = 15_000;
const DONE = { accept: "Accepted", correct: "Corrected", reject: "Rejected", skip: "Skipped" };

class Desk extends HTMLElement {
  connectedCallback() {
    if (this.work) return;
    const asked = new URLSearchParams(location.search);
    this.api = new Api({ signedOut: () => vanguardConsole.comeBack() });
    this.api.reviewer = stored(REVIEWER);
    this.drafts = new Drafts(sessionStorage);
    this.work = new Work(
      this.api,
      { queue: asked.get("queue") || "documents", tag: asked.get("tag") ?? "", prefix: asked.get("prefix") ?? "" },
      (state) => this.collisions.leaseChanged(state),
    );
    this.collisions = new Collisions(this);
    this.block = null;
    this.marks = false;
    this.build();
    this.listen();
    this.begin();
  }

  build() {
    this.sheet = new Sheet({ picked: (i) => this.pick(i), pointed: (i) => this.pointBox(i), failed: (url) => this.whyNoPicture(url) });
    this.reading = new Reading({ pointed: (i) => this.pointWord(i), focused: (i) => this.goTo(i) });
    this.candidates = new Candidates({ chosen: (text) => this.putWord(text) });
    this.editor = new Editor({ changed: () => this.textChanged(), moved: (at) => this.caretMoved(at), turned: (direction) => this.turn(direction) });
    this.help = new Help({ single: this.single, switched: (on) => { this.single = on; } });
    this.frame = new Frame({
      parts: { sheet: this.sheet, reading: this.reading, candidates: this.candidates, editor: this.editor, help: this.help },
      tag: this.work.tag,
      prefix: this.work.prefix,
      queue: this.work.queue,
      filtered: (tag) => this.filter(tag),
      reviewer: this.api.reviewer,
      named: (name) => this.rename(name),
      act: (name) => act(this, { name }),
    });
    this.append(this.frame.element);
  }

  listen() {
    const heard = new AbortController();
    this.heard = heard;
    const { signal } = heard;
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    for (const kind of ["keydown", "pointerdown", "pointermove", "input"]) {
      document.addEventListener(kind, () => this.work.lease?.use(), { signal, passive: true });
    }
    addEventListener("pagehide", () => this.work.leave(), { signal });
    addEventListener("pageshow", (event) => { if (event.persisted) this.begin(); }, { signal });
    document.addEventListener("visibilitychange", () => this.work.lease?.tick(), { signal });
    const ticking = setInterval(() => { if (!document.hidden) this.work.lease?.tick(); }, TICK_MS);
    const counting = setInterval(() => { if (!document.hidden) this.count(); }, COUNTS_MS);
    signal.addEventListener("abort", () => { clearInterval(ticking); clearInterval(counting); });
  }

  disconnectedCallback() {
    this.heard.abort();
    this.work.leave();
  }

  get single() {
    return stored(SINGLE) !== "off";
  }

  set single(on) {
    store(SINGLE, on ? "on" : "off");
  }

  // What is at hand

  /** Goes on with the task that this tab had before it was loaded anew, else with the next one. */
  begin() {
    return this.busy("Looking for work …", async () => {
      const before = this.held();
      const task = before ? await this.work.take(before) : null;
      this.show(task ?? (await this.work.next()));
    });
  }

  next() {
    return this.busy("Looking for the next block …", async () => this.show(await this.work.next()));
  }

  held() {
    try { return sessionStorage.getItem(HELD); } catch { return null; }
  }

  show(task) {
    this.frame.notice.clear();
    try { sessionStorage.setItem(HELD, task?.id ?? ""); } catch { /* a reload starts with the next */ }
    this.block = task && blockOf(task);
    this.current = -1;
    this.count();
    if (!task) {
      this.frame.showEmpty(this.work);
      this.frame.say("Nothing is left to decide here.");
      return;
    }
    const { block } = this;
    this.frame.showBlock(block);
    this.sheet.show(block, pictureOf(block));
    this.editor.start(block.text, this.drafts.of(block.task), block.direction);
    this.frame.others.replaceChildren(
      ...[alternatives(block.alternatives, block.words, block.direction, (i) => this.take(i))].filter(Boolean),
    );
    this.frame.note.value = "";
    this.showHistory(false);
    if (task.kind && task.kind !== KIND) {
      this.frame.notice.show("bad", `This desk is for blocks of documents; this task is of kind “${task.kind}”. It can be skipped or rejected.`);
    }
    const first = nextDoubtful(this.shown, -1, 1);
    this.goTo(first, { follow: true });
    this.frame.toTop();
    this.reading.light(first, { focus: true, scroll: false });
    const doubtful = this.shown.filter(({ level }) => level === "doubtful" || level === "unsure").length;
    this.frame.say(`${block.kind} on page ${block.page} of ${block.name}: ${plural(doubtful, "doubtful word")}.`);
  }

  /** Runs one piece of work at a time; what goes wrong is said, and everything stays as it was. */
  async busy(words, work, mend = null) {
    if (this.working) return;
    this.working = true;
    this.frame.setBusy(words);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status !== 401 && !(mend && (await mend(error)))) this.fail(error);
    } finally {
      this.working = false;
      this.frame.setBusy("");
    }
  }

  fail(error) {
    const again = this.work.task ? null : button("Try again", {}, () => this.begin());
    this.frame.notice.show("bad", error.message, again);
    if (!this.work.task) this.frame.showNothing();
  }

  async count() {
    try {
      this.frame.showCounts(await this.work.counts());
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // counts that are late are no reason to stop
    }
  }

  // Words

  get word() {
    return this.shown?.[this.current] ?? null;
  }

  textChanged() {
    const { block } = this;
    if (!block) return;
    const text = this.editor.text;
    this.shown = shownWords(text, block.words);
    this.reading.show(text, this.shown, { direction: block.direction, marks: this.marks });
    const levels = [];
    for (const { word, level } of this.shown) if (word >= 0) levels[word] = level;
    this.sheet.mark(levels);
    this.drafts.keep(block.task, this.editor.isChanged ? text : null);
    this.frame.setChanged(this.editor.isChanged);
    this.goTo(Math.min(this.current, this.shown.length - 1));
  }

  turn(direction) {
    this.block.direction = direction;
    this.textChanged();
  }

  goTo(index, { follow = true } = {}) {
    this.current = index;
    const { word } = this;
    this.reading.light(index);
    this.sheet.light(word ? word.word : -1, { follow });
    this.candidates.show(word, this.block, pictureOf(this.block));
    if (word && document.activeElement !== this.editor.field) this.editor.select(word.start, word.end);
  }

  caretMoved(offset) {
    const at = this.shown.findIndex(({ start, end }) => start <= offset && offset <= end);
    if (at >= 0 && at !== this.current) this.goTo(at);
  }

  pick(read) {
    const at = this.shown.findIndex(({ word }) => word === read);
    if (at >= 0) this.reading.light(at, { focus: true });
  }

  pointBox(read) {
    this.reading.hint(read < 0 ? -1 : this.shown.findIndex(({ word }) => word === read));
  }

  pointWord(index) {
    this.sheet.light((index < 0 ? this.word : this.shown[index])?.word ?? -1);
  }

  step(direction) {
    const at = nextDoubtful(this.shown, this.current, direction);
    if (at < 0) {
      this.frame.say("No word is doubtful.");
      return;
    }
    this.goTo(at);
    if (document.activeElement === this.editor.field) this.editor.select(this.word.start, this.word.end);
    else this.reading.light(at, { focus: true });
  }

  putWord(text) {
    const { word, current } = this;
    if (!word) return;
    this.editor.replace(word.start, word.end, text);
    this.frame.say(`Now ${text}.`);
    this.reading.light(current, { focus: true });
  }

  /** The digits of the current word, or of the whole text where no word is current, in another set. */
  setDigits(name) {
    if (this.word) this.putWord(inSet(this.word.text, name));
    else this.editor.put(inSet(this.editor.text, name));
  }

  take(index) {
    const { alternatives: found } = this.block;
    if (found.length === 0) {
      this.frame.say("No other reader has read this block.");
      return;
    }
    this.taken = index ?? ((this.taken ?? -1) + 1) % found.length;
    const { reader, text } = found[this.taken];
    this.editor.put(text);
    this.frame.say(`The text of ${reader} is in the field.`);
    this.reading.light(Math.max(0, this.current), { focus: true });
  }

  // Decisions

  decide(verdict, { sure = false } = {}) {
    if (!this.work.task) return undefined;
    if (verdict === "correct" && !sure && this.movesCells()) {
      this.frame.notice.show(
        "busy",
        `This table has ${lineCount(this.block.text)} lines of cells, the text in the field has ${lineCount(this.editor.text)}. A correction with another number of lines is kept, but cannot be put back into the cells.`,
        button("Save it all the same", {}, () => this.decide("correct", { sure: true })),
        button("Go on editing", {}, () => { this.frame.notice.clear(); this.editor.field.focus(); }),
      );
      return undefined;
    }
    if (verdict === "accept" && this.editor.isChanged) {
      this.frame.notice.show(
        "busy",
        "The text was changed, so it is no longer what was read. Save it as a correction, or put it back first.",
        button("Save the correction", { key: "c" }, () => this.decide("correct")),
        button("Put it back", { key: "z" }, () => this.restore()),
      );
      return undefined;
    }
    if (verdict === "correct" && !this.editor.isChanged) {
      this.frame.say("The text is as it was read: accept it with a, or change it first.");
      this.editor.field.focus();
      return undefined;
    }
    const text = verdict === "correct" ? this.editor.text : null;
    const { task } = this.block;
    return this.busy("Saving …", async () => {
      await this.work.decide(verdict, { text, note: this.frame.note.value.trim() });
      this.drafts.keep(task, null);
      this.frame.decided(DONE[verdict]);
      this.show(await this.work.next());
    }, (error) => this.collisions.mend(error));
  }

  movesCells() {
    return this.block.isTable && lineCount(this.editor.text) !== lineCount(this.block.text);
  }

  undo() {
    if (this.work.decided.length === 0) {
      this.frame.say("Nothing to undo in this tab.");
      return undefined;
    }
    return this.busy("Undoing …", async () => {
      const { task, text } = await this.work.undo();
      if (!task) {
        this.frame.notice.show("busy", "The decision was taken back; somebody else has the block now.");
        return;
      }
      if (text !== null) this.drafts.keep(task.id, text);
      this.show(task);
      this.frame.decided("Undone");
    });
  }

  filter(tag) {
    const task = this.work.task;
    this.work.tag = tag;
    const asked = new URLSearchParams(location.search);
    if (tag) asked.set("tag", tag); else asked.delete("tag");
    history.replaceState(null, "", `${location.pathname}?${asked}`);
    return this.busy("Looking for the next block …", async () => {
      if (task) await this.work.letGo(task);
      this.show(await this.work.next());
    });
  }

  /** From now on under another name; what is at hand changes hands with it. */
  rename(name) {
    if (name === this.api.reviewer) return undefined;
    store(REVIEWER, name);
    const { task } = this.work;
    return this.busy("Changing the name …", async () => {
      if (task) await this.work.letGo(task);
      this.api.reviewer = name;
      this.work.decided = []; // they are the other's to undo
      this.show((task && (await this.work.take(task.id))) ?? (await this.work.next()));
    });
  }

  // Beside it

  async whyNoPicture(url) {
    try {
      const answer = await this.api.ask(url, { headers: { accept: "image/png" } });
      return answer.ok ? "It is no picture that this browser knows." : (await problemOf(answer)).message;
    } catch (error) {
      return error.message;
    }
  }

  showHistory(open) {
    this.historyOpen = open;
    this.frame.showHistory(null);
    if (!open || !this.block) return undefined;
    return this.work.look(this.block.task).then(
      (task) => this.frame.showHistory(historyList(task)),
      (error) => this.frame.showHistory(h("p", { class: "vd-soft" }, error.message)),
    );
  }

  // Keys

  key(event) {
    const { target } = event;
    const inside = target instanceof Element;
    const typing = inside && Boolean(target.closest("textarea, input:not([type=checkbox]), select, [contenteditable]"));
    const pressing = inside && event.key === "Enter" && !event.ctrlKey && target.closest("button, a, summary, input");
    if (pressing || this.help.element.open) {
      if (this.help.element.open && event.key === "?") { event.preventDefault(); this.help.toggle(); }
      return;
    }
    const action = actionOf(event, { typing, single: this.single });
    if (!action) return;
    event.preventDefault();
    // a key that is held down must not decide one block after the other
    if (!(event.repeat && DECIDING.has(action.name))) act(this, action);
  }

  restore() {
    this.frame.notice.clear();
    this.editor.put(this.block.text);
    this.frame.say("The text is as it was read.");
  }

  edit() {
    const { word } = this;
    this.editor.field.focus();
    if (word) this.editor.select(word.start, word.end);
  }

  showMarks(on) {
    this.marks = on;
    this.frame.setMarks(on);
    this.textChanged();
  }
}

function stored(name) {
  try { return localStorage.getItem(name) ?? ""; } catch { return ""; }
}

function store(name, value) {
  try { localStorage.setItem(name, value); } catch { /* private mode: for this page only */ }
}

customElements.define("vg-desk", Desk);
