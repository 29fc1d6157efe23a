// The stream of changes as the first screen uses it: one for each area that was settled on.
import { type MutableRef, useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "./api";
import type { Config } from "./config";
import { NearbyEventKind, type WatchNearbyResponse } from "./gen/jobmatch/v1/nearby_pb";
import { type Following, follow, type Line } from "./watch";
import { areaOf, type Wish } from "./wish";

/** Changes that come close together are asked for once. */
const GATHER_MS = 300;
/** The stream follows an area that was chosen, not each one that was passed. */
const SETTLE_MS = 900;

export interface LineUse {
  api: Api;
  config: Config;
  wish: Wish;
  now(): number;
  /** One posting went. */
  onGone(id: string, kind: "filled" | "withdrawn"): void;
  /** Something changed: ask again, for an answer that has this seq. */
  onChange(minSeq: bigint): void;
}

function gather(use: MutableRef<LineUse>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let minSeq = 0n;
  return {
    change(seq = 0n) {
      if (seq > minSeq) minSeq = seq;
      timer ??= setTimeout(() => {
        timer = undefined;
        use.current.onChange(minSeq);
      }, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

function tell(use: LineUse, event: WatchNearbyResponse) {
  if (event.kind === NearbyEventKind.FILLED) use.onGone(event.postingId, "filled");
  if (event.kind === NearbyEventKind.WITHDRAWN) use.onGone(event.postingId, "withdrawn");
}

/** Follows what the wish shows, and tells how the line is. */
export function useLine(latest: LineUse): Line {
  const [line, setLine] = useState<Line>("connecting");
  const use = useRef(latest);
  use.current = latest;
  const { api, config, wish } = latest;
  // Order, text and the person do not change what is followed; the hour does not restart it.
  const area = JSON.stringify(areaOf(wish, config, 0));

  useEffect(() => {
    const gathered = gather(use);
    let following: Following | undefined;
    let known: Line = "connecting";
    const start = () => {
      following = follow({
        open(cursor, signal, opened) {
          const { api, wish, config, now } = use.current;
          const request = { area: areaOf(wish, config, now()), cursor };
          return api.nearby.watchNearby(request, { signal, onHeader: opened });
        },
        onLine(next) {
          // What happened before the stream began, or in the break.
          if (next === "live" && known !== "live") gathered.change();
          known = next;
          setLine(next);
        },
        onEvent(event) {
          tell(use.current, event);
          gathered.change(event.posting?.posting?.seq);
        },
      });
    };
    const settle = setTimeout(start, SETTLE_MS);
    const nudge = () => following?.nudge();
    addEventListener("online", nudge);
    addEventListener("offline", nudge);
    return () => {
      clearTimeout(settle);
      gathered.stop();
      following?.stop();
      removeEventListener("online", nudge);
      removeEventListener("offline", nudge);
    };
  }, [api, area]);
  return line;
}
