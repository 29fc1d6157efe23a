// A stand-in for jobmatchd that knows just enough to try the page: a few rules over made-up data.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb";
import { type Point, Travel } from "../src/gen/jobmatch/v1/common_pb";
import { GigService, SlotState } from "../src/gen/jobmatch/v1/gig_pb";
import { ConditionKind, ConditionMode, ConditionState } from "../src/gen/jobmatch/v1/match_pb";
import {
  type NearbyArea,
  NearbyEventKind,
  NearbyOrder,
  type NearbyPosting,
  NearbyPostingSchema,
  type NearbyPostingsRequest,
  NearbyService,
  type WatchNearbyResponse,
  WatchNearbyResponseSchema,
} from "../src/gen/jobmatch/v1/nearby_pb";
import { type JobPosting, PostingService } from "../src/gen/jobmatch/v1/posting_pb";
import { StationService } from "../src/gen/jobmatch/v1/station_pb";
import { fromCivil } from "../src/time";
import { ORIGIN, samplePostings, sampleStations } from "./sample";

const METRES_A_MINUTE: Record<Travel, number> = {
  [Travel.UNSPECIFIED]: 280,
  [Travel.WALK]: 75,
  [Travel.BIKE]: 200,
  [Travel.EBIKE]: 280,
  [Travel.BUS]: 230,
  [Travel.CAR]: 400,
};
const HEARTBEAT_MS = 5_000;
const SOUNDS: Record<string, string> = { baoan: "保安", "bao an": "保安", 保按: "保安", chushi: "厨师" };

function metresTo(point: Point): number {
  const north = (point.latitude - ORIGIN.latitude) * 111_320;
  const east = (point.longitude - ORIGIN.longitude) * 111_320 * Math.cos((ORIGIN.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

function refuse(reason: string, code = Code.FailedPrecondition): ConnectError {
  return new ConnectError(`refused: ${reason}`, code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "jobmatch" } },
  ]);
}

/** The store, the slots, and who waits for changes. */
class Market {
  postings = new Map<string, JobPosting>();
  slots = new Map<string, Map<string, bigint>>();
  events: WatchNearbyResponse[] = [];
  waiting = new Set<() => void>();
  seq = 1_000n;

  constructor() {
    for (const posting of samplePostings(Date.now())) this.postings.set(posting.id, posting);
  }

  tell(kind: NearbyEventKind, id: string) {
    const cursor = String(this.events.length + 1);
    this.events.push(create(WatchNearbyResponseSchema, { kind, postingId: id, cursor }));
    for (const wake of this.waiting) wake();
  }

  put(posting: JobPosting) {
    this.seq += 1n;
    posting.seq = this.seq;
    posting.placesFree = posting.placesLeft ?? posting.headcount;
    this.postings.set(posting.id, posting);
    this.tell(NearbyEventKind.SHOWN, posting.id);
  }

  remove(id: string) {
    this.seq += 1n;
    if (this.postings.delete(id)) this.tell(NearbyEventKind.WITHDRAWN, id);
  }

  free(id: string): number | undefined {
    const posting = this.postings.get(id);
    const places = posting?.placesLeft ?? posting?.headcount;
    return places === undefined ? undefined : places - (this.slots.get(id)?.size ?? 0);
  }

  changed(id: string) {
    const posting = this.postings.get(id);
    if (!posting) return;
    this.seq += 1n;
    const placesFree = this.free(id);
    this.postings.set(id, { ...posting, placesFree, seq: this.seq });
    this.tell(placesFree === 0 ? NearbyEventKind.FILLED : NearbyEventKind.SHOWN, id);
  }
}

function hourly(posting: JobPosting): number | undefined {
  const low = posting.pay?.minYuan;
  const hours = [undefined, 1, 8, 174, 2088, undefined][posting.pay?.unit ?? 0];
  return low === undefined || hours === undefined ? undefined : low / hours;
}

function nearOf(posting: JobPosting, travel: Travel): NearbyPosting {
  const point = posting.gig?.meetingAt ?? posting.place?.point;
  const metres = point ? metresTo(point) : 0;
  const minutes = metres / METRES_A_MINUTE[travel];
  return create(NearbyPostingSchema, { posting, metres, minutes, yuanPerHour: hourly(posting) });
}

