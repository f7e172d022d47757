// Makes elements. Text is always text: nothing here reads HTML.

/** An element with attributes, listeners (`onclick`) and children; null, undefined and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button of the desk; `key` is shown beside its words. */
export function button(words, { key = "", ...attributes } = {}, press = () => {}) {
  return h(
    "button",
    { type: "button", class: "vd-button", onclick: press, ...attributes },
    words,
    key && h("kbd", { "aria-hidden": "true" }, key),
  );
}

/** Foreign words within a sentence: their direction stays their own. */
export function own(text, attributes = {}) {
  return h("bdi", attributes, text);
}

export const plural = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
