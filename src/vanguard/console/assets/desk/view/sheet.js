// The page's picture with the block's box and its words' boxes on it; zoom.
// It does not know texts or tasks. Boxes are parts of the page, so that the picture's size is of no account.

import { percent } from "../logic/words.js";
import { button, h } from "./dom.js";

const LEAST = 0.25;
const MOST = 8;
const STEP = 1.25;
const AROUND = 1.12; // room around a block that fills the pane
const LARGEST_FIT = 2.5;

/** The left pane. `picked(i)` and `pointed(i)` tell which word's box was clicked or hovered; -1 for none. */
export class Sheet {
  constructor({ picked, pointed, failed }) {
    this.picked = picked;
    this.pointed = pointed;
    this.failed = failed;
    this.block = null;
    this.boxes = [];
    this.zoom = 1;
    this.picture = h("img", { class: "vd-picture", draggable: "false", alt: "", onerror: () => this.miss() });
    this.boxLayer = h("div", { class: "vd-boxes", "aria-hidden": "true" });
    this.stage = h("div", { class: "vd-stage" }, this.picture, this.boxLayer);
    this.words = h("p", { class: "vd-miss", role: "alert", hidden: true });
    this.pane = h("div", { class: "vd-pane", tabindex: "0", role: "region", "aria-label": "Page picture" }, this.stage, this.words);
    this.level = h("output", { class: "vd-level", "aria-label": "Zoom" });
    this.element = h(
      "section",
      { class: "vd-sheet vg-card", "aria-label": "Page" },
      h(
        "div",
        { class: "vd-tools" },
        h("span", { class: "vd-where" }),
        button("−", { "aria-label": "Smaller", class: "vd-button vd-small" }, () => this.scale(1 / STEP)),
        this.level,
        button("+", { "aria-label": "Larger", class: "vd-button vd-small" }, () => this.scale(STEP)),
        button("Block", { class: "vd-button vd-small" }, () => this.fitBlock()),
        button("Page", { class: "vd-button vd-small" }, () => this.fitPage()),
      ),
      this.pane,
    );
    this.where = this.element.querySelector(".vd-where");
    new ResizeObserver(() => this.block && this.again?.()).observe(this.pane);
  }

  /** Shows a block on its page. */
  show(block, url) {
    const samePage = this.url === url && url;
    this.block = block;
    this.url = url;
    this.words.hidden = true;
    this.stage.hidden = false;
    const { width, height } = block.page_size ?? { width: 210, height: 297 };
    this.stage.style.aspectRatio = `${width} / ${height}`;
    this.where.textContent = block.page ? `Page ${block.page}` : "Page";
    this.picture.alt = `Picture of page ${block.page}`;
    if (!url) this.miss();
    else if (!samePage) this.picture.src = url;
    this.drawBoxes();
    this.fitBlock();
  }

  drawBoxes() {
    const { block } = this;
    const outline = block.place && h("div", { class: "vd-block-box" });
    this.boxes = block.words.map((word, i) => {
      if (!word.place) return null;
      const box = h("div", {
        class: "vd-box",
        title: `${word.text} · ${percent(word.confidence)}`,
        onclick: () => this.picked(i),
        onpointerenter: () => this.pointed(i),
        onpointerleave: () => this.pointed(-1),
      });
      return put(box, word.place);
    });
    if (outline) put(outline, block.place);
    this.boxLayer.replaceChildren(...[outline, ...this.boxes].filter(Boolean));
  }

  /** Draws each word's level anew; a word that the text no longer has is `gone`. */
  mark(levels) {
    this.boxes.forEach((box, i) => { if (box) box.dataset.level = levels[i] ?? "gone"; });
  }

  /** Draws one word's box strongly, and brings it into view where `follow`. */
  light(index, { follow = false } = {}) {
    this.boxes.forEach((box, i) => box?.classList.toggle("is-lit", i === index));
    const place = this.block?.words[index]?.place;
    if (place && follow) this.bringIntoView(place);
  }

  /** Makes it larger by a factor; the middle stays where it is. */
  scale(factor) {
    this.again = null;
    const { pane } = this;
    const x = (pane.scrollLeft + pane.clientWidth / 2) / this.stage.offsetWidth;
    const y = (pane.scrollTop + pane.clientHeight / 2) / this.stage.offsetHeight;
    this.setZoom(this.zoom * factor);
    pane.scrollTo({
      left: x * this.stage.offsetWidth - pane.clientWidth / 2,
      top: y * this.stage.offsetHeight - pane.clientHeight / 2,
    });
  }

  fitPage() {
    this.again = () => this.fitPage();
    const { width, height } = this.block.page_size ?? { width: 210, height: 297 };
    this.setZoom(Math.min(1, (this.pane.clientHeight * width) / (height * this.pane.clientWidth || 1)));
    this.pane.scrollTo(0, 0);
  }

  fitBlock() {
    this.again = () => this.fitBlock();
    const { place } = this.block;
    if (!place) { this.fitPage(); this.again = () => this.fitBlock(); return; }
    const { width, height } = this.block.page_size;
    const tall = (this.pane.clientHeight * width) / (place.height * height * AROUND * this.pane.clientWidth || 1);
    this.setZoom(Math.min(LARGEST_FIT, Math.max(0.6, Math.min(1 / (place.width * AROUND), tall))));
    this.pane.scrollTo({
      left: (place.left + place.width / 2) * this.stage.offsetWidth - this.pane.clientWidth / 2,
      top: Math.min(
        (place.top + place.height / 2) * this.stage.offsetHeight - this.pane.clientHeight / 2,
        place.top * this.stage.offsetHeight - 12,
      ),
    });
  }

  setZoom(zoom) {
    this.zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.stage.style.width = `${this.zoom * 100}%`;
    this.level.textContent = `${Math.round(this.zoom * 100)} %`;
  }

  bringIntoView({ left, top, width, height }) {
    const { pane, stage } = this;
    const nearest = (from, size, seenFrom, seen) => {
      if (from < seenFrom) return from - 24;
      return from + size > seenFrom + seen ? from + size - seen + 24 : seenFrom;
    };
    pane.scrollTo({
      left: nearest(left * stage.offsetWidth, width * stage.offsetWidth, pane.scrollLeft, pane.clientWidth),
      top: nearest(top * stage.offsetHeight, height * stage.offsetHeight, pane.scrollTop, pane.clientHeight),
    });
  }

  async miss() {
    const { url } = this;
    this.stage.hidden = true;
    this.words.hidden = false;
    this.words.textContent = "The page's picture cannot be shown.";
    const why = url ? await this.failed(url) : "The task names no page.";
    if (this.url === url) this.words.textContent = `The page's picture cannot be shown. ${why}`;
  }
}

function put(element, { left, top, width, height }) {
  Object.assign(element.style, {
    left: `${left * 100}%`,
    top: `${top * 100}%`,
    width: `${width * 100}%`,
    height: `${height * 100}%`,
  });
  return element;
}
