// Points of public employment service near here, and what is done there.
import { useEffect, useState } from "preact/hooks";
import { type Api, CALL_MS } from "../api";
import type { Config } from "../config";
import { faultWords } from "../faults";
import type { Point, Travel } from "../gen/jobmatch/v1/common_pb";
import type { NearbyStation, ServiceItem } from "../gen/jobmatch/v1/station_pb";
import { openWords } from "../opening";
import { metresWords, SERVICES, STATION_KINDS, wayWords } from "../words";
import { Choice, toggled } from "./Choice";

const MOST = 20;

interface Props {
  api: Api;
  config: Config;
  travel: Travel;
  /** Where the jobs were reckoned from. Absent: not known yet. */
  origin: Point | undefined;
  now(): number;
}

type Answer = { stations?: NearbyStation[]; failed?: string };

function useStations({ api, config, travel, origin }: Props, services: ServiceItem[]): Answer {
  const [answer, setAnswer] = useState<Answer>({});
  const wanted = services.join();
  const where = JSON.stringify(origin ?? config.origin, ["case", "value", "latitude", "longitude"]);
  useEffect(() => {
    const abort = new AbortController();
    const point = origin && { latitude: origin.latitude, longitude: origin.longitude };
    // A station as origin is known by the point that the jobs were reckoned from.
    const from = point ? { case: "point" as const, value: point } : config.origin;
    if (from.case === "stationId") return;
    const request = { origin: from, travel, services, limit: MOST };
    api.stations
      .nearbyStations(request, { signal: abort.signal, timeoutMs: CALL_MS })
      .then(({ stations }) => setAnswer({ stations }))
      .catch((error: unknown) => abort.signal.aborted || setAnswer({ failed: faultWords(error) }));
    return () => abort.abort();
    // `where` and `wanted` stand for the objects that are made anew each time.
  }, [api, travel, wanted, where]);
  return answer;
}

function StationCard({ near, travel, now }: { near: NearbyStation; travel: Travel; now: number }) {
  const { station } = near;
  if (!station) return null;
  const [open, words] = openWords(station, now);
  const items = SERVICES.filter(([item]) => station.services.includes(item));
  return (
    <li class="card station">
      <p class="kind">{STATION_KINDS[station.kind]}</p>
      <h2 class="card-title">{station.name}</h2>
      <p class={`hours ${open ? "now" : ""}`}>{words}</p>
      <p class="way">
        {wayWords(near.minutes, travel)}
        <small>{metresWords(near.metres)}</small>
      </p>
      {station.address && <p class="address">{station.address}</p>}
      {station.phone && <p class="phone">电话 {station.phone}</p>}
      {items.length > 0 && (
        <ul class="tags" aria-label="办什么">
          {items.map(([item, name]) => (
            <li key={item}>{name}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

export function Stations(props: Props) {
  const [services, setServices] = useState<ServiceItem[]>([]);
  const { stations, failed } = useStations(props, services);
  return (
    <>
      <div class="heading">
        <h1>最近的服务点</h1>
        <p class="summary" role="status">
          {stations ? `60分钟内有 ${stations.length} 个` : !failed && "正在找……"}
        </p>
      </div>
      <Choice
        class="services"
        label="要办什么"
        caption="要办什么"
        options={SERVICES}
        pressed={(item) => services.includes(item)}
        onPress={(item) => setServices(toggled(services, item))}
      />
      {failed && <p class="nothing">{failed}</p>}
      {stations?.length === 0 && (
        <div class="nothing">
          <h2>附近没有办这件事的服务点</h2>
          <p>少选一项试试，或打 12333 问。</p>
        </div>
      )}
      <ul class="cards">
        {stations?.map((near) => (
          <StationCard key={near.station?.id} near={near} travel={props.travel} now={props.now()} />
        ))}
      </ul>
    </>
  );
}
