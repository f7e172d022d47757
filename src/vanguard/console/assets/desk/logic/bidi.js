// Characters that cannot be seen: names them, counts what an edit added, and takes that out again.
// It adds none itself. It does not know how text is laid out.

export const INVISIBLE = new Map([
  [0x00a0, "NBSP"], [0x00ad, "SHY"], [0x061c, "ALM"], [0x180e, "MVS"],
  [0x200b, "ZWSP"], [0x200c, "ZWNJ"], [0x200d, "ZWJ"], [0x200e, "LRM"], [0x200f, "RLM"],
  [0x202a, "LRE"], [0x202b, "RLE"], [0x202c, "PDF"], [0x202d, "LRO"], [0x202e, "RLO"], [0x202f, "NNBSP"],
  [0x2060, "WJ"], [0x2066, "LRI"], [0x2067, "RLI"], [0x2068, "FSI"], [0x2069, "PDI"], [0xfeff, "BOM"],
]);

/** A text in pieces: `[{text, mark}]`, where `mark` names an invisible character and is empty for the rest. */
export function pieces(text) {
  const found = [];
  for (const character of text) {
    const mark = INVISIBLE.get(character.codePointAt(0)) ?? "";
    const last = found.at(-1);
    if (!mark && last && !last.mark) last.text += character;
    else found.push({ text: character, mark });
  }
  return found;
}

function counted(text) {
  const counts = new Map();
  for (const { text: character, mark } of pieces(text)) {
    if (mark) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return counts;
}

/** What `after` has more of than `before`: `[{mark, count}]`. */
export function added(before, after) {
  const had = counted(before);
  return [...counted(after)]
    .map(([character, count]) => ({
      mark: INVISIBLE.get(character.codePointAt(0)),
      count: count - (had.get(character) ?? 0),
    }))
    .filter(({ count }) => count > 0);
}

/** `after` without the invisible characters that `before` has fewer of; the last ones go first. */
export function withoutAdded(before, after) {
  const left = counted(before);
  return pieces(after)
    .map(({ text, mark }) => {
      if (!mark) return text;
      const rest = left.get(text) ?? 0;
      left.set(text, rest - 1);
      return rest > 0 ? text : "";
    })
    .join("");
}

/** Lines end as a text field ends them, so that comparing does not see a change where there is none. */
export function plainLines(text) {
  return text.replace(/\r\n?/gu, "\n");
}
