// Follows the stream of changes: goes on from the last cursor after every break.
import { NearbyEventKind, type WatchNearbyResponse } from "./gen/jobmatch/v1/nearby_pb";

/** The server sends a heartbeat every 15 s: after three that did not come the line is dead. */
export const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export type Line = "connecting" | "live" | "offline";

export interface Follow {
  /** Opens a stream; `opened` is to be called once the server has answered. */
  open(cursor: string, signal: AbortSignal, opened: () => void): AsyncIterable<WatchNearbyResponse>;
  /** Everything but heartbeats. */
  onEvent(event: WatchNearbyResponse): void;
  onLine(line: Line): void;
  /** 0 to 1; spreads the calls of many screens after a break that they had in common. */
  random?(): number;
}

export interface Following {
  stop(): void;
  /** The network is back or gone, as far as the browser knows: do not wait, or do not trust. */
  nudge(): void;
}

/** Wait before the attempt after `failures` in a row, half of it by chance. */
export function waitMs(failures: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return whole / 2 + (whole / 2) * random;
}

export function follow(options: Follow): Following {
  let stopped = false;
  let cursor = "";
  let failures = 0;
  let current = new AbortController();
  let wake = () => {};

  const once = async () => {
    current = new AbortController();
    const { signal } = current;
    let silence = setTimeout(() => current.abort(), SILENCE_MS);
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => current.abort(), SILENCE_MS);
      if (signal.aborted || stopped) return;
      failures = 0;
      options.onLine("live");
    };
    try {
      for await (const event of options.open(cursor, signal, heard)) {
        if (stopped || signal.aborted) return;
        heard();
        if (event.cursor) cursor = event.cursor;
        if (event.kind !== NearbyEventKind.HEARTBEAT) options.onEvent(event);
      }
    } catch {
      // Whatever broke it, the way on is the same.
    } finally {
      clearTimeout(silence);
    }
  };

  const run = async () => {
    while (!stopped) {
      await once();
      if (stopped) return;
      failures += 1;
      options.onLine("offline");
      const ms = waitMs(failures, (options.random ?? Math.random)());
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  void run();
  return {
    stop() {
      stopped = true;
      current.abort();
      wake();
    },
    nudge() {
      current.abort();
      wake();
    },
  };
}
