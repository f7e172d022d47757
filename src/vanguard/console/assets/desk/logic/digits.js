// Numbers in the digits that Arabic pages use: the same number in each set, and digits that readers confuse.
// It does not know which set a page uses; a person says so.

const ZEROS = { arabic: 0x660, extended: 0x6f0, latin: 0x30 };

/** The sets in the order in which they are offered, with their names for people and their keys. */
export const SETS = [
  { name: "arabic", label: "Arabic-Indic", key: "i" },
  { name: "extended", label: "Extended (Persian, Urdu)", key: "x" },
  { name: "latin", label: "Latin", key: "l" },
];

// By value: what the strokes of one look like in print at low resolution, or under dust and specks.
const CONFUSED = { 0: [5], 1: [9], 2: [3, 6], 3: [2, 4], 4: [3, 6], 5: [0, 8], 6: [2, 9], 7: [8], 8: [7, 5], 9: [1, 6] };
const DIGIT = /[0-9\u0660-\u0669\u06f0-\u06f9]/u;

/** Whether a text has a digit of any of the sets. */
export function hasDigits(text) {
  return DIGIT.test(text);
}

/** Whether a word is a number: digits with what stands between and around them. */
export function isNumber(text) {
  return hasDigits(text) && /^[\p{Nd}.,:/()%+\-\u2013\u2212\u060c\u061b\u066a-\u066c]+$/u.test(text);
}

/** Set and value of a digit, or null. */
export function digitOf(character) {
  const code = character.codePointAt(0);
  for (const [name, zero] of Object.entries(ZEROS)) {
    if (code >= zero && code <= zero + 9) return { name, value: code - zero };
  }
  return null;
}

function written(name, value) {
  return String.fromCodePoint(ZEROS[name] + value);
}

/** A text with its digits in another set; all else stays, separators too. */
export function inSet(text, name) {
  return Array.from(text, (character) => {
    const digit = digitOf(character);
    return digit ? written(name, digit.value) : character;
  }).join("");
}

/** The word in the sets in which it is not written yet: `[{text, label, key}]`. */
export function otherSets(text) {
  if (!hasDigits(text)) return [];
  return SETS.map(({ name, label, key }) => ({ text: inSet(text, name), label, key })).filter(
    (one) => one.text !== text,
  );
}

/** The word with one digit as another that looks like it, at most `most`: `[{text, label}]`. */
export function confusions(text, most) {
  const characters = Array.from(text);
  const found = [];
  characters.forEach((character, at) => {
    const digit = digitOf(character);
    for (const value of digit ? CONFUSED[digit.value] : []) {
      const other = written(digit.name, value);
      const changed = characters.with ? characters.with(at, other) : Object.assign([...characters], { [at]: other });
      found.push({ text: changed.join(""), label: `${other} for ${character}` });
    }
  });
  return found.slice(0, most);
}