function fits(found: NearbyPosting, area: NearbyArea, now: number): boolean {
  const { posting } = found;
  if (!posting || posting.placesFree === 0) return false;
  const start = fromCivil(posting.window?.start ?? "");
  const from = area.startsFrom ? fromCivil(area.startsFrom) : now;
  const until = area.startsUntil ? fromCivil(area.startsUntil) : Infinity;
  if (!Number.isNaN(start) && (start < from || start >= until)) return false;
  if (Number.isNaN(start) && area.startsUntil) return false;
  if (area.settlements.length > 0 && !area.settlements.includes(posting.gig?.settlement ?? 0)) return false;
  if (area.checkedEmployersOnly && !posting.gig?.employerChecked) return false;
  const { occupations = [], certificatesGiven, certificates = [] } = area.filter ?? {};
  if (occupations.length > 0 && !occupations.includes(posting.occupation)) return false;
  return !certificatesGiven || posting.certificates.every((c) => certificates.includes(c));
}

function judged(found: NearbyPosting, person: NearbyPostingsRequest["person"]): NearbyPosting {
  const { posting } = found;
  if (!person.case || !posting) return found;
  found.score = 0.5;
  if (person.case === "text") {
    const wanted = SOUNDS[person.value.text] ?? person.value.text;
    found.score = `${posting.title}${posting.occupation}`.includes(wanted) ? 0.95 : 0.2;
  }
  const held = person.case === "profile" ? person.value.certificates : [];
  const missing = posting.certificates.filter((c) => !held.includes(c));
  const mode = ConditionMode.REQUIRED;
  if (posting.certificates.length > 0) {
    const met = missing.length === 0;
    const state = met ? ConditionState.MET : ConditionState.UNKNOWN;
    const evidence = met ? `持有${held.join("、")}，符合要求` : `要求${missing.join("、")}`;
    found.conditions.push({ $typeName: "jobmatch.v1.Condition", kind: ConditionKind.CERTIFICATES, state, mode, evidence });
  }
  const way = `路上约${Math.max(1, Math.round(found.minutes))}分钟`;
  found.conditions.push({ $typeName: "jobmatch.v1.Condition", kind: ConditionKind.REACH, state: ConditionState.MET, mode, evidence: way });
  return found;
}

const last = Number.MAX_VALUE;
const KEYS: Record<NearbyOrder, (found: NearbyPosting) => number> = {
  [NearbyOrder.UNSPECIFIED]: (f) => f.minutes,
  [NearbyOrder.MINUTES]: (f) => f.minutes,
  [NearbyOrder.PAY]: (f) => -(f.yuanPerHour ?? -last),
  [NearbyOrder.START]: (f) => fromCivil(f.posting?.window?.start ?? "") || last,
  [NearbyOrder.SCORE]: (f) => -(f.score ?? 0),
};

function counted(found: NearbyPosting[]) {
  const counts = new Map<string, number>();
  for (const { posting } of found) {
    const trade = posting?.occupation ?? "";
    counts.set(trade, (counts.get(trade) ?? 0) + 1);
  }
  return [...counts].map(([occupation, count]) => ({ occupation, count })).sort((a, b) => b.count - a.count);
}

function answer(market: Market, request: NearbyPostingsRequest) {
  const area = request.area;
  if (!area) throw new ConnectError("area is required", Code.InvalidArgument);
  const now = Date.now();
  const fitting = [...market.postings.values()].map((p) => nearOf(p, area.travel)).filter((f) => fits(f, area, now));
  const asked = area.limit.case === "maxMinutes" ? area.limit.value : 15;
  const within = (minutes: number) => fitting.filter((f) => f.minutes <= minutes);
  const enough = request.widenBelow ?? 3;
  let limit = asked;
  for (const next of [15, 30, 45, 60, 90]) {
    if (within(limit).length >= enough) break;
    if (next > limit) limit = next;
  }
  const found = within(limit).map((f) => judged(f, request.person));
  const key = KEYS[request.order];
  found.sort((a, b) => key(a) - key(b) || a.minutes - b.minutes);
  const from = Number(request.pageToken || 0);
  const size = request.pageSize || 20;
  const edges = [0, 5, 10, 15, 30].filter((edge) => edge < limit || edge === 30);
  const rings = [...new Set([...edges.slice(1), limit])].sort((a, b) => a - b);
  const text = request.person.case === "text" ? request.person.value.text : "";
  return {
    postings: found.slice(from, from + size),
    nextPageToken: from + size < found.length ? String(from + size) : "",
    total: found.length,
    trades: counted(found),
    rings: rings.map((minutes, at) => ({
      minutes,
      count: found.filter((f) => f.minutes <= minutes && f.minutes > (at === 0 ? -1 : (rings[at - 1] ?? 0))).length,
    })),
    usedLimit: limit,
    widened: limit > asked,
    note: limit > asked ? `${asked}分钟内只有${within(asked).length}个岗位，已放宽到${limit}分钟` : "",
    origin: ORIGIN,
    seq: market.seq,
    asOf: timestampFromMs(now),
    readAs: SOUNDS[text] ?? "",
  };
}

