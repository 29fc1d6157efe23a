// What is asked of the service, and what is refused before it is asked.
import assert from "node:assert/strict";
import test from "node:test";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { readConfig } from "../src/config";
import { faultWords } from "../src/faults";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb";
import { Travel } from "../src/gen/jobmatch/v1/common_pb";
import { NearbyOrder, NearbyPostingSchema, NearbyPostingsResponseSchema } from "../src/gen/jobmatch/v1/nearby_pb";
import { bearing, dotsOf, ringsOf, windOf } from "../src/geo";
import { mark, merge, type Shown } from "../src/nearby";
import { faultOf } from "../src/taker";
import { fromCivil } from "../src/time";
import { areaOf, changed, firstWish, knowsPerson, requestOf } from "../src/wish";

const NOW = fromCivil("2026-11-26T04:00");
const CONFIG = readConfig({ title: "样例", point: { latitude: 36.6, longitude: 117 }, travel: "WALK", max_minutes: 20 });

test("the configuration has defaults, and a place it must have", () => {
  assert.equal(CONFIG.travel, Travel.WALK);
  const read = readConfig({ station_id: "s1", travel: "TRAVEL_BUS" });
  assert.deepEqual(read.origin, { case: "stationId", value: "s1" });
  assert.equal(read.travel, Travel.BUS);
  assert.equal(readConfig({ division: "370102" }).travel, Travel.EBIKE);
  assert.equal(read.maxMinutes, 15);
  assert.equal(read.idleSeconds, 60);
  assert.throws(() => readConfig({ title: "样例" }));
  assert.throws(() => readConfig(null));
});

test("numbers of a person are refused as a code, however they are written", () => {
  for (const phone of ["13800001111", "138 0000 1111", "138-0000-1111", "+8613800001111", "１３８００００１１１１", "008613800001111"]) {
    assert.equal(faultOf(phone), "phone", phone);
  }
  for (const id of ["37010219700101001X", "37010219700101001x", "370102197001010015", "370102700101001", "370102 19700101 0015"]) {
    assert.equal(faultOf(id), "identity", id);
  }
  for (const odd of ["张三", "a/b", "x".repeat(65)]) assert.equal(faultOf(odd), "form", odd);
  for (const good of ["A1024", "JN-0031", "370102-A-77", "1234567890", ""]) assert.equal(faultOf(good), undefined, good);
});

test("the first request asks nothing that was not chosen", () => {
  const request = requestOf(firstWish(CONFIG), CONFIG, NOW);
  assert.deepEqual(request.person, { case: undefined });
  assert.deepEqual(request.area?.limit, { case: "maxMinutes", value: 20 });
  assert.deepEqual(request.area?.filter?.occupations, []);
  assert.equal(request.area?.startsFrom, "");
});

test("times of day are spans of the civil day", () => {
  const span = (when: "today" | "dawn" | "tomorrow") => {
    const area = areaOf({ ...firstWish(CONFIG), when }, CONFIG, NOW);
    return [area.startsFrom, area.startsUntil];
  };
  assert.deepEqual(span("today"), ["", "2026-11-27T00:00"]);
  assert.deepEqual(span("dawn"), ["2026-11-27T00:00", "2026-11-27T12:00"]);
  assert.deepEqual(span("tomorrow"), ["2026-11-27T00:00", "2026-11-28T00:00"]);
});

test("taps are a profile, and a filter beside a text", () => {
  const tapped = { ...firstWish(CONFIG), certificates: ["健康证"], hours: ["early" as const], payFloor: 200 };
  const alone = requestOf(tapped, CONFIG, NOW);
  assert.equal(alone.person?.case, "profile");
  assert.equal(alone.area?.filter?.certificatesGiven, false);
  assert.equal(alone.area?.filter?.payFloor, undefined);
  const beside = requestOf({ ...tapped, text: "baoan" }, CONFIG, NOW);
  assert.equal(beside.person?.case, "text");
  assert.deepEqual(beside.area?.filter?.certificates, ["健康证"]);
  assert.equal(beside.area?.filter?.certificatesGiven, true);
  assert.equal(beside.area?.filter?.payFloor?.amountYuan, 200);
  assert.equal(beside.area?.filter?.shifts?.length, 1);
});

test("without anything known of the person there is no best match", () => {
  const asked = { ...firstWish(CONFIG), text: "baoan", order: NearbyOrder.SCORE };
  assert.equal(changed(asked, { minutes: 30 }).order, NearbyOrder.SCORE);
  assert.equal(changed(asked, { text: "" }).order, NearbyOrder.MINUTES);
});

test("no certificates is told as an empty list that was given", () => {
  const none = { ...firstWish(CONFIG), noCertificates: true };
  const { area, person } = requestOf(none, CONFIG, NOW);
  assert.deepEqual(area?.filter?.certificates, []);
  assert.equal(area?.filter?.certificatesGiven, true);
  assert.equal(person?.case, undefined);
  assert.equal(knowsPerson(none), false);
});

test("refusals are told by their reason, in the details or in the message", () => {
  const detailed = new ConnectError("x", Code.FailedPrecondition, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "NO_PLACES", domain: "jobmatch" } },
  ]);
  assert.match(faultWords(detailed), /名额.*占满/);
  assert.match(faultWords(new ConnectError("OVERLAP: another gig", Code.FailedPrecondition)), /同一时间/);
  assert.match(faultWords(new ConnectError("x", Code.NotFound)), /撤下/);
  assert.match(faultWords(new TypeError("Failed to fetch")), /网络/);
});

