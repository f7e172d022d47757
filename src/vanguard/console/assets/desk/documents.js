// Documents: uploads, the jobs that read them, what came out, and the queues of what is to be corrected.
// It does not know how anything is read.

import { Api, Problem } from "./logic/api.js";
import { keyFor, progressOf, RESULTS, sizeWords, stateWords } from "./logic/jobs.js";
import { button, h, own, plural } from "./view/dom.js";
import { Notice } from "./view/parts.js";

const BUSY_MS = 2_000;
const CALM_MS = 15_000;
const ACCEPTED = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.webp";
const KINDS = [["digits", "Confusable digits"], ["table", "Tables"], ["vocalised", "Vocalised text"]];

class Documents extends HTMLElement {
  connectedCallback() {
    if (this.api) return;
    this.api = new Api({ signedOut: () => vanguardConsole.comeBack() });
    this.jobs = [];
    this.build();
    this.heard = new AbortController();
    document.addEventListener("visibilitychange", () => this.refresh(), { signal: this.heard.signal });
    this.refresh();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.heard.abort();
  }

  build() {
    this.live = h("div", { class: "vd-live", role: "status", "aria-live": "polite" });
    this.notice = new Notice();
    this.input = h("input", { type: "file", id: "vd-file", multiple: true, accept: ACCEPTED, class: "vd-file", onchange: () => this.upload([...this.input.files]) });
    this.review = h("input", { type: "checkbox", id: "vd-review", checked: true });
    this.languages = h("input", { id: "vd-languages", class: "vd-note", value: "", placeholder: "such as ara+eng", autocomplete: "off", maxlength: 100 });
    this.password = h("input", { type: "password", id: "vd-password", class: "vd-note", placeholder: "of encrypted PDFs", autocomplete: "off", maxlength: 1000 });
    this.reader = h("select", { id: "vd-reader", class: "vd-note", onchange: () => { this.model.disabled = this.reader.value === "ocr"; } },
      [["ocr", "OCR"], ["vision", "a model, else OCR"], ["both", "OCR and a model"]].map(([value, words]) => h("option", { value }, words)));
    this.model = h("input", { id: "vd-model", class: "vd-note", placeholder: "the model's name", autocomplete: "off", maxlength: 200, disabled: true });
    this.drop = h(
      "div",
      { class: "vd-drop", ondragover: (event) => this.dragged(event, true), ondragleave: (event) => this.dragged(event, false), ondrop: (event) => this.dropped(event) },
      h("label", { for: "vd-file", class: "vd-drop-words" }, h("strong", {}, "Choose files"), " or drop them here: PDF, PNG, JPEG, TIFF, WebP"),
      this.input,
      h("div", { class: "vd-row" },
        h("span", { class: "vd-check" }, this.review, h("label", { for: "vd-review" }, "Put what is doubtful into the correction queue")),
        h("span", { class: "vd-check" }, h("label", { for: "vd-languages" }, "Languages"), this.languages)),
      h("div", { class: "vd-row" },
        h("span", { class: "vd-check" }, h("label", { for: "vd-password" }, "Password"), this.password),
        h("span", { class: "vd-check" }, h("label", { for: "vd-reader" }, "Read by"), this.reader),
        h("span", { class: "vd-check" }, h("label", { for: "vd-model" }, "Model"), this.model)),
    );
    this.rows = h("tbody", {});
    this.table = h("table", { class: "vd-table", hidden: true },
      h("thead", {}, h("tr", {}, ["Document", "State", "Pages", "Results", ""].map((name) => h("th", { scope: "col" }, name || h("span", { class: "vd-hidden" }, "Actions"))))),
      this.rows);
    this.words = h("p", { class: "vd-soft" }, "Asking …");
    this.more = button("Older documents", { hidden: true }, () => this.older());
    this.queues = h("div", { class: "vd-queues" });
    this.append(h("div", { class: "vd-documents" },
      this.live,
      this.notice.element,
      h("div", { class: "vd-columns" },
        h("section", { class: "vg-card", "aria-label": "Read a document" }, h("h2", { class: "vd-title" }, "Read a document"), this.drop),
        h("section", { class: "vg-card", "aria-label": "To be corrected" }, h("h2", { class: "vd-title" }, "To be corrected"), this.queues)),
      h("section", { class: "vg-card", "aria-label": "Documents" }, h("h2", { class: "vd-title" }, "Documents"), this.words, h("div", { class: "vd-scroll" }, this.table), this.more),
    ));
  }

