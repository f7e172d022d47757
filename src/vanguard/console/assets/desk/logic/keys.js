// Which key does what. It does not know what the actions do.

/** In the order of the help; `keys` are of a Latin keyboard, `text` marks those that work while typing. */
export const ACTIONS = [
  { name: "accept", keys: ["a"], help: "Accept: the text is right as it was read" },
  { name: "correct", keys: ["c", "Ctrl+Enter"], help: "Save the text in the field as the correction", text: true },
  { name: "reject", keys: ["r"], help: "Reject: this is no text" },
  { name: "skip", keys: ["s"], help: "Skip: leave it for somebody else" },
  { name: "undo", keys: ["u"], help: "Undo the last decision" },
  { name: "edit", keys: ["e", "Enter"], help: "Go into the text field, at the word" },
  { name: "leave", keys: ["Escape"], help: "Leave the text field; close this help", text: true },
  { name: "next", keys: ["n", "Alt+ArrowDown"], help: "Next doubtful word", text: true },
  { name: "previous", keys: ["p", "Alt+ArrowUp"], help: "Previous doubtful word", text: true },
  { name: "candidate", keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: "1 … 9", help: "Put that reading in the word's place" },
  { name: "arabic", keys: ["i"], help: "The word's digits as Arabic-Indic ones" },
  { name: "extended", keys: ["x"], help: "The word's digits as extended ones" },
  { name: "latin", keys: ["l"], help: "The word's digits as Latin ones" },
  { name: "take", keys: ["t"], help: "Take the next reader's whole text" },
  { name: "restore", keys: ["z"], help: "Put the text back as it was read" },
  { name: "marks", keys: ["m"], help: "Show or hide invisible characters" },
  { name: "zoomIn", keys: ["+", "="], help: "Larger" },
  { name: "zoomOut", keys: ["-"], help: "Smaller" },
  { name: "fitBlock", keys: ["0"], help: "The block as large as it fits" },
  { name: "fitPage", keys: ["f"], help: "The whole page" },
  { name: "history", keys: ["h"], help: "Show or hide the history" },
  { name: "help", keys: ["?"], help: "Show or hide this help" },
];

const BY_KEY = new Map(ACTIONS.flatMap((action) => action.keys.map((key) => [key, action])));
const CODES = new Map([
  ...Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => [`Key${letter.toUpperCase()}`, letter]),
  ...Array.from("0123456789", (digit) => [`Digit${digit}`, digit]),
  ["Minus", "-"], ["Equal", "="],
]);

/**
 * The key of an event as the table names it.
 *
 * On an Arabic keyboard the key of `a` says `ش`: what is no ASCII is told by its place instead.
 */
export function keyOf(event) {
  let key = event.key;
  if (key === "\u061f") key = "?"; // the Arabic question mark
  else if (key.length === 1 && key.charCodeAt(0) > 126) key = CODES.get(event.code) ?? key;
  if (key.length === 1 && /[A-Z]/u.test(key) && !event.shiftKey) key = key.toLowerCase(); // caps lock
  const modifiers = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}`;
  return modifiers + key;
}

/** What an event asks for: `{name, key}` or null. `typing`: in a text field; `single`: letters act. */
export function actionOf(event, { typing, single }) {
  if (event.isComposing) return null;
  const key = keyOf(event);
  const action = BY_KEY.get(key);
  if (!action) return null;
  const plain = key.length === 1;
  if (typing && (plain || !action.text || key === "Enter")) return null;
  if (plain && !single) return null;
  return { name: action.name, key };
}