test("bearings are those of a compass", () => {
  const here = { latitude: 36.6, longitude: 117 };
  assert.ok(Math.abs(bearing(here, { latitude: 36.7, longitude: 117 })) < 0.01);
  assert.ok(Math.abs(bearing(here, { latitude: 36.6, longitude: 117.1 }) - 90) < 0.1);
  assert.ok(Math.abs(bearing(here, { latitude: 36.5, longitude: 117 }) - 180) < 0.01);
  assert.equal(windOf(350), "北");
  assert.equal(windOf(225), "西南");
});

function near(id: string, latitude: number, minutes: number) {
  return create(NearbyPostingSchema, { posting: { id, title: id, place: { point: { latitude, longitude: 117 } } }, minutes });
}

test("dots that a finger cannot tell apart are one, and those without a point are none", () => {
  const here = { latitude: 36.6, longitude: 117 };
  const nowhere = create(NearbyPostingSchema, { posting: { id: "d", title: "d" }, minutes: 3 });
  const dots = dotsOf(here, [near("a", 36.7, 5), near("b", 36.7, 5.1), near("c", 36.5, 10), nowhere], 10, 0.2);
  assert.deepEqual(dots.map((d) => d.ids), [["a", "b"], ["c"]]);
  assert.ok(Math.abs((dots[0]?.y ?? 0) + 0.5) < 1e-9, "north is up, half the minutes half way");
  assert.ok((dots[1]?.y ?? 0) > 0.99);
  assert.deepEqual(ringsOf(15), [5, 10, 15]);
  assert.deepEqual(ringsOf(60), [15, 30, 45, 60]);
});

test("after a change what went stays, marked, and what came is marked as new", () => {
  const [a, b, c] = [near("a", 36.7, 1), near("b", 36.7, 2), near("c", 36.7, 3)];
  const answer = create(NearbyPostingsResponseSchema, { postings: [a, c] });
  const before: Shown = {
    answer: create(NearbyPostingsResponseSchema, {}),
    found: [a, b],
    trades: [],
    fresh: new Map(),
    gone: new Map([["b", { kind: "filled", at: 1_000 }]]),
    left: new Map(),
    failed: false,
  };
  const wish = firstWish(CONFIG);
  const quiet = merge(before, { answer, trades: [], wish }, true, 2_000);
  assert.deepEqual(quiet.found.map((f) => f.posting?.id), ["a", "b", "c"]);
  assert.deepEqual([...quiet.fresh.keys()], ["c"]);
  assert.deepEqual([...quiet.gone.keys()], ["b"]);
  const asked = merge(before, { answer, trades: [], wish }, false, 2_000);
  assert.deepEqual(asked.found.map((f) => f.posting?.id), ["a", "c"]);
  assert.equal(asked.fresh.size + asked.gone.size, 0);
  const later = merge(before, { answer, trades: [], wish }, true, 62_000);
  assert.deepEqual(later.found.map((f) => f.posting?.id), ["a", "c"], "for a while only");
  const both = create(NearbyPostingsResponseSchema, { postings: [a, b] });
  const back = merge(before, { answer: both, trades: [], wish }, true, 2_000);
  assert.equal(back.gone.size, 0, "a place was given back");
});

test("an answer that is ahead of the event loses no mark", () => {
  const [a, b, c] = [near("a", 36.7, 1), near("b", 36.7, 2), near("c", 36.7, 3)];
  const ids = (shown: Shown) => shown.found.map((f) => f.posting?.id);
  const wish = firstWish(CONFIG);
  const all = create(NearbyPostingsResponseSchema, { postings: [a, b, c] });
  const two = create(NearbyPostingsResponseSchema, { postings: [a, c] });
  const nothing: Shown = { found: [], trades: [], fresh: new Map(), gone: new Map(), left: new Map(), failed: false };
  const before = merge(nothing, { answer: all, trades: [], wish }, false, 1_000);
  const ahead = merge(before, { answer: two, trades: [], wish }, true, 2_000);
  assert.deepEqual(ids(ahead), ["a", "c"]);
  const marked = mark(ahead, "b", "withdrawn", 2_100);
  assert.deepEqual(ids(marked), ["a", "b", "c"], "in its place");
  assert.equal(marked.gone.get("b")?.kind, "withdrawn");
  assert.deepEqual(ids(mark(marked, "b", "withdrawn", 2_200)), ["a", "b", "c"], "once, however often it is told");
  const again = merge(marked, { answer: two, trades: [], wish }, true, 2_300);
  assert.deepEqual([ids(again), [...again.gone.keys()], again.left.size], [["a", "b", "c"], ["b"], 0]);
  assert.equal(mark(ahead, "z", "filled", 2_100), ahead, "what was never here");
  const later = merge(ahead, { answer: two, trades: [], wish }, true, 12_000);
  assert.equal(mark(later, "b", "withdrawn", 12_100), later, "long ago");
  const asked = merge(ahead, { answer: two, trades: [], wish }, false, 2_300);
  assert.equal(mark(asked, "b", "withdrawn", 2_400), asked, "another question");
  const other = merge(before, { answer: two, trades: [], wish }, false, 2_000);
  assert.equal(mark(other, "b", "withdrawn", 2_100), other, "what another question leaves out");
  assert.equal(merge(ahead, { answer: all, trades: [], wish }, true, 2_300).left.size, 0, "back again");
  const event = mark(before, "b", "filled", 1_500);
  assert.deepEqual([ids(event), event.gone.size], [["a", "b", "c"], 1], "the event first");
});