  // Asking

  async refresh() {
    clearTimeout(this.timer);
    if (document.hidden) return; // the change of visibility asks again
    try {
      const [{ documents, next }, { queues }] = await Promise.all([this.api.get("/api/documents"), this.api.get("/api/review/queues")]);
      // pages of the list that were opened by hand stay as they are
      const older = this.jobs.filter(({ id }) => this.opened?.has(id) && !documents.some((one) => one.id === id));
      this.jobs = [...documents, ...older];
      if (!this.opened) this.showMore(next);
      this.showJobs();
      this.showQueues(queues);
      if (this.away) { this.notice.clear(); this.away = false; }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) return;
      this.away = true;
      this.words.textContent = this.jobs.length ? "" : "Nothing can be shown.";
      this.notice.show("bad", error.message);
    }
    const busy = this.jobs.some(({ state }) => state === "queued" || state === "reading");
    this.timer = setTimeout(() => this.refresh(), busy ? BUSY_MS : CALM_MS);
  }

  showMore(cursor) {
    this.cursor = cursor || "";
    this.more.hidden = !this.cursor;
  }

  async older() {
    await this.careful(async () => {
      const { documents, next } = await this.api.get(`/api/documents?cursor=${encodeURIComponent(this.cursor)}`);
      this.opened = new Set([...(this.opened ?? []), ...documents.map(({ id }) => id)]);
      this.jobs = [...this.jobs, ...documents.filter(({ id }) => !this.jobs.some((one) => one.id === id))];
      this.showMore(next);
      this.showJobs();
    });
  }

  async careful(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status !== 401) this.notice.show("bad", error.message, button("Close", {}, () => this.notice.clear()));
    }
  }

  // Showing

  showJobs() {
    this.table.hidden = this.jobs.length === 0;
    this.words.textContent = this.jobs.length === 0 ? "No documents yet: the first one that is read appears here." : "";
    const focused = this.focusedPlace();
    const drawn = new Map([...this.rows.children].map((row) => [row.dataset.told, row]));
    const wanted = this.jobs.map((job) => drawn.get(JSON.stringify(job)) ?? this.row(job));
    for (const row of [...this.rows.children]) if (!wanted.includes(row)) row.remove();
    // what has not changed is not touched: a row that is taken out and put in again loses the focus
    wanted.forEach((row, i) => { if (this.rows.children[i] !== row) this.rows.insertBefore(row, this.rows.children[i] ?? null); });
    if (focused && !this.rows.contains(document.activeElement)) {
      const row = [...this.rows.children].find(({ dataset }) => dataset.id === focused.id);
      (row?.querySelectorAll("a, button")[focused.place] ?? row?.querySelector("a, button"))?.focus();
    }
  }

  /** Which link or button of which job has the focus; null when none has. */
  focusedPlace() {
    const row = this.rows.contains(document.activeElement) && document.activeElement.closest("tr");
    return row ? { id: row.dataset.id, place: [...row.querySelectorAll("a, button")].indexOf(document.activeElement) } : null;
  }

  row(job) {
    const progress = progressOf(job);
    const done = job.state === "done";
    return h(
      "tr",
      { "data-told": JSON.stringify(job), "data-id": job.id },
      h("td", {}, own(job.name || job.id, { class: "vd-name" }), h("div", { class: "vd-soft" }, own(job.id))),
      h("td", {}, h("span", { class: "vd-state", "data-state": job.state }, stateWords(job)), job.error && h("div", { class: "vd-soft vd-error" }, own(job.error.message ?? ""))),
      h("td", { class: "vd-numbers" }, progress.words, progress.part !== null && h("progress", { class: "vd-progress", max: "1", value: progress.part, "aria-label": `Pages read of ${job.name}` })),
      h("td", {}, done && h("div", { class: "vd-row vd-results" }, RESULTS.map(([format, words]) => h("a", { href: `/api/documents/${encodeURIComponent(job.id)}/result?format=${format}` }, words)))),
      h("td", {}, h("div", { class: "vd-row" },
        done && h("a", { class: "vd-button vd-small", href: `/desk?prefix=${encodeURIComponent(`${job.id}/`)}` }, "Correct"),
        button("Delete", { class: "vd-button vd-small", "aria-label": `Delete ${job.name}` }, () => this.remove(job)))),
    );
  }

  showQueues(queues) {
    const told = JSON.stringify(queues);
    if (told === this.queuesTold) return;
    this.queuesTold = told;
    if (queues.length === 0) {
      this.queues.replaceChildren(h("p", { class: "vd-soft" }, "Nothing yet. What a reader was not sure of comes here when a document was read."));
      return;
    }
    this.queues.replaceChildren(...queues.map((queue) => {
      const all = queue.open + queue.claimed + queue.decided;
      const there = `/desk?queue=${encodeURIComponent(queue.name)}`;
      return h("div", { class: "vd-queue" },
        h("div", { class: "vd-row" }, h("strong", {}, own(queue.name)), h("span", { class: "vd-soft" }, `${queue.open} open · ${queue.claimed} claimed · ${queue.decided} decided`)),
        h("progress", { class: "vd-progress vd-wide", max: "1", value: all ? queue.decided / all : 0, "aria-label": `Decided in ${queue.name}` }),
        h("div", { class: "vd-row" }, h("a", { class: "vd-button vd-main", href: there }, "Open the desk"), KINDS.map(([tag, words]) => h("a", { class: "vd-button vd-small", href: `${there}&tag=${tag}` }, words))));
    }), h("div", { class: "vd-row" },
      h("a", { href: "/api/documents/corrections?format=zip", download: "corrections.zip" }, "Export corrections with pictures (ZIP)"),
      h("a", { href: "/api/documents/corrections?format=jsonl", download: "corrections.jsonl" }, "as JSON lines")));
  }

  // Changing

  dragged(event, over) {
    event.preventDefault();
    this.drop.classList.toggle("is-over", over);
  }

  dropped(event) {
    this.dragged(event, false);
    this.upload([...event.dataTransfer.files]);
  }

  /** Sends the files one after the other; one that fails does not keep the next from going. */
  async upload(files) {
    this.input.value = "";
    const failed = [];
    for (const [i, file] of files.entries()) {
      this.live.textContent = `Sending ${file.name} (${sizeWords(file.size)}), ${i + 1} of ${files.length} …`;
      const form = new FormData();
      form.append("file", file, file.name);
      form.append("review", String(this.review.checked));
      if (this.languages.value.trim()) form.append("languages", this.languages.value.trim());
      if (this.password.value) form.append("password", this.password.value);
      if (this.reader.value !== "ocr") {
        form.append("reader", this.reader.value);
        form.append("model", this.model.value.trim());
      }
      try {
        await this.api.send("POST", "/api/documents", form, { headers: { "idempotency-key": keyFor(file) } });
        await this.refresh();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        failed.push(`${file.name}: ${error.message}`);
      }
    }
    if (!failed.length) this.password.value = ""; // it belonged to these files
    const sent = files.length - failed.length;
    this.live.textContent = sent ? `${plural(sent, "document")} sent.` : "";
    if (failed.length) this.notice.show("bad", h("ul", {}, failed.map((words) => h("li", {}, own(words)))), button("Close", {}, () => this.notice.clear()));
  }

  async remove(job) {
    if (!confirm(`Delete ${job.name || job.id}, its results, and the texts of its blocks that were corrected?`)) return;
    await this.careful(async () => {
      await this.api.send("DELETE", `/api/documents/${encodeURIComponent(job.id)}`);
      this.jobs = this.jobs.filter(({ id }) => id !== job.id);
      this.showJobs();
      this.live.textContent = `${job.name || job.id} is deleted.`;
    });
  }
}

customElements.define("vg-documents", Documents);
