// What the operator set for this screen, from `/kiosk/config.json`.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Travel } from "./gen/jobmatch/v1/common_pb";
import type { NearbyAreaSchema } from "./gen/jobmatch/v1/nearby_pb";

export type Origin = NonNullable<MessageInitShape<typeof NearbyAreaSchema>["origin"]>;

export interface Config {
  title: string;
  origin: Origin;
  travel: Travel;
  /** 5 to 60. */
  maxMinutes: number;
  /** Seconds without a touch until the screen asks whether anybody is there, 1 to 3,600. */
  idleSeconds: number;
  /** Sent as `authorization: Bearer`. Empty: none. */
  apiKey: string;
}

export const MINUTES = { least: 5, most: 60, step: 5 };

type Raw = Record<string, unknown>;

function numberIn(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
}

function originOf(raw: Raw): Origin {
  const point = raw["point"] as Raw | undefined;
  const latitude = point?.["latitude"];
  const longitude = point?.["longitude"];
  if (typeof latitude === "number" && typeof longitude === "number") {
    return { case: "point", value: { latitude, longitude } };
  }
  if (typeof raw["station_id"] === "string") return { case: "stationId", value: raw["station_id"] };
  if (typeof raw["division"] === "string") return { case: "division", value: raw["division"] };
  throw new Error("config.json tells neither point nor station_id nor division");
}

/** Reads the file; what is missing gets its default. Throws when it tells no place. */
export function readConfig(value: unknown): Config {
  const raw = (value ?? {}) as Raw;
  const travel = Travel[String(raw["travel"]).replace("TRAVEL_", "") as keyof typeof Travel];
  const text = (key: string, otherwise: string) => (typeof raw[key] === "string" ? (raw[key] as string) : otherwise);
  return {
    title: text("title", "零工市场"),
    origin: originOf(raw),
    travel: travel || Travel.EBIKE,
    maxMinutes: numberIn(raw["max_minutes"], MINUTES.least, MINUTES.most, 15),
    idleSeconds: numberIn(raw["idle_seconds"], 1, 3_600, 60),
    apiKey: text("api_key", ""),
  };
}
