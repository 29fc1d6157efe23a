import type { NearbyPosting } from "../gen/jobmatch/v1/nearby_pb";
import type { Travel } from "../gen/jobmatch/v1/common_pb";
import type { Gone } from "../nearby";
import { payWords } from "../pay";
import { fromCivil, soonWords, startWords } from "../time";
import { metresWords, placesWords, tagsOf, wayWords } from "../words";

export const GONE_WORDS: Record<Gone, string> = { filled: "刚刚招满了", withdrawn: "刚刚撤下了" };

export function Checked() {
  return (
    <span class="checked">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 1.5 17 4v5.2c0 4.3-2.8 7.6-7 9.3-4.2-1.7-7-5-7-9.3V4z" />
        <path class="tick" d="m6.4 10 2.6 2.6 4.8-5" />
      </svg>
      已核实
    </span>
  );
}

interface Props {
  found: NearbyPosting;
  travel: Travel;
  now: number;
  fresh: boolean;
  gone: Gone | undefined;
  held: boolean;
  onOpen(id: string): void;
}

export function Card({ found, travel, now, fresh, gone, held, onOpen }: Props) {
  const { posting } = found;
  if (!posting) return null;
  const { amount, unit } = payWords(posting.pay);
  const start = fromCivil(posting.window?.start ?? "");
  const soon = soonWords(start, now);
  const hourly = found.yuanPerHour !== undefined && unit !== "元/时" ? `约${Math.round(found.yuanPerHour)}元/时` : "";
  const state = held ? "已为您留位" : gone ? GONE_WORDS[gone] : fresh ? "新来的活" : "";
  return (
    <li class={`card ${gone && !held ? "gone" : ""}`}>
      {state && <p class={`flag ${gone && !held ? "flag-gone" : ""}`}>{state}</p>}
      <h2 class="card-title">
        <button type="button" id={`open-${posting.id}`} onClick={() => onOpen(posting.id)}>
          {posting.title}
        </button>
      </h2>
      <p class="pay">
        <strong class={amount.length > 6 ? "long" : ""}>{amount}</strong>
        <span>{unit}</span>
        {hourly && <small>{hourly}</small>}
      </p>
      <p class="when">
        {Number.isNaN(start) ? "开工时间面谈" : `${startWords(start, now)}开工`}
        {soon && <em>{soon}</em>}
      </p>
      <p class="way">
        {wayWords(found.minutes, travel)}
        <small>{metresWords(found.metres)}</small>
        <b>{placesWords(posting)}</b>
      </p>
      <ul class="tags" aria-label="条件">
        {tagsOf(posting).map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>
      <p class="employer">
        <span>{posting.employer || "单位没写明"}</span>
        {posting.gig?.employerChecked && <Checked />}
      </p>
    </li>
  );
}
