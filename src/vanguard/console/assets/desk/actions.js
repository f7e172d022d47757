// What each action of the table of keys does at the desk. It does not know keys.

/** Runs an action by its name; those that need a block do nothing without one. */
export function act(desk, { name, key = "" }) {
  const always = { help: () => desk.help.toggle(), undo: () => desk.undo() };
  (always[name] ?? (desk.block && WITH_BLOCK[name]))?.(desk, key);
}

const WITH_BLOCK = {
  accept: (desk) => desk.decide("accept"),
  correct: (desk) => desk.decide("correct"),
  reject: (desk) => desk.decide("reject"),
  skip: (desk) => desk.decide("skip"),
  edit: (desk) => desk.edit(),
  leave: (desk) => desk.reading.light(Math.max(0, desk.current), { focus: true }),
  next: (desk) => desk.step(1),
  previous: (desk) => desk.step(-1),
  candidate: (desk, key) => {
    const found = desk.candidates.found[Number(key) - 1];
    if (found) desk.putWord(found.text);
  },
  arabic: (desk) => desk.setDigits("arabic"),
  extended: (desk) => desk.setDigits("extended"),
  latin: (desk) => desk.setDigits("latin"),
  take: (desk) => desk.take(),
  restore: (desk) => desk.restore(),
  marks: (desk) => desk.showMarks(!desk.marks),
  zoomIn: (desk) => desk.sheet.scale(1.25),
  zoomOut: (desk) => desk.sheet.scale(0.8),
  fitBlock: (desk) => desk.sheet.fitBlock(),
  fitPage: (desk) => desk.sheet.fitPage(),
  history: (desk) => desk.showHistory(!desk.historyOpen),
};
