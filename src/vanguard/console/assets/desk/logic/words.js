// Tells how sure a reader was of a word, and which word of the reading a word of an edited text is.
// It does not know pages, nor how words are drawn.

export const SURE = 0.85;
export const UNSURE = 0.6;
const ALIGNED_CELLS = 1_000_000;

/** `sure`, `unsure`, `doubtful`, or `unknown` where nobody said. */
export function levelOf(confidence) {
  if (confidence === null || confidence === undefined || Number.isNaN(confidence)) return "unknown";
  if (confidence >= SURE) return "sure";
  return confidence >= UNSURE ? "unsure" : "doubtful";
}

/** A confidence for people: `42 %`, or words where nobody said. */
export function percent(confidence) {
  return levelOf(confidence) === "unknown" ? "not told" : `${Math.round(confidence * 100)} %`;
}

/** The words of a text with their places: `[{text, start, end}]`; only white space parts words. */
export function tokensOf(text) {
  return [...text.matchAll(/\S+/gu)].map((found) => ({
    text: found[0],
    start: found.index,
    end: found.index + found[0].length,
  }));
}

/**
 * For each text of `there` the index of the text of `here` that it stands for, or -1.
 *
 * The least number of words changed, left out and put in, as Levenshtein counts; what is the same at
 * both ends is taken off first, so that long texts with few changes stay cheap.
 */
export function align(here, there) {
  let start = 0;
  let hereEnd = here.length;
  let thereEnd = there.length;
  while (start < hereEnd && start < thereEnd && here[start] === there[start]) start += 1;
  while (hereEnd > start && thereEnd > start && here[hereEnd - 1] === there[thereEnd - 1]) {
    hereEnd -= 1;
    thereEnd -= 1;
  }
  const found = there.map((_, i) => (i < start ? i : i >= thereEnd ? i - thereEnd + hereEnd : -1));
  const rows = hereEnd - start;
  const columns = thereEnd - start;
  if (rows === 0 || columns === 0) return found;
  if ((rows + 1) * (columns + 1) > ALIGNED_CELLS) return found; // too unlike to be worth the time
  fillMiddle(found, here.slice(start, hereEnd), there.slice(start, thereEnd), start);
  return found;
}

function fillMiddle(found, here, there, start) {
  const width = there.length + 1;
  const cost = costs(here, there);
  let row = here.length;
  let column = there.length;
  while (row > 0 && column > 0) {
    const own = cost[row * width + column];
    const changed = here[row - 1] === there[column - 1] ? 0 : 1;
    if (own === cost[(row - 1) * width + column - 1] + changed) {
      row -= 1;
      column -= 1;
      found[start + column] = start + row;
    } else if (own === cost[(row - 1) * width + column] + 1) {
      row -= 1;
    } else {
      column -= 1;
    }
  }
}

function costs(here, there) {
  const width = there.length + 1;
  const cost = new Uint32Array((here.length + 1) * width);
  for (let column = 0; column < width; column += 1) cost[column] = column;
  for (let row = 1; row <= here.length; row += 1) {
    cost[row * width] = row;
    for (let column = 1; column < width; column += 1) {
      const at = row * width + column;
      const changed = here[row - 1] === there[column - 1] ? 0 : 1;
      cost[at] = Math.min(cost[at - width - 1] + changed, cost[at - width] + 1, cost[at - 1] + 1);
    }
  }
  return cost;
}

/**
 * The words of a text as they are shown: each with the index of the read word that it stands for, that
 * word's confidence and level, and whether it was changed.
 */
export function shownWords(text, readWords) {
  const tokens = tokensOf(text);
  const known = align(readWords.map((word) => word.text), tokens.map((token) => token.text));
  return tokens.map((token, i) => {
    const read = readWords[known[i]];
    const changed = readWords.length > 0 && read?.text !== token.text;
    const confidence = changed ? null : (read?.confidence ?? null);
    return { ...token, word: known[i], changed, confidence, level: changed ? "changed" : levelOf(confidence) };
  });
}

/** The index of the next word to look at from `from` on, in a direction (1 or -1), around the end; -1. */
export function nextDoubtful(shown, from, step) {
  const count = shown.length;
  const start = from < 0 && step < 0 ? 0 : from;
  for (let tried = 1; tried <= count; tried += 1) {
    const at = (((start + step * tried) % count) + count) % count;
    if (shown[at].level === "doubtful" || shown[at].level === "unsure") return at;
  }
  return -1;
}

/** What other readers read where a word stands: `[{reader, text}]`, each text once, never the word itself. */
export function otherReadings(alternatives, readWords, index) {
  const own = readWords[index]?.text;
  const said = new Set([own]);
  const found = [];
  for (const { reader, text } of own === undefined ? [] : alternatives) {
    const tokens = tokensOf(text).map((token) => token.text);
    const at = align(readWords.map((word) => word.text), tokens).indexOf(index);
    if (at < 0 || said.has(tokens[at])) continue;
    said.add(tokens[at]);
    found.push({ reader, text: tokens[at] });
  }
  return found;
}
