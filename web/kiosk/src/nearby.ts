// The state of the first screen: the answer to the wish, kept fresh by the stream.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Api, CALL_MS } from "./api";
import type { Config } from "./config";
import type { NearbyPosting, NearbyPostingsResponse, TradeCount } from "./gen/jobmatch/v1/nearby_pb";
import { useLine } from "./line";
import type { Line } from "./watch";
import { PAGE, requestOf, type Wish } from "./wish";

/** A slider that is being moved asks once it rests. */
const REST_MS = 180;
/** After an answer that did not come. */
const AGAIN_MS = 5_000;
const LARGEST_PAGE = 200;

/** Postings that begin leave without an event, and what is told of time grows old. */
const REFRESH_MS = 60_000;
/** So long what went stays in its place, and what came is marked. */
const GONE_MS = 60_000;
const FRESH_MS = 300_000;
/** So long an answer that leaves a posting out may be ahead of the event that tells why. */
const AHEAD_MS = 10_000;

export type Gone = "filled" | "withdrawn";

/** What is on screen. */
export interface Shown {
  answer?: NearbyPostingsResponse;
  /** This page and those that were asked for after it. */
  found: NearbyPosting[];
  /** By trade, whether one is chosen or not. */
  trades: TradeCount[];
  /** Ids that came while the screen was looked at, and when. */
  fresh: Map<string, number>;
  /** Ids that went meanwhile; they keep their places for a while. */
  gone: Map<string, { kind: Gone; at: number }>;
  /** Ids that an answer left out of late, with what stood at which place. */
  left: Map<string, { card: NearbyPosting; place: number; at: number }>;
  failed: boolean;
  /** What the answer is for. */
  wish?: Wish;
}

export interface Nearby extends Shown {
  /** What is asked for is not what is shown yet. */
  loading: boolean;
  line: Line;
  /** Time of the server, milliseconds: that of the last answer, moved on by the clock here. */
  now(): number;
  more(): void;
}

const NOTHING: Shown = {
  found: [],
  trades: [],
  fresh: new Map(),
  gone: new Map(),
  left: new Map(),
  failed: false,
};

interface Answered {
  wish: Wish;
  answer: NearbyPostingsResponse;
  trades: TradeCount[];
}

type Request = ReturnType<typeof requestOf>;

/** Asks for the wish, and for the counts of all trades where one is chosen. */
async function ask(api: Api, request: Request, every: Request | undefined, signal: AbortSignal): Promise<Omit<Answered, "wish">> {
  const options = { signal, timeoutMs: CALL_MS };
  const [answer, counted] = await Promise.all([
    api.nearby.nearbyPostings(request, options),
    every && api.nearby.nearbyPostings({ ...every, pageSize: 1, widenBelow: 0 }, options),
  ]);
  return { answer, trades: (counted ?? answer).trades.filter((t) => t.occupation) };
}

const idOf = (found: NearbyPosting) => found.posting?.id ?? "";

/**
 * The next state after an answer. `quiet`: something changed there, not here, so that what went
 * keeps its place, marked, and what came is marked as new.
 */
export function merge(before: Shown, { answer, trades, wish }: Answered, quiet: boolean, now: number): Shown {
  const found = [...answer.postings];
  const ids = new Set(found.map(idOf));
  const gone = new Map([...before.gone].filter(([id, { at }]) => quiet && !ids.has(id) && now - at < GONE_MS));
  before.found.forEach((old, at) => {
    if (gone.has(idOf(old))) found.splice(Math.min(at, found.length), 0, old);
  });
  const left = new Map([...before.left].filter(([id, { at }]) => quiet && !ids.has(id) && now - at < AHEAD_MS));
  before.found.forEach((card, place) => {
    const id = idOf(card);
    if (quiet && !ids.has(id) && !before.gone.has(id)) left.set(id, { card, place, at: now });
  });
  const seen = new Set(before.found.map(idOf));
  const news = before.answer ? [...ids].filter((id) => !seen.has(id)) : [];
  const known = [...before.fresh].filter(([, at]) => now - at < FRESH_MS);
  const fresh = new Map(quiet ? [...known, ...news.map((id): [string, number] => [id, now])] : []);
  return { answer, trades, found, fresh, gone, left, wish, failed: false };
}

