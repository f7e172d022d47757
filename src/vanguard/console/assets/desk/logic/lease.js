// Keeps the claim on a task alive while its page is used, and tells when it is lost.
// It does not know HTTP: renewing is a function. Times are of this machine, since clocks differ.

const RETRY_MS = 5_000;

/**
 * The claim of one task.
 *
 * `held`: ours. `resting`: ours, but the page is not used, so that it will run out. `expired`: run out; the
 * next use tries to take it up again. `lost`: somebody else has it, or it was decided.
 */
export class Lease {
  /**
   * `renew` resolves when the claim was renewed and rejects otherwise; `isLost(error)` says whether that
   * is final. `changed(state)` is called at each change of state.
   */
  constructor({ lease_s, renew, isLost, changed, now = () => Date.now() }) {
    this.lease_ms = lease_s * 1000;
    this.renewNow = renew;
    this.isLost = isLost;
    this.changed = changed;
    this.now = now;
    this.state = "held";
    this.renewing = null;
    this.renewedAt = this.usedAt = now();
    this.triedAt = -Infinity;
  }

  get endsAt() {
    return this.renewedAt + this.lease_ms;
  }

  /** Call at everything that the user does. */
  use() {
    this.usedAt = this.now();
    return this.tick();
  }

  /** Call every second or so. */
  async tick() {
    if (this.state === "lost") return;
    const now = this.now();
    const used = now - this.usedAt < this.lease_ms;
    if (now >= this.endsAt) this.become("expired");
    else this.become(used ? "held" : "resting");
    const due = now - this.renewedAt >= this.lease_ms / 3;
    if (used && due && now - this.triedAt >= RETRY_MS) await this.renew();
  }

  /** Renews at once; what is under way is waited for. */
  renew() {
    this.renewing ??= this.tryRenew().finally(() => { this.renewing = null; });
    return this.renewing;
  }

  async tryRenew() {
    const asked = this.now();
    this.triedAt = asked;
    try {
      await this.renewNow();
      this.renewedAt = asked;
      if (this.state !== "lost") this.become("held");
    } catch (error) {
      if (this.isLost(error)) this.become("lost");
    }
  }

  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.changed(state);
  }
}
