// What runs by itself: the stream and the idle clock.
import assert from "node:assert/strict";
import test from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { NearbyEventKind, WatchNearbyResponseSchema } from "../src/gen/jobmatch/v1/nearby_pb";
import { watchIdle } from "../src/idle";
import { follow, type Line, SILENCE_MS, waitMs } from "../src/watch";

const event = (init: MessageInitShape<typeof WatchNearbyResponseSchema>) => create(WatchNearbyResponseSchema, init);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("waits double up to half a minute, half of it by chance", () => {
  assert.equal(waitMs(1, 0), 500);
  assert.equal(waitMs(1, 1), 1_000);
  assert.equal(waitMs(3, 1), 4_000);
  assert.equal(waitMs(30, 1), 30_000);
  assert.equal(waitMs(30, 0), 15_000);
});

test("after a break the stream goes on from the last cursor", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked: string[] = [];
  const seen: string[] = [];
  const lines: Line[] = [];
  const streams = [
    [event({ kind: NearbyEventKind.SHOWN, postingId: "a", cursor: "7" }), event({ kind: NearbyEventKind.HEARTBEAT, cursor: "8" })],
    [],
    [event({ kind: NearbyEventKind.RELOAD, cursor: "20" })],
  ];
  const following = follow({
    async *open(cursor, _signal, opened) {
      asked.push(cursor);
      const stream = streams.shift();
      if (!stream || stream.length === 0) throw new Error("broken");
      opened();
      yield* stream;
      throw new Error("broken");
    },
    onEvent: (e) => seen.push(`${e.kind}${e.postingId}`),
    onLine: (line) => lines.push(line),
    random: () => 1,
  });
  for (const ms of [0, 1_000, 2_000]) {
    t.mock.timers.tick(ms);
    for (let i = 0; i < 10; i += 1) await turn();
  }
  following.stop();
  assert.deepEqual(asked, ["", "8", "8"]);
  assert.deepEqual(seen, [`${NearbyEventKind.SHOWN}a`, `${NearbyEventKind.RELOAD}`], "heartbeats are no events");
  assert.equal(lines[0], "live");
  assert.ok(lines.includes("offline"));
});

test("a line that falls silent is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let aborted = false;
  const lines: Line[] = [];
  const following = follow({
    async *open(_cursor, signal, opened) {
      opened();
      await new Promise<void>((_, reject) => {
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(new Error("aborted"));
        });
      });
    },
    onEvent: () => {},
    onLine: (line) => lines.push(line),
  });
  t.mock.timers.tick(SILENCE_MS - 1);
  await turn();
  assert.equal(aborted, false);
  t.mock.timers.tick(1);
  for (let i = 0; i < 5; i += 1) await turn();
  following.stop();
  assert.equal(aborted, true);
  assert.equal(lines.at(-1), "offline");
});

function idleFor(t: { mock: typeof import("node:test").mock }, pristine: boolean) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const told: (number | undefined)[] = [];
  let resets = 0;
  const target = new EventTarget();
  const stop = watchIdle({
    seconds: 60,
    pristine: () => pristine,
    onWarning: (left) => told.push(left),
    onReset: () => (resets += 1),
    target,
  });
  const pass = (seconds: number) => t.mock.timers.tick(seconds * 1_000);
  return { told, pass, stop, touch: () => target.dispatchEvent(new Event("pointerdown")), resets: () => resets };
}

test("after a minute it warns for ten seconds, then wipes", (t) => {
  const idle = idleFor(t, false);
  idle.pass(59);
  assert.deepEqual(idle.told, []);
  idle.pass(1);
  assert.deepEqual(idle.told, [10]);
  idle.pass(9);
  assert.equal(idle.resets(), 0);
  assert.equal(idle.told.at(-1), 1);
  idle.pass(1);
  assert.equal(idle.resets(), 1);
  assert.equal(idle.told.at(-1), undefined);
  idle.stop();
});

test("a touch begins the minute anew, in the warning too", (t) => {
  const idle = idleFor(t, false);
  idle.pass(59);
  idle.touch();
  idle.pass(59);
  assert.deepEqual(idle.told, []);
  idle.pass(5);
  idle.touch();
  assert.equal(idle.told.at(-1), undefined);
  idle.pass(59);
  assert.equal(idle.resets(), 0);
  idle.stop();
});

test("an untouched first screen is never warned of", (t) => {
  const idle = idleFor(t, true);
  idle.pass(200);
  assert.deepEqual(idle.told, []);
  assert.ok(idle.resets() > 0, "it scrolls back to the top");
  idle.stop();
});