/**
 * The next state after a posting went: its card is marked, back in its place where an answer that was
 * ahead of the event has left it out. The same state where it was not on screen.
 */
export function mark(before: Shown, id: string, kind: Gone, now: number): Shown {
  const gone = new Map(before.gone).set(id, { kind, at: now });
  if (before.found.some((card) => idOf(card) === id)) return { ...before, gone };
  const lost = before.left.get(id);
  if (!lost) return before;
  const left = new Map([...before.left].filter(([other]) => other !== id));
  const found = [...before.found.slice(0, lost.place), lost.card, ...before.found.slice(lost.place)];
  return { ...before, gone, left, found };
}

/** Asks when the wish changed, when an answer did not come, and when it grows old. */
function useRepeats(shown: Shown, load: (afterChange: boolean) => Promise<void>) {
  useEffect(() => {
    const timer = setTimeout(() => void load(false), REST_MS);
    return () => clearTimeout(timer);
  }, [load]);
  useEffect(() => {
    if (!shown.failed) return;
    const timer = setTimeout(() => void load(true), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [shown, load]);
  useEffect(() => {
    const timer = setInterval(() => void load(true), REFRESH_MS);
    return () => clearInterval(timer);
  }, [load]);
}

export function useNearby(api: Api, config: Config, wish: Wish, announce: (words: string) => void): Nearby {
  const [shown, setShown] = useState<Shown>(NOTHING);
  const offset = useRef(0);
  const running = useRef(new AbortController());
  // A wish that is not answered yet, and the last request that was.
  const pending = useRef(false);
  const asked = useRef<Request>({});
  const count = useRef(0);
  count.current = shown.found.length;
  const now = useCallback(() => Date.now() + offset.current, []);

  const load = useCallback(
    async (afterChange: boolean, minSeq = 0n) => {
      const quiet = afterChange && !pending.current;
      pending.current = !quiet;
      running.current.abort();
      const { signal } = (running.current = new AbortController());
      // Pages that were asked for stay on screen.
      const pageSize = quiet ? Math.min(LARGEST_PAGE, Math.max(PAGE, count.current)) : PAGE;
      const request = { ...requestOf(wish, config, now()), minSeq, pageSize };
      const every = wish.trade ? requestOf({ ...wish, trade: "" }, config, now()) : undefined;
      try {
        const { answer, trades } = await ask(api, request, every, signal);
        if (signal.aborted) return;
        pending.current = false;
        asked.current = request;
        if (answer.asOf) offset.current = Number(answer.asOf.seconds) * 1000 - Date.now();
        setShown((before) => merge(before, { answer, trades, wish }, quiet, Date.now()));
      } catch {
        if (!signal.aborted) setShown((before) => ({ ...before, failed: true }));
      }
    },
    [api, config, wish, now],
  );

  useRepeats(shown, load);
  useEffect(() => {
    if (shown.fresh.size > 0) announce(`新来了${shown.fresh.size}个活`);
  }, [shown.fresh.size, announce]);

  const onGone = (id: string, kind: Gone) => {
    if (mark(shown, id, kind, Date.now()) === shown) return;
    announce(kind === "filled" ? "有一个活招满了" : "有一个活撤下了");
    setShown((before) => mark(before, id, kind, Date.now()));
  };
  const onChange = (minSeq: bigint) => void load(true, minSeq);
  const line = useLine({ api, config, wish, now, onGone, onChange });

  const more = async () => {
    const pageToken = shown.answer?.nextPageToken;
    if (!pageToken) return;
    try {
      const request = { ...asked.current, pageToken };
      const next = await api.nearby.nearbyPostings(request, { timeoutMs: CALL_MS });
      setShown((before) => ({
        ...before,
        answer: before.answer && { ...before.answer, nextPageToken: next.nextPageToken },
        found: [...before.found, ...next.postings],
      }));
    } catch {
      setShown((before) => ({ ...before, failed: true }));
    }
  };
  return { ...shown, loading: shown.wish !== wish, line, now, more: () => void more() };
}
