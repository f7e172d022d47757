// What could stand in the current word's place: other readers' words, the number in other digits, digits that
// look alike; with the word's own piece of the page enlarged above. It does not know how a word is put in.

import { confusions, isNumber, otherSets } from "../logic/digits.js";
import { otherReadings, percent } from "../logic/words.js";
import { h, own } from "./dom.js";

const MOST = 9;
const CROP_HEIGHT_PX = 72;
const CROP_WIDTH_PX = 280;

/** The candidates of a word, at most nine: `[{text, label, key}]`; `key` of its own or its place from 1. */
export function candidatesOf(word, block) {
  const others = otherReadings(block.alternatives, block.words, word.word).map(({ reader, text }) => ({ text, label: reader }));
  const sets = otherSets(word.text);
  const read = word.changed && word.word >= 0 ? [{ text: block.words[word.word].text, label: "as it was read" }] : [];
  const found = [...read, ...others, ...sets];
  const alike = isNumber(word.text) ? confusions(word.text, MOST) : [];
  const texts = new Set([word.text]);
  return [...found, ...alike]
    .filter(({ text }) => !texts.has(text) && texts.add(text))
    .slice(0, MOST)
    .map((one, i) => ({ ...one, number: String(i + 1) }));
}

/** Middle part of the right pane; `chosen(text)` when one was pressed. */
export class Candidates {
  constructor({ chosen }) {
    this.chosen = chosen;
    this.found = [];
    this.crop = h("div", { class: "vd-crop", role: "img" });
    this.told = h("p", { class: "vd-told" });
    this.list = h("ul", { class: "vd-candidates" });
    this.element = h("section", { class: "vd-word-card", "aria-label": "Current word" }, this.crop, h("div", { class: "vd-word-side" }, this.told, this.list));
  }

  /** Shows a word; null for none. */
  show(word, block, url) {
    this.found = word ? candidatesOf(word, block) : [];
    const place = word ? block.words[word.word]?.place : null;
    this.drawCrop(place, block, url);
    if (!word) this.told.replaceChildren("Walk through the words with the arrow keys, or press n for the next doubtful one.");
    else {
      const said = word.changed ? "changed" : `read with ${percent(word.confidence)}`;
      this.told.replaceChildren(own(word.text, { class: "vd-token" }), ` ${said.replace("with not told", "without a confidence")}`);
    }
    this.list.replaceChildren(
      ...this.found.map((one) =>
        h("li", {},
          h("button", { type: "button", class: "vd-candidate", onclick: () => this.chosen(one.text) },
            h("kbd", {}, one.key ? `${one.number} ${one.key}` : one.number),
            own(one.text, { class: "vd-token" }),
            h("span", { class: "vd-source" }, own(one.label)),
          ),
        ),
      ),
    );
  }

  drawCrop(place, block, url) {
    this.crop.hidden = !place || !url || !block.page_size;
    if (this.crop.hidden) return;
    const { width, height } = block.page_size;
    const margin = place.height * 0.35;
    const side = (margin * height) / width;
    const wide = (place.width + 2 * side) * width;
    const high = (place.height + 2 * margin) * height;
    const scale = Math.min(CROP_HEIGHT_PX / high, CROP_WIDTH_PX / wide);
    Object.assign(this.crop.style, {
      height: `${high * scale}px`,
      width: `${wide * scale}px`,
      backgroundImage: `url("${url}")`,
      backgroundSize: `${width * scale}px ${height * scale}px`,
      backgroundPosition: `${-(place.left - side) * width * scale}px ${-(place.top - margin) * height * scale}px`,
    });
    this.crop.setAttribute("aria-label", "The word on the page, enlarged");
  }
}
