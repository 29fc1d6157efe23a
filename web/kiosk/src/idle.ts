// Nobody touches the screen: first a warning, then everything is wiped.

const WARNING_SECONDS = 10;
const SIGNS = ["pointerdown", "keydown", "wheel", "input", "touchmove"] as const;

export interface Idle {
  /** Seconds without a sign until the warning. */
  seconds: number;
  /** Nothing was entered and the first screen is shown: there is nothing to warn of. */
  pristine(): boolean;
  /** Seconds left of the warning. Absent: the warning is over. */
  onWarning(left: number | undefined): void;
  onReset(): void;
  /** Where signs of life come from. */
  target: Pick<EventTarget, "addEventListener" | "removeEventListener">;
}

/** Starts to watch; the answer stops it. */
export function watchIdle(idle: Idle): () => void {
  let quiet = 0;
  const alive = () => {
    if (quiet >= idle.seconds) idle.onWarning(undefined);
    quiet = 0;
  };
  const tick = () => {
    quiet += 1;
    if (quiet < idle.seconds) return;
    if (idle.pristine()) {
      quiet = 0;
      idle.onReset();
      return;
    }
    const left = idle.seconds + WARNING_SECONDS - quiet;
    if (left > 0) {
      idle.onWarning(left);
      return;
    }
    quiet = 0;
    idle.onWarning(undefined);
    idle.onReset();
  };
  const timer = setInterval(tick, 1_000);
  for (const sign of SIGNS) idle.target.addEventListener(sign, alive, { passive: true, capture: true });
  return () => {
    clearInterval(timer);
    for (const sign of SIGNS) idle.target.removeEventListener(sign, alive, { capture: true });
  };
}
