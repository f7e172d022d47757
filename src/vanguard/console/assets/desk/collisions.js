// When somebody else was there: says that a claim ran out or is lost, and shows what is there now beside what was
// typed. It does not know how a claim is kept.

import { Problem } from "./logic/api.js";
import { standingText } from "./logic/task.js";
import { isGone } from "./logic/work.js";
import { button, h } from "./view/dom.js";
import { historyList } from "./view/parts.js";

const RAN_OUT = "Your claim on this block ran out because the page was not used. What you typed is kept; it is claimed again as soon as you go on.";
const LOST = "Your claim on this block is lost: somebody else took it while it was yours no longer. What you typed is kept.";

/** For one desk, whose frame and work it uses. */
export class Collisions {
  constructor(desk) {
    this.desk = desk;
    this.ranOut = false;
  }

  leaseChanged(state) {
    const { frame } = this.desk;
    frame.showLease(state);
    if (state === "expired") frame.notice.show("busy", RAN_OUT);
    if (state === "held" && this.ranOut) frame.notice.clear();
    this.ranOut = state === "expired";
    if (state === "lost") this.show(LOST);
  }

  /** Whether an error of a decision was one of these, and was shown. */
  async mend(error) {
    if (!isGone(error)) return false;
    await this.show(`Not saved: ${error.message}.`.replace(/\.\.$/u, "."));
    return true;
  }

  async show(words) {
    const { desk } = this;
    const { block } = desk;
    const now = await this.look(block);
    if (desk.block !== block) return;
    const there = now && standingText(now);
    desk.frame.notice.show(
      "bad",
      [
        h("p", {}, words),
        now && h("p", {}, `It is ${now.state} now. What is there:`),
        now && h("div", { class: "vd-reading vd-theirs", dir: block.direction }, there),
        desk.editor.isChanged && h("p", {}, "What you typed stays in the field below, also when you come back to this block in this tab."),
      ].filter(Boolean),
      ...[
        button("Claim it again", {}, () => this.claimAgain()),
        now && button("Take what is there", {}, () => desk.editor.put(there)),
        button("Next block", {}, () => desk.next()),
      ].filter(Boolean),
    );
    if (now) desk.frame.showHistory(historyList(now));
  }

  async look(block) {
    try {
      return await this.desk.work.look(block.task);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return null; // it is gone, or the platform is away: the words must do
    }
  }

  claimAgain() {
    const { desk } = this;
    return desk.busy("Claiming …", async () => {
      const task = await desk.work.take(desk.block.task);
      if (task) desk.show(task);
      else desk.frame.say("It cannot be claimed: somebody has it, or it is decided.");
    });
  }
}