async function* follow(market: Market, area: NearbyArea, cursor: string, signal: AbortSignal) {
  let at = cursor ? Number(cursor) : market.events.length;
  yield { kind: NearbyEventKind.HEARTBEAT, cursor: String(at) };
  while (!signal.aborted) {
    while (at < market.events.length) {
      const event = market.events[at];
      at += 1;
      if (!event) continue;
      const posting = market.postings.get(event.postingId);
      yield { ...event, posting: posting && event.kind === NearbyEventKind.SHOWN ? nearOf(posting, area.travel) : undefined };
    }
    let wake = () => {};
    const quiet = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), HEARTBEAT_MS);
      wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
      market.waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
    market.waiting.delete(wake);
    if (quiet) yield { kind: NearbyEventKind.HEARTBEAT, cursor: String(at) };
  }
}

function gigs(market: Market, router: ConnectRouter) {
  router.service(GigService, {
    takeSlot({ postingId, takerId, holdSeconds }) {
      const free = market.free(postingId);
      if (!market.postings.has(postingId)) throw refuse("NOT_FOUND", Code.NotFound);
      if (free === undefined) throw refuse("PLACES_UNKNOWN");
      const taken = market.slots.get(postingId) ?? new Map<string, bigint>();
      if (!taken.has(takerId) && free === 0) throw refuse("NO_PLACES");
      taken.set(takerId, market.seq);
      market.slots.set(postingId, taken);
      market.changed(postingId);
      const holdUntil = timestampFromMs(Date.now() + (holdSeconds ?? 0) * 1000);
      const slot = { postingId, takerId, state: SlotState.HELD, holdUntil };
      return { slot, placesFree: market.free(postingId) ?? 0, seq: market.seq };
    },
    releaseSlot({ postingId, takerId }) {
      const released = market.slots.get(postingId)?.delete(takerId) ?? false;
      if (released) market.changed(postingId);
      return { placesFree: market.free(postingId), released, seq: market.seq };
    },
  });
}

function routes(market: Market) {
  return (router: ConnectRouter) => {
    router.service(NearbyService, {
      nearbyPostings: (request) => answer(market, request),
      watchNearby({ area, cursor }, context) {
        if (!area) throw new ConnectError("area is required", Code.InvalidArgument);
        return follow(market, area, cursor, context.signal);
      },
    });
    gigs(market, router);
    router.service(PostingService, {
      getPosting({ id }) {
        const posting = market.postings.get(id);
        if (!posting) throw refuse("NOT_FOUND", Code.NotFound);
        return { posting };
      },
      updatePosting({ posting }) {
        if (!posting) throw new ConnectError("posting is required", Code.InvalidArgument);
        market.put(posting);
        return { posting };
      },
      deletePosting({ id }) {
        market.remove(id);
        return { seq: market.seq };
      },
    });
    router.service(StationService, {
      nearbyStations({ services, travel }) {
        const near = sampleStations().map((station) => {
          const metres = station.place?.point ? metresTo(station.place.point) : 0;
          return { station, metres, minutes: metres / METRES_A_MINUTE[travel] };
        });
        const offers = near.filter(({ station }) => services.every((s) => station.services.includes(s)));
        return { stations: offers.sort((a, b) => a.minutes - b.minutes) };
      },
    });
  };
}

const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };
/** As jobmatchd sends it: the page must work under it. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves page and services on a free port of loopback, or the one that is given. */
export async function serve(dist: string, config: Record<string, unknown>, port = 0): Promise<{ url: string; server: Server }> {
  const rpc = connectNodeAdapter({ routes: routes(new Market()) });
  const settings = JSON.stringify({ title: "样例街道零工市场", point: ORIGIN, travel: "EBIKE", max_minutes: 15, ...config });
  const server = createServer((request, response) => {
    const name = /^\/kiosk\/([a-z.]*)$/.exec(request.url ?? "")?.[1];
    if (request.method !== "GET" || name === undefined) return rpc(request, response);
    const file = name || "index.html";
    const headers = { "content-security-policy": POLICY, "x-content-type-options": "nosniff" };
    if (file === "config.json") {
      response.writeHead(200, { ...headers, "content-type": "application/json" }).end(settings);
      return;
    }
    readFile(`${dist}/${file}`).then(
      (content) => {
        const type = TYPES[file.split(".").at(-1) ?? ""] ?? "application/octet-stream";
        response.writeHead(200, { ...headers, "content-type": `${type}; charset=utf-8` }).end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, server };
}
